package io.hatchery.app;

import io.hatchery.protocol.Heartbeat;
import io.hatchery.spec.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Whether every key has a value that it takes, so that a wrong one is named before anything starts. */
final class SettingsCheck {
    /**
     * A range of whole numbers.
     *
     * @param optional whether the key may be empty, for a default that depends on the host
     */
    private record Range(long least, long most, boolean optional) {}

    private static final Map<Key, Range> NUMBERS = Map.ofEntries(
            Map.entry(Key.GATEWAY_PORT, new Range(1, 65_535, false)),
            Map.entry(Key.GATEWAY_CONNECTIONS, new Range(1, 1_000_000, false)),
            Map.entry(Key.BROKER_PORT, new Range(1, 65_535, false)),
            Map.entry(Key.BROKER_CONTROLLER_PORT, new Range(1, 65_535, false)),
            Map.entry(Key.PARTITIONS, new Range(1, 1000, false)),
            Map.entry(Key.REPLICATION, new Range(-1, 100, false)),
            Map.entry(Key.CONFIG_EVALUATIONS, new Range(1, 1000, true)),
            Map.entry(Key.CONFIG_EVALUATION_MEMORY, new Range(64, 1L << 30, false)),
            Map.entry(Key.RUNNER_STARTS, new Range(1, 10_000, true)),
            Map.entry(Key.RUNNER_HEARTBEAT, new Range(Heartbeat.MIN_INTERVAL, Heartbeat.MAX_INTERVAL, false)),
            Map.entry(Key.RUNNER_CONSOLE_BYTES, new Range(65_536, 1L << 40, false)));

    private static final List<Key> BOOLEANS = List.of(Key.GATEWAY_NIX_CACHE_PUBLIC, Key.CONFIG_IMPORT_FROM_DERIVATION);
    private static final List<Key> SPANS = List.of(
            Key.CONFIG_EVALUATION_TIMEOUT,
            Key.CONFIG_BUILD_TIMEOUT,
            Key.GATEWAY_REQUEST_TIMEOUT,
            Key.GATEWAY_IDLE_TIMEOUT);

    private SettingsCheck() {}

    /**
     * The number that a key has.
     *
     * @throws Refusal if it is none, or out of the key's range
     */
    static long number(Settings settings, Key key) {
        Range range = NUMBERS.get(key);
        if (range == null) {
            throw new IllegalArgumentException(key.key() + " is no number");
        }
        return settings.number(key, range.least, range.most);
    }

    /**
     * Checks all keys.
     *
     * @throws Refusal with one line for each that is wrong
     */
    static void check(Settings settings) {
        var wrong = new ArrayList<String>();
        NUMBERS.forEach((key, range) -> {
            if (!range.optional || !settings.get(key).isEmpty()) {
                attempt(wrong, () -> number(settings, key));
            }
        });
        BOOLEANS.forEach(key -> attempt(wrong, () -> settings.bool(key)));
        SPANS.forEach(key -> attempt(wrong, () -> span(settings, key)));
        attempt(wrong, () -> SystemSettings.flakePaths(settings));
        String driver = settings.get(Key.RUNNER_DRIVER);
        if (!List.of("", "systemd", "direct").contains(driver)) {
            wrong.add(Key.RUNNER_DRIVER.key() + " is '" + driver + "': say systemd or direct, or leave it out");
        }
        if (!wrong.isEmpty()) {
            throw new Refusal(String.join("\n", wrong.stream().sorted().toList()));
        }
    }

    private static void span(Settings settings, Key key) {
        try {
            Span.parse(settings.get(key));
        } catch (IllegalArgumentException e) {
            throw new Refusal(key.key() + " is '" + settings.get(key) + "': " + e.getMessage(), e);
        }
    }

    private static void attempt(List<String> wrong, Runnable check) {
        try {
            check.run();
        } catch (Refusal e) {
            wrong.add(String.valueOf(e.getMessage()));
        }
    }
}
