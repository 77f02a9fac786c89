package io.hatchery.protocol;

import io.hatchery.spec.ContainerName;
import java.time.Instant;
import java.util.List;

/**
 * Lines that were printed for a container before it runs: by the evaluation and the build of its system.
 *
 * @param lines in their order, without line ends
 * @param at when the last was printed
 */
public record ConsoleLines(ContainerName container, List<String> lines, Instant at) {
    /** Keeps an immutable copy of the lines. */
    public ConsoleLines {
        lines = List.copyOf(lines);
    }
}
