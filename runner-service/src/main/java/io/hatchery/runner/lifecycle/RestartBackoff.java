package io.hatchery.runner.lifecycle;

import io.hatchery.spec.ContainerName;
import java.time.Duration;

/** How long to wait before an automatic restart: exponential, with jitter that spreads containers but is the same each time. */
final class RestartBackoff {
    /** Ready for that many seconds, a container counts as stable, and its restarts are counted anew. */
    static final long STABLE_SECONDS = 60;

    private static final long FIRST_MILLIS = 1_000;
    private static final long LONGEST_MILLIS = 60_000;
    private static final int SHIFT_LIMIT = 10;
    private static final int JITTER_PERCENT = 20;

    private RestartBackoff() {}

    /** Before the n-th restart in a row, n at least 1. */
    static Duration before(int n, ContainerName container) {
        long plain = Math.min(LONGEST_MILLIS, FIRST_MILLIS << Math.min(n - 1, SHIFT_LIMIT));
        long spread = Math.floorMod(container.value().hashCode() * 31L + n, 100L);
        return Duration.ofMillis(plain - plain * JITTER_PERCENT * spread / 10_000);
    }
}
