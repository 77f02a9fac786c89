package io.hatchery.spec;

import org.jspecify.annotations.Nullable;

/**
 * The resource limits of a container: the directives of the same names in systemd.resource-control(5). Null where nothing is set;
 * {@code infinity} means no limit.
 *
 * @param memoryMax bytes, or {@code infinity}
 * @param memoryHigh bytes, or {@code infinity}
 * @param cpuQuota percent of one processor, as {@code 150%}
 * @param cpuWeight 1 to 10000, or {@code idle}
 * @param tasksMax the number of tasks, or {@code infinity}
 * @param ioWeight 1 to 10000
 */
public record Limits(
        @Nullable String memoryMax,
        @Nullable String memoryHigh,
        @Nullable String cpuQuota,
        @Nullable String cpuWeight,
        @Nullable String tasksMax,
        @Nullable Integer ioWeight) {}
