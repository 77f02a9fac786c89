package io.hatchery.runner.lifecycle;

import io.hatchery.protocol.Exit;
import org.jspecify.annotations.Nullable;

/**
 * What a new runner observes of a run that an earlier runner may have spawned.
 *
 * @param spawned whether the run was spawned; if not, the driver guarantees that it never will be
 * @param leader pid of the container's init on the host; null if unknown
 * @param ready whether the container reported readiness
 * @param exit how the run ended; null if it has not
 * @param lastOutput last output of a run that failed; null if there is none
 */
public record Observation(
        boolean spawned,
        @Nullable Long leader,
        boolean ready,
        @Nullable Exit exit,
        @Nullable String lastOutput) {
    /** An observation without output. */
    public Observation(boolean spawned, @Nullable Long leader, boolean ready, @Nullable Exit exit) {
        this(spawned, leader, ready, exit, null);
    }
}
