package io.hatchery.runner.plan;

import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Readiness;
import java.time.Duration;

/**
 * How long a container that says nothing of its readiness must live until it counts as ready. nspawn tells that it has begun before
 * its program does, and so also of a program that is not there.
 */
public final class EarlyExitWindow {
    private static final Duration USUAL = Duration.ofMillis(500);

    private EarlyExitWindow() {}

    /** No time for a container that tells itself that it is ready, and less where its start may not take long. */
    public static Duration of(ContainerSpec spec) {
        if (spec.readiness() == Readiness.NOTIFY) {
            return Duration.ZERO;
        }
        if (spec.startTimeout().isInfinite()) {
            return USUAL;
        }
        Duration half = spec.startTimeout().toDuration().dividedBy(2);
        return half.compareTo(USUAL) < 0 ? half : USUAL;
    }
}
