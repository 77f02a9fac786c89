package io.hatchery.runner.journal;

import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.FleetEvent;
import io.hatchery.protocol.Verb;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import io.vertx.core.Future;
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
 * The commands that have an outcome, and each outcome until the broker acknowledges it. It is on disk, since a command may be
 * delivered again after a reboot. Commands below the {@link Positions} are not executed again anyway, so the ledger keeps only those
 * that ended after the positions were written and, for {@link #WINDOW}, those that may be sent a second time.
 *
 * <p>A line is {@code <epoch second> <id>}, followed by the outcome's JSON unless it is acknowledged. The second is by the broker's
 * clock, and has the prefix {@code r} for a removal.
 */
public final class Ledger {
    /** How long before the last handled record a command is kept: longer than the interval at which a pending removal is sent again. */
    public static final Duration WINDOW = Duration.ofDays(8);

    /**
     * The limits of the ledger's size.
     *
     * @param acknowledged maximum of acknowledged outcomes; the oldest are dropped first
     * @param superfluousLines number of lines that the file may have beyond those that are needed
     */
    record Bounds(int acknowledged, int superfluousLines) {}

    private static final Bounds BOUNDS = new Bounds(100_000, 20_000);

    private static final String FILE = "outcomes.log";
    private static final String REMOVAL = "r";

    private final Disk disk;
    private final Bounds bounds;
    private final Map<CommandId, LedgerEntry> ended = new LinkedHashMap<>();
    private int lines;
    private int acknowledged;
    private boolean torn;
    private boolean unsynced;

    private record LedgerEntry(Instant at, boolean removal, FleetEvent.@Nullable Ended pending) {
        LedgerEntry asAcknowledged() {
            return new LedgerEntry(at, removal, null);
        }
    }

    private Ledger(Disk disk, Bounds bounds) {
        this.disk = disk;
        this.bounds = bounds;
    }

    /** Opens the ledger of a host. Lines that cannot be read are kept in a file beside it. */
    public static Ledger open(Disk disk) throws IOException {
        return open(disk, BOUNDS);
    }

    static Ledger open(Disk disk, Bounds bounds) throws IOException {
        var ledger = new Ledger(disk, bounds);
        String text = new String(disk.read(FILE).orElse(new byte[0]), StandardCharsets.UTF_8);
        var damaged = new StringBuilder();
        String reason = "";
        // A power cut may leave the last line incomplete; the broker has no outcome of its command then.
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
        String outcome =
                entry.pending == null ? "" : " " + new String(Json.bytes(entry.pending), StandardCharsets.UTF_8);
        return (entry.removal ? REMOVAL : "") + entry.at.getEpochSecond() + " " + id + outcome + "\n";
    }

    private void put(CommandId id, LedgerEntry entry) {
        LedgerEntry before = ended.put(id, entry);
        acknowledged += (entry.pending == null ? 1 : 0) - (before != null && before.pending == null ? 1 : 0);
        Iterator<LedgerEntry> entries = ended.values().iterator();
        while (acknowledged > bounds.acknowledged && entries.hasNext()) {
            if (entries.next().pending == null) {
                entries.remove();
                acknowledged--;
            }
        }
    }

    /** Whether a command has an outcome. */
    public boolean hasEnded(CommandId id) {
        return ended.containsKey(id);
    }

    /** The outcomes that the broker has not acknowledged, in their order. */
    public List<FleetEvent.Ended> pending() {
        var pending = new ArrayList<FleetEvent.Ended>();
        ended.values().forEach(entry -> {
            if (entry.pending != null) {
                pending.add(entry.pending);
            }
        });
        return pending;
    }

    /**
     * Records the outcome of a command. It is durable after the next {@link #sync}.
     *
     * @param known the latest append time of the handled records of the command's topic; null if there is none
     */
    public void end(FleetEvent.Ended event, @Nullable Instant known) throws IOException {
        if (!ended.containsKey(event.id())) {
            Instant at = known == null || event.submitted().isAfter(known) ? event.submitted() : known;
            note(event.id(), new LedgerEntry(at, event.command() == Verb.REMOVE, event));
        }
    }

    /** Records that the broker has acknowledged the outcome of a command. If the record is lost, the broker is searched for it. */
    public void acknowledge(CommandId id) throws IOException {
        LedgerEntry entry = ended.get(id);
        if (entry != null && entry.pending != null) {
            // In memory even if the write fails: the next runner searches the broker for it.
            put(id, entry.asAcknowledged());
            note(id, entry.asAcknowledged());
        }
    }

    /** Makes the records durable that were made before the call. If it fails, the next record or call writes the whole file. */
    public Future<Void> sync() {
        if (torn) {
            try {
                write();
            } catch (IOException e) {
                return Future.failedFuture(e);
            }
        }
        if (!unsynced) {
            return Future.succeededFuture();
        }
        unsynced = false;
        // After a failed fsync(2), the next one may succeed although the bytes are lost.
        return disk.sync(FILE).onFailure(e -> torn = true);
    }

    /** Whether the file has enough superfluous lines to be pruned. */
    public boolean hasGrown() {
        return lines - ended.size() >= bounds.superfluousLines;
    }

    /**
     * Drops the commands that are neither delivered nor sent again, by the broker's clock.
     *
     * @param positions the positions on disk
     * @param isNeeded whether a command is kept all the same
     */
    public void prune(Positions positions, Predicate<CommandId> isNeeded) throws IOException {
        Instant commands = horizon(positions.at(Verb.START));
        Instant removals = horizon(positions.at(Verb.REMOVE));
        ended.entrySet().removeIf(entry -> {
            boolean forgotten = entry.getValue().pending == null
                    && entry.getValue().at.isBefore(entry.getValue().removal ? removals : commands)
                    && !positions.isOpen(entry.getKey())
                    && !isNeeded.test(entry.getKey());
            acknowledged -= forgotten ? 1 : 0;
            return forgotten;
        });
        write();
    }

    private static Instant horizon(@Nullable Instant at) {
        return at == null ? Instant.MIN : at.minus(WINDOW);
    }

    private void note(CommandId id, LedgerEntry entry) throws IOException {
        if (torn) {
            disk.replace(FILE, (text() + line(id, entry)).getBytes(StandardCharsets.UTF_8));
            written(ended.size() + 1);
        } else {
            append(line(id, entry));
        }
        put(id, entry);
    }

    private void append(String line) throws IOException {
        unsynced = true;
        try {
            disk.append(FILE, line.getBytes(StandardCharsets.UTF_8));
            lines++;
        } catch (IOException e) {
            torn = true; // a part of the line may be written: the next line must not be appended to it
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
