package io.hatchery.bus;

import java.util.OptionalLong;
import java.util.TreeSet;

/**
 * The low watermark of one partition: the offset below which every record is done. Committing anything higher would skip a
 * record after a crash. Not thread-safe.
 */
public final class Watermark {
    private final TreeSet<Long> open = new TreeSet<>();
    private long next = -1;
    private long committed = -1;

    /**
     * A record was taken up.
     *
     * @throws IllegalStateException if it is not beyond every record taken up before
     */
    public void begin(long offset) {
        if (offset < next) {
            throw new IllegalStateException("offset " + offset + " after " + (next - 1));
        }
        open.add(offset);
        next = offset + 1;
    }

    /**
     * A record is done.
     *
     * @throws IllegalStateException if it was not open
     */
    public void finish(long offset) {
        if (!open.remove(offset)) {
            throw new IllegalStateException("offset " + offset + " is not open");
        }
    }

    /** The offset to commit, that is of the first record not done; empty if it was committed already. */
    public OptionalLong toCommit() {
        long low = open.isEmpty() ? next : open.first();
        return low > committed && low > 0 ? OptionalLong.of(low) : OptionalLong.empty();
    }

    /** That offset was committed. */
    public void committed(long offset) {
        committed = Math.max(committed, offset);
    }

    /** How many records are taken up and not done. */
    public int open() {
        return open.size();
    }
}
