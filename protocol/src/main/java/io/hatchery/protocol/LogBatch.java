package io.hatchery.protocol;

import io.hatchery.spec.ContainerName;
import io.hatchery.spec.HostName;
import java.util.List;

/**
 * Consecutive lines of one container's log.
 *
 * @param host where the container ran
 * @param source of all entries
 * @param epoch within which the sequences of entries grow; another one begins for instance when the host has lost its position
 * @param entries in their order, at least one, together at most about {@value #MOST_BYTES} bytes
 */
public record LogBatch(ContainerName container, HostName host, LogSource source, String epoch, List<LogEntry> entries) {
    /** About how much a batch holds, in bytes of text. */
    public static final int MOST_BYTES = 128 << 10;

    /** Keeps an immutable copy of the entries. */
    public LogBatch {
        entries = List.copyOf(entries);
    }
}
