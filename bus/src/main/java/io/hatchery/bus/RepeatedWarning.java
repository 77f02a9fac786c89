package io.hatchery.bus;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/** Logs a failure that repeats while something is retried, at most once a minute. Not thread-safe. */
public final class RepeatedWarning {
    private static final long INTERVAL = Duration.ofMinutes(1).toNanos();

    private final Logger log;
    private final String what;
    private @Nullable Long last;

    /**
     * Has logged nothing yet.
     *
     * @param what fails, and what that means
     */
    public RepeatedWarning(Logger log, String what) {
        this.log = log;
        this.what = what;
    }

    /** It has failed again. */
    public void failed(Throwable e) {
        long now = System.nanoTime();
        if (last == null || now - last >= INTERVAL) {
            last = now;
            log.warn("{}: {}", what, e.toString());
        }
    }

    /** It has succeeded: the next failure is logged at once. */
    public void succeeded() {
        if (last != null) {
            last = null;
            log.info("recovered: {}", what);
        }
    }
}
