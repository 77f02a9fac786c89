package io.hatchery.runner.service;

import io.hatchery.runner.context.Timers;
import java.time.Clock;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * The clocks of a host.
 *
 * @param clock the time of day, which may be set
 * @param uptime the time since the host booted, which no setting of the clock changes
 * @param timers run tasks later
 */
record HostTime(Clock clock, Supplier<Duration> uptime, Timers timers) {}
