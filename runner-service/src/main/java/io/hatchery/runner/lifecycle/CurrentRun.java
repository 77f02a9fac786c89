package io.hatchery.runner.lifecycle;

import java.time.Duration;
import java.time.Instant;

/**
 * Where the container is in its lifecycle.
 *
 * @param lifecycle the lifecycle state
 * @param since when the container entered its phase
 * @param runs number of runs since the host's boot, which is also the number of the latest run; 0 if there was none
 */
public record CurrentRun(LifecycleState lifecycle, Instant since, long runs) {
    CurrentRun enter(LifecycleState next, Instant now) {
        return new CurrentRun(next, next.phase() == lifecycle.phase() ? since : now, runs);
    }

    CurrentRun withRuns(long next) {
        return new CurrentRun(lifecycle, since, next);
    }

    CurrentRun shifted(Duration jump) {
        return new CurrentRun(lifecycle.shifted(jump), since.plus(jump), runs);
    }
}
