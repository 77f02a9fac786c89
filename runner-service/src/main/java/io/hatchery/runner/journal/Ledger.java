package io.hatchery.runner.journal;

import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.FleetEvent;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which commands have had their outcome, and what that was until the broker has it: on disk, since a command may be delivered
 * again after a reboot. It remembers for as long as the commands' topic does.
 *
 * <p>A line is {@code <epoch second> <id>}, and, where the broker is not known to have it, the outcome's JSON.
 */
public final class Ledger {
    private static final String FILE = "outcomes.log";
    private static final Duration KEPT = Duration.ofDays(8);

    private final Disk disk;
    private final Map<CommandId, Entry> ended;
    private boolean torn;
    private boolean unsynced;

    private record Entry(Instant at, FleetEvent.@Nullable Ended untold) {}

    private Ledger(Disk disk, Map<CommandId, Entry> ended) {
        this.disk = disk;
        this.ended = ended;
    }

    /** Opens it, and drops what is too old to come again. */
    public static Ledger open(Disk disk, Instant now) throws IOException {
        var ended = new LinkedHashMap<CommandId, Entry>();
        String text = new String(disk.read(FILE).orElse(new byte[0]), StandardCharsets.UTF_8);
        // A power cut may have left the last line short; its command has then no outcome on the broker either.
        for (int from = 0, to = text.indexOf('\n'); to >= 0; from = to + 1, to = text.indexOf('\n', from)) {
            read(text.substring(from, to), ended);
        }
        ended.values()
                .removeIf(entry -> entry.untold == null && !entry.at.plus(KEPT).isAfter(now));
        write(disk, ended);
        return new Ledger(disk, ended);
    }

    private static void read(String line, Map<CommandId, Entry> ended) throws IOException {
        String[] parts = line.split(" ", 3);
        try {
            var untold = parts.length < 3
                    ? null
                    : (FleetEvent.Ended) Json.read(parts[2].getBytes(StandardCharsets.UTF_8), FleetEvent.class);
            ended.put(new CommandId(parts[1]), new Entry(Instant.ofEpochSecond(Long.parseLong(parts[0])), untold));
        } catch (UnreadableException | RuntimeException e) {
            throw new IOException(FILE + " has a line that cannot be read, remove it: " + line, e);
        }
    }

    private static String line(CommandId id, Entry entry) {
        String outcome = entry.untold == null
                ? ""
                : " " + new String(Json.bytes(entry.untold), StandardCharsets.UTF_8).replace("\n", " ");
        return entry.at.getEpochSecond() + " " + id + outcome + "\n";
    }

    /** Whether that command has ended. */
    public boolean hasEnded(CommandId id) {
        return ended.containsKey(id);
    }

    /** The outcomes that the broker is not known to have. */
    public List<FleetEvent.Ended> untold() {
        var untold = new java.util.ArrayList<FleetEvent.Ended>();
        ended.values().forEach(entry -> {
            if (entry.untold != null) {
                untold.add(entry.untold);
            }
        });
        return untold;
    }

    /** Notes how a command has ended; on disk when this returns. */
    public void end(FleetEvent.Ended event) throws IOException {
        if (!ended.containsKey(event.id())) {
            note(event.id(), new Entry(event.at(), event), true);
        }
    }

    /** Notes that the broker has a command's outcome. If that is lost, it is looked for there. */
    public void told(CommandId id) throws IOException {
        Entry entry = ended.get(id);
        if (entry != null && entry.untold != null) {
            ended.put(id, new Entry(entry.at, null));
            note(id, new Entry(entry.at, null), false);
        }
    }

    /** Makes everything noted durable, so that nobody has to look for it on the broker any more. */
    public void sync() throws IOException {
        if (unsynced) {
            write(disk, ended);
            torn = false;
            unsynced = false;
        }
    }

    private void note(CommandId id, Entry entry, boolean durable) throws IOException {
        if (torn) {
            var all = new LinkedHashMap<>(ended);
            all.put(id, entry);
            write(disk, all);
            torn = false;
            unsynced = false;
        } else {
            append(line(id, entry), durable);
            unsynced = !durable;
        }
        ended.put(id, entry);
    }

    private void append(String line, boolean durable) throws IOException {
        try {
            disk.append(FILE, line.getBytes(StandardCharsets.UTF_8), durable);
        } catch (IOException e) {
            torn = true; // a part of the line may be there: the next is not to be added to it
            throw e;
        }
    }

    private static void write(Disk disk, Map<CommandId, Entry> entries) throws IOException {
        var text = new StringBuilder();
        entries.forEach((id, entry) -> text.append(line(id, entry)));
        disk.replace(FILE, text.toString().getBytes(StandardCharsets.UTF_8));
    }
}
