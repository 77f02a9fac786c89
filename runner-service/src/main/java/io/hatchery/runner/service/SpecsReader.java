package io.hatchery.runner.service;

import io.hatchery.bus.Bus;
import io.hatchery.bus.Follower;
import io.hatchery.protocol.Topics;
import io.hatchery.runner.context.Timers;
import io.hatchery.spec.HostName;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Follows the host's specs, from the start of the topic each time, and anew if the topic becomes another. */
final class SpecsReader {
    private static final Logger LOG = LoggerFactory.getLogger(SpecsReader.class);
    private static final Duration RETRY = Duration.ofSeconds(2);

    private final Bus bus;
    private final Timers timers;
    private final String topic;
    private final SpecIntake intake;
    private final Handler<Throwable> onFailure;
    private final TopicRecreationWatcher watch;
    private Supplier<Future<Void>> closing = Future::succeededFuture;
    private boolean closed;

    /**
     * @param onFailure is called when reading cannot go on
     */
    SpecsReader(Bus bus, Timers timers, HostName host, SpecIntake intake, Handler<Throwable> onFailure) {
        this.bus = bus;
        this.timers = timers;
        this.topic = Topics.specs(host).name();
        this.intake = intake;
        this.onFailure = onFailure;
        this.watch = new TopicRecreationWatcher(bus, timers, Topics.specs(host));
    }

    /**
     * Reads the topic to its end and follows it.
     *
     * @return completes when all of it is taken on; fails if the broker is away, and may then be called again
     */
    Future<Void> start() {
        return watch.extent().compose(extent -> {
            intake.beginReading(extent);
            Follower follower = bus.follower("specs", intake::take, onFailure);
            closing = follower::close;
            return follower.follow(List.of(topic))
                    .recover(e -> follower.close().transform(over -> Future.failedFuture(e)))
                    .compose(read -> intake.caughtUp())
                    .onSuccess(read -> watch.begin(intake::position, this::startAnew));
        });
    }

    private void startAnew() {
        if (!closed) {
            closing.get()
                    .transform(over -> closed ? Future.succeededFuture() : start())
                    .onFailure(e -> {
                        LOG.warn("specs cannot be read yet: {}", e.getMessage());
                        Runnable _ = timers.later(RETRY, this::startAnew);
                    });
        }
    }

    /** Ends it. */
    Future<Void> close() {
        closed = true;
        watch.close();
        return closing.get().onComplete(over -> intake.flush());
    }
}
