package io.hatchery.runner.journal;

import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.FleetEvent;
import io.hatchery.protocol.Verb;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which commands have had their outcome, and what that was until the broker has it: on disk, since a command may be delivered
 * again after a reboot. What lies below the {@link Positions} is never carried out again without it; so it remembers only what
 * has ended since those were written, and for a time the commands that may be sent a second time.
 *
 * <p>A line is {@code <epoch second> <id>}, and, where the broker is not known to have it, the outcome's JSON. The second is by
 * the clock of the broker, and has an {@code r} before it if a removal ended.
 */
public final class Ledger {
    /** How long before the last handled record a command is remembered: longer than an open removal waits to be sent again. */
    public static final Duration WINDOW = Duration.ofDays(8);

    /**
     * How large it may become.
     *
     * @param acknowledged the most outcomes remembered that the broker has; the oldest are forgotten first
     * @param superfluousLines how many lines the file may have beyond those that are needed
     */
    record Bounds(int acknowledged, int superfluousLines) {}

    private static final Bounds BOUNDS = new Bounds(100_000, 20_000);

    private static final String FILE = "outcomes.log";
    private static final String REMOVAL = "r";

    private final Disk disk;
    private final Bounds bounds;
    private final Map<CommandId, LedgerEntry> ended = new LinkedHashMap<>();
    private int lines;
    private int told;
    private boolean torn;
    private boolean unsynced;

    private record LedgerEntry(Instant at, boolean removal, FleetEvent.@Nullable Ended untold) {
        LedgerEntry asTold() {
            return new LedgerEntry(at, removal, null);
        }
    }

    private Ledger(Disk disk, Bounds bounds) {
        this.disk = disk;
        this.bounds = bounds;
    }

    /** Opens it. Lines that cannot be read are set aside. */
    public static Ledger open(Disk disk) throws IOException {
        return open(disk, BOUNDS);
    }

    static Ledger open(Disk disk, Bounds bounds) throws IOException {
        var ledger = new Ledger(disk, bounds);
        String text = new String(disk.read(FILE).orElse(new byte[0]), StandardCharsets.UTF_8);
        var damaged = new StringBuilder();
        String reason = "";
        // A power cut may have left the last line short; its command has then no outcome on the broker either.
        for (int from = 0, to = text.indexOf('\n'); to >= 0; from = to + 1, to = text.indexOf('\n', from)) {
            String line = text.substring(from, to);
            try {
                ledger.read(line);
            } catch (UnreadableException | RuntimeException e) {
                damaged.append(line).append('\n');
                reason = String.valueOf(e.getMessage());
            }
        }
        if (!damaged.isEmpty()) {
            DamagedFile.setAside(
                    disk,
                    FILE,
                    damaged.toString().getBytes(StandardCharsets.UTF_8),
                    damaged.chars().filter(c -> c == '\n').count() + " lines, the last since " + reason,
                    "Their commands may be carried out again if they are sent again");
        }
        ledger.write();
        return ledger;
    }

    private void read(String line) throws UnreadableException {
        String[] parts = line.split(" ", 3);
        var outcome = parts.length < 3
                ? null
                : (FleetEvent.Ended) Json.read(parts[2].getBytes(StandardCharsets.UTF_8), FleetEvent.class);
        boolean removal = parts[0].startsWith(REMOVAL);
        Instant at = Instant.ofEpochSecond(Long.parseLong(removal ? parts[0].substring(REMOVAL.length()) : parts[0]));
        put(new CommandId(parts[1]), new LedgerEntry(at, removal, outcome));
    }

    private static String line(CommandId id, LedgerEntry entry) {
        String outcome = entry.untold == null ? "" : " " + new String(Json.bytes(entry.untold), StandardCharsets.UTF_8);
        return (entry.removal ? REMOVAL : "") + entry.at.getEpochSecond() + " " + id + outcome + "\n";
    }

