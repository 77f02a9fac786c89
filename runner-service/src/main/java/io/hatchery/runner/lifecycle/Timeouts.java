package io.hatchery.runner.lifecycle;

import io.hatchery.spec.Span;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The timeouts of starts and stops. */
final class Timeouts {
    /** Between SIGTERM to the supervisor and the kill of every process. */
    static final Duration TERMINATE_GRACE = Duration.ofSeconds(5);
    /** A stop waits this long for readiness: an init that is not ready has no signal handlers yet. */
    static final Duration READINESS_GRACE = Duration.ofSeconds(10);

    private Timeouts() {}

    /** When a timeout that begins now ends; null if it is infinite or ends after {@link Instant#MAX}. */
    static @Nullable Instant end(Instant now, Span timeout) {
        Duration longest = Duration.between(now, Instant.MAX);
        return timeout.isInfinite() || timeout.toDuration().compareTo(longest) >= 0
                ? null
                : now.plus(timeout.toDuration());
    }
}
