package io.hatchery.runner.service;

import io.hatchery.bus.Bus;
import io.hatchery.bus.PartitionExtent;
import io.hatchery.protocol.Topic;
import io.hatchery.runner.context.Timers;
import io.hatchery.runner.journal.TopicPosition;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at times whether a topic that is being read is still the same one, since a consumer does not notice: it reads on at its old
 * offset in a topic that was deleted and created again. A topic that is missing is created again.
 */
final class TopicRecreationWatcher {
    private static final Logger LOG = LoggerFactory.getLogger(TopicRecreationWatcher.class);
    private static final Duration INTERVAL = Duration.ofSeconds(30);

    private final Bus bus;
    private final Timers timers;
    private final Topic topic;
    private boolean closed;

    TopicRecreationWatcher(Bus bus, Timers timers, Topic topic) {
        this.bus = bus;
        this.timers = timers;
        this.topic = topic;
    }

    /** What the topic holds now; the topic is created if it is missing. */
    Future<PartitionExtent> extent() {
        return bus.extent(topic.name())
                .recover(e -> bus.ensure(List.of(topic)).compose(there -> bus.extent(topic.name())));
    }

    /**
     * Looks from now on, until the topic has changed.
     *
     * @param position how far it is read
     * @param onChange is run once the position lies in the topic no more
     */
    void begin(Supplier<TopicPosition> position, Runnable onChange) {
        Runnable _ = timers.later(INTERVAL, () -> {
            if (closed) {
                return;
            }
            TopicPosition before = position.get();
            extent().onComplete(looked -> {
                if (closed) {
                    return;
                }
                if (looked.succeeded() && !before.liesIn(looked.result())) {
                    LOG.error(
                            "topic {} was deleted, created again or truncated: it was read up to {}, and is {} now. It"
                                    + " is read anew",
                            topic.name(),
                            before,
                            looked.result());
                    onChange.run();
                } else {
                    begin(position, onChange);
                }
            });
        });
    }

    void close() {
        closed = true;
    }
}
