package io.hatchery.runner.lifecycle;

import io.hatchery.spec.ContainerSpec;
import org.jspecify.annotations.Nullable;

/**
 * What the container should be.
 *
 * @param spec the newest spec; null if the host has none
 * @param desiredRunning whether the container should run
 * @param restartPending whether the run ends only to start again with a changed spec; false unless {@code desiredRunning}
 * @param removal what is removed after the run has ended; null if nothing is
 */
public record Intent(
        @Nullable ContainerSpec spec,
        boolean desiredRunning,
        boolean restartPending,
        @Nullable Removal removal) {
    /** The intent for a container that the host has no spec of. */
    static final Intent NONE = new Intent(null, false, false, null);

    Intent withSpec(@Nullable ContainerSpec next) {
        return new Intent(next, desiredRunning, restartPending, removal);
    }

    Intent withDesiredRunning(boolean next) {
        return new Intent(spec, next, restartPending && next, removal);
    }

    Intent withRestartPending(boolean next) {
        return new Intent(spec, desiredRunning, next, removal);
    }

    Intent withRemoval(@Nullable Removal next) {
        return new Intent(spec, desiredRunning, restartPending, next);
    }
}
