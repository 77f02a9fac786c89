package io.hatchery.runner.logs;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Entries of one unit of the host's journal that wait to be shipped. Those that find no room are dropped and counted. Thread-safe. */
final class UnitEntries {
    /** How many bytes of entries wait. */
    private static final int MOST_BYTES = 1 << 20;

    /** What an entry costs beside its text. */
    private static final int ENTRY_BYTES = 200;

    /** A unit that logs too much delays the entries of others by no more than that, once in {@link #PATIENCE_NANOS}. */
    private static final long WAIT_NANOS = 200_000_000L;

    private static final long PATIENCE_NANOS = 2_000_000_000L;

    private final Deque<JournalEntry> entries = new ArrayDeque<>();
    private int bytes;
    private long dropped;
    private long waited = System.nanoTime() - PATIENCE_NANOS;

    private static int size(JournalEntry entry) {
        return ENTRY_BYTES + entry.size();
    }

    /** Adds an entry, or counts it as dropped if there is no room and there was none a moment ago. */
    synchronized void add(JournalEntry entry) throws InterruptedException {
        if (bytes >= MOST_BYTES && System.nanoTime() - waited >= PATIENCE_NANOS) {
            waited = System.nanoTime();
            long left = WAIT_NANOS;
            while (bytes >= MOST_BYTES && left > 0) {
                TimeUnit.NANOSECONDS.timedWait(this, left);
                left = waited + WAIT_NANOS - System.nanoTime();
            }
        }
        if (bytes >= MOST_BYTES) {
            dropped++;
        } else {
            entries.add(entry);
            bytes += size(entry);
        }
    }

    /** Counts entries as dropped that journald has dropped. */
    synchronized void addDropped(long count) {
        dropped += count;
    }

    synchronized @Nullable JournalEntry peek() {
        return entries.peek();
    }

    synchronized void remove() {
        bytes -= size(entries.remove());
        notifyAll();
    }

    synchronized boolean isEmpty() {
        return entries.isEmpty() && dropped == 0;
    }

    /** How many were dropped since the last call. */
    synchronized long takeDropped() {
        long count = dropped;
        dropped = 0;
        return count;
    }
}
