package io.hatchery.runner.context;

import java.time.Duration;

/** Calls back after a while, on the context that is current at the call. */
@FunctionalInterface
public interface Timers {
    /**
     * Runs a task once.
     *
     * @param delay how long from now, whatever anyone does to the clock meanwhile; at least a millisecond
     * @return cancels it; without effect once it has run
     */
    Runnable later(Duration delay, Runnable task);
}
