package io.hatchery.runner.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A process, named so that a later one with the same pid is not taken for it.
 *
 * @param pid its id
 * @param startTime field 22 of proc_pid_stat(5), clock ticks since boot
 */
public record ProcessRef(long pid, long startTime) {
    private static final int START_TIME_AFTER_NAME = 19;

    /** The process that has that pid now, if one has. */
    public static Optional<ProcessRef> of(long pid) {
        return startTime(pid).map(start -> new ProcessRef(pid, start));
    }

    /**
     * Reads {@code "<pid> <start time>"}.
     *
     * @throws IllegalArgumentException if it is not that
     */
    public static ProcessRef parse(String text) {
        String[] parts = text.strip().split(" ");
        if (parts.length != 2) {
            throw new IllegalArgumentException("'" + text + "' is not a pid and a start time");
        }
        return new ProcessRef(Long.parseLong(parts[0]), Long.parseLong(parts[1]));
    }

    /** Whether it runs still. A zombie has ended. */
    public boolean isAlive() {
        return startTime(pid).filter(start -> start == startTime).isPresent();
    }

    private static Optional<Long> startTime(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            // The name may hold blanks and parentheses; the last one closes it.
            String[] rest = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return rest[0].equals("Z") || rest[0].equals("X")
                    ? Optional.empty()
                    : Optional.of(Long.valueOf(rest[START_TIME_AFTER_NAME]));
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
