package io.hatchery.runner.logs;

/**
 * How much of a container's log is shipped. What is beyond stays in the log on the host; what is gone there before it can be shipped is
 * counted as dropped.
 *
 * @param rate bytes per second of each container and source in the long run, at least 1 KiB
 * @param burst bytes that may be shipped at once after a quiet time, at least 64 KiB
 * @param hasJournals whether the journals inside containers are shipped too
 */
public record LogLimits(long rate, long burst, boolean hasJournals) {}
