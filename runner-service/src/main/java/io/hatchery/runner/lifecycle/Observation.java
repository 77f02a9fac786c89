package io.hatchery.runner.lifecycle;

import io.hatchery.protocol.Exit;
import org.jspecify.annotations.Nullable;

/**
 * What is really there of a run.
 *
 * @param begun whether it was ever spawned; once looked at and not begun, it never will be
 * @param leader its init's pid; null if not known
 * @param ready whether it told that it was ready
 * @param exit how it ended; null if it has not
 * @param said the last that was heard of it if it ended badly; null if that is nothing
 */
public record Observation(
        boolean begun,
        @Nullable Long leader,
        boolean ready,
        @Nullable Exit exit,
        @Nullable String said) {
    /** Of a run that said nothing, or has not ended. */
    public Observation(boolean begun, @Nullable Long leader, boolean ready, @Nullable Exit exit) {
        this(begun, leader, ready, exit, null);
    }
}
