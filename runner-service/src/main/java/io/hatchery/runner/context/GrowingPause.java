package io.hatchery.runner.context;

import java.time.Duration;

/**
 * Pauses between attempts, each twice as long as the one before.
 *
 * @param first more than zero
 * @param longest at least {@code first}
 */
public record GrowingPause(Duration first, Duration longest) {
    /** The pause after another one. */
    public Duration after(Duration pause) {
        Duration twice = pause.multipliedBy(2);
        return twice.compareTo(longest) < 0 ? twice : longest;
    }
}