    private void put(CommandId id, LedgerEntry entry) {
        LedgerEntry before = ended.put(id, entry);
        told += (entry.untold == null ? 1 : 0) - (before != null && before.untold == null ? 1 : 0);
        Iterator<LedgerEntry> entries = ended.values().iterator();
        while (told > bounds.acknowledged && entries.hasNext()) {
            if (entries.next().untold == null) {
                entries.remove();
                told--;
            }
        }
    }

    /** Whether that command has ended. */
    public boolean hasEnded(CommandId id) {
        return ended.containsKey(id);
    }

    /** The outcomes that the broker is not known to have. */
    public List<FleetEvent.Ended> untold() {
        var untold = new ArrayList<FleetEvent.Ended>();
        ended.values().forEach(entry -> {
            if (entry.untold != null) {
                untold.add(entry.untold);
            }
        });
        return untold;
    }

    /**
     * Notes how a command has ended; on disk when this returns.
     *
     * @param known the latest append time of the records that are handled where the command was read; null if there is none
     */
    public void end(FleetEvent.Ended event, @Nullable Instant known) throws IOException {
        if (!ended.containsKey(event.id())) {
            Instant at = known == null || event.submitted().isAfter(known) ? event.submitted() : known;
            note(event.id(), new LedgerEntry(at, event.command() == Verb.REMOVE, event), true);
        }
    }

    /** Notes that the broker has a command's outcome. If that is lost, it is looked for there. */
    public void told(CommandId id) throws IOException {
        LedgerEntry entry = ended.get(id);
        if (entry != null && entry.untold != null) {
            // Told even if that cannot be written: it is then looked for again.
            put(id, entry.asTold());
            note(id, entry.asTold(), false);
        }
    }

    /** Makes everything noted durable, so that nobody has to look for it on the broker any more. */
    public void sync() throws IOException {
        if (unsynced) {
            write();
        }
    }

    /** Whether the file has so many superfluous lines that it should be pruned. */
    public boolean hasGrown() {
        return lines - ended.size() >= bounds.superfluousLines;
    }

    /**
     * Forgets what neither comes again nor may be sent again. The host's clock does not count.
     *
     * @param positions how far topics are handled, as they are on disk
     * @param isNeeded whether a command has to be remembered all the same
     */
    public void prune(Positions positions, Predicate<CommandId> isNeeded) throws IOException {
        Instant commands = horizon(positions.at(Verb.START));
        Instant removals = horizon(positions.at(Verb.REMOVE));
        ended.entrySet().removeIf(entry -> {
            boolean forgotten = entry.getValue().untold == null
                    && entry.getValue().at.isBefore(entry.getValue().removal ? removals : commands)
                    && !positions.isOpen(entry.getKey())
                    && !isNeeded.test(entry.getKey());
            told -= forgotten ? 1 : 0;
            return forgotten;
        });
        write();
    }

    private static Instant horizon(@Nullable Instant at) {
        return at == null ? Instant.MIN : at.minus(WINDOW);
    }

    private void note(CommandId id, LedgerEntry entry, boolean durable) throws IOException {
        if (torn) {
            disk.replace(FILE, (text() + line(id, entry)).getBytes(StandardCharsets.UTF_8));
            written(ended.size() + 1);
        } else {
            append(line(id, entry), durable);
            unsynced = !durable;
        }
        put(id, entry);
    }

    private void append(String line, boolean durable) throws IOException {
        try {
            disk.append(FILE, line.getBytes(StandardCharsets.UTF_8), durable);
            lines++;
        } catch (IOException e) {
            torn = true; // a part of the line may be there: the next is not to be added to it
            throw e;
        }
    }

    private String text() {
        var text = new StringBuilder();
        ended.forEach((id, entry) -> text.append(line(id, entry)));
        return text.toString();
    }

    private void write() throws IOException {
        disk.replace(FILE, text().getBytes(StandardCharsets.UTF_8));
        written(ended.size());
    }

    private void written(int count) {
        lines = count;
        torn = false;
        unsynced = false;
    }
}
