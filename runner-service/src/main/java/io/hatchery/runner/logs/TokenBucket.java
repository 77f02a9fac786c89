package io.hatchery.runner.logs;

/** Admits a number of bytes per second in the long run, and a burst after a quiet time. Not thread-safe. */
final class TokenBucket {
    private static final long NANOS = 1_000_000_000L;

    private final LogLimits limits;
    private long tokens;
    private long filledAt;

    /**
     * A full bucket.
     *
     * @param now of a monotonic clock, in nanoseconds
     */
    TokenBucket(LogLimits limits, long now) {
        this.limits = limits;
        this.tokens = limits.burst();
        this.filledAt = now;
    }

    /** How many bytes may be taken now; 0 or less if none. */
    long available(long now) {
        long elapsed = Math.max(0, now - filledAt);
        // Longer than it takes to fill the bucket: the product would not fit.
        long full = limits.burst() * NANOS / limits.rate() + NANOS;
        long added = elapsed >= full ? limits.burst() : elapsed * limits.rate() / NANOS;
        if (added > 0) {
            tokens = Math.min(limits.burst(), tokens + added);
            filledAt = now;
        }
        return tokens;
    }

    /** Takes bytes, possibly more than there are: later ones wait for that. */
    void take(long bytes) {
        tokens -= bytes;
    }
}
