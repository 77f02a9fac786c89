package io.hatchery.runner.process;

/**
 * A process, named so that a later one with the same pid is not taken for it.
 *
 * @param pid its id
 * @param startTime field 22 of proc_pid_stat(5), clock ticks since boot
 */
public record ProcessRef(long pid, long startTime) {
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
}
