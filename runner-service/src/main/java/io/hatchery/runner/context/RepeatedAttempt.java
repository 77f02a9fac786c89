package io.hatchery.runner.context;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/** Repeats an attempt, with growing pauses, until it has a result or fails. */
public final class RepeatedAttempt {
    private final Timers timers;
    private final GrowingPause pauses;

    /**
     * @param timers call back on the context of the caller
     */
    public RepeatedAttempt(Timers timers, GrowingPause pauses) {
        this.timers = timers;
        this.pauses = pauses;
    }

    /**
     * Begins with an attempt at once.
     *
     * @param attempt is given the sum of the pauses so far; an empty result asks for another attempt
     * @return the first result that is not empty, or the failure of an attempt
     */
    public <T> Future<T> poll(Function<Duration, Future<Optional<T>>> attempt) {
        return poll(attempt, pauses.first(), Duration.ZERO);
    }

    private <T> Future<T> poll(Function<Duration, Future<Optional<T>>> attempt, Duration pause, Duration waited) {
        return attempt.apply(waited)
                .compose(result -> result.isPresent()
                        ? Future.succeededFuture(result.get())
                        : sleep(pause).compose(over -> poll(attempt, pauses.after(pause), waited.plus(pause))));
    }

    private Future<Void> sleep(Duration pause) {
        Promise<Void> over = Promise.promise();
        Runnable _ = timers.later(pause, over::complete);
        return over.future();
    }
}
