package io.hatchery.runner.plan;

import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Readiness;
import java.time.Duration;

/**
 * How long a container with {@code readiness: started} must live until it counts as ready. nspawn reports readiness before it runs the
 * container's program, so also for a program that does not exist.
 */
public final class EarlyExitWindow {
    private static final Duration USUAL = Duration.ofMillis(500);

    private EarlyExitWindow() {}

    /** Zero with {@code readiness: notify}; at most half of the {@code startTimeout}. */
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
