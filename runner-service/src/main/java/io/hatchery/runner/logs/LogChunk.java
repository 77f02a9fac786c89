package io.hatchery.runner.logs;

import io.hatchery.protocol.LogEntry;
import java.util.List;

/**
 * Lines that were read from a log of this host.
 *
 * @param epoch see {@link io.hatchery.protocol.LogBatch#epoch}
 * @param entries may be empty if only the position has moved
 * @param bytes how much was read for them, which counts against the limits
 * @param position where to read on after them, for {@link LogFeed}'s maker
 */
public record LogChunk(String epoch, List<LogEntry> entries, int bytes, String position) {
    /** Keeps an immutable copy of the entries. */
    public LogChunk {
        entries = List.copyOf(entries);
    }
}
