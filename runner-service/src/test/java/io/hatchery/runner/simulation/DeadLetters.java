package io.hatchery.runner.simulation;

import io.hatchery.bus.BusRecord;
import io.hatchery.protocol.Headers;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Which records are to go to the dead letters, and which did. */
final class DeadLetters {
    private final World world;
    private final TreeSet<String> owed = new TreeSet<>();
    private final Set<String> allowed = new HashSet<>();
    private final Map<String, Integer> sent = new HashMap<>();

    DeadLetters(World world) {
        this.world = world;
    }

    /** An intruder has written a record, with its mark on it. */
    void owe(BusRecord record, String mark) {
        boolean may = mark.startsWith(Intruder.MAY);
        String key = key(record.position().text(), may ? mark.substring(Intruder.MAY.length()) : mark);
        allowed.add(key);
        if (!may) {
            owed.add(key);
        }
    }

    /** A record is no longer there. */
    void forgive(BusRecord record) {
        owed.removeIf(key -> key.startsWith(record.position().text() + " by "));
    }

    /** A dead letter is no longer there: who meets its record again does not know of it. */
    void expired(BusRecord letter) {
        sent.remove(key(
                letter.header(Headers.ORIGIN).orElse(""),
                letter.header(Headers.READER).orElse("")));
        owed.remove(key(
                letter.header(Headers.ORIGIN).orElse(""),
                letter.header(Headers.READER).orElse("")));
    }

    private static String key(String origin, String reader) {
        return origin + " by " + reader;
    }

    void written(BusRecord letter) {
        String origin = letter.header(Headers.ORIGIN).orElse("");
        String reader = letter.header(Headers.READER).orElse("");
        if (reader.equals("gateway")) {
            return; // GatewayChecks holds these against what a gateway can read
        }
        String key = key(origin, reader);
        world.check(
                allowed.contains(key),
                () -> "a dead letter of what was right: " + key + ", "
                        + letter.header(Headers.REASON).orElse("without a reason"));
        int times = sent.merge(key, 1, Integer::sum);
        world.check(
                times == 1 || !isSentOnce(origin, reader),
                () -> "sent to the dead letters " + times + " times: " + key);
    }

    /** What a transaction sends comes once, also what a config-service reads again at each start. */
    private static boolean isSentOnce(String origin, String reader) {
        return origin.startsWith("hatchery.definitions/") || reader.equals(Intruder.CONFIG);
    }

    /** What is owed and was not sent. */
    List<String> missing() {
        var missing = new ArrayList<>(owed);
        missing.removeAll(sent.keySet());
        return missing;
    }
}
