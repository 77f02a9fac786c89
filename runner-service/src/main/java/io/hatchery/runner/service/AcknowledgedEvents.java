package io.hatchery.runner.service;

import io.hatchery.bus.Bus;
import io.hatchery.protocol.Topics;
import io.hatchery.runner.context.Timers;
import io.hatchery.runner.journal.AcknowledgedOffsets;
import io.vertx.core.Future;
import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records every 10 minutes the offsets behind which unacknowledged events may lie, so that the next runner searches minutes of events,
 * not weeks.
 */
final class AcknowledgedEvents {
    private static final Logger LOG = LoggerFactory.getLogger(AcknowledgedEvents.class);
    private static final Duration INTERVAL = Duration.ofMinutes(10);
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final Bus bus;
    private final Timers timers;
    private final ContainerControllers controllers;
    private final AcknowledgedOffsets acknowledgedOffsets;
    private boolean closed;

    AcknowledgedEvents(
            Bus bus, Timers timers, ContainerControllers controllers, AcknowledgedOffsets acknowledgedOffsets) {
        this.bus = bus;
        this.timers = timers;
        this.controllers = controllers;
        this.acknowledgedOffsets = acknowledgedOffsets;
    }

    /** Begins after the events of an earlier runner were sent. */
    void begin() {
        later(
                INTERVAL,
                () -> bus.ends(Topics.EVENTS.name()).onComplete(ends -> {
                    if (ends.succeeded()) {
                        await(ends.result(), controllers.unacknowledged());
                    } else {
                        LOG.debug("the end offsets of the events topic cannot be read", ends.cause());
                        begin();
                    }
                }));
    }

    /** Waits for events that were sent before the end offsets were read, since they may lie before them. */
    private void await(Map<Integer, Long> ends, Set<String> sentBefore) {
        if (!Collections.disjoint(sentBefore, controllers.unacknowledged())) {
            later(PAUSE, () -> await(ends, sentBefore));
            return;
        }
        controllers
                .writeAcknowledged()
                .compose(durable -> write(ends))
                .onFailure(e -> LOG.warn("the offsets of unacknowledged events cannot be written: {}", e.getMessage()))
                .onComplete(done -> begin());
    }

    private Future<Void> write(Map<Integer, Long> ends) {
        try {
            acknowledgedOffsets.write(ends);
            return Future.succeededFuture();
        } catch (IOException e) {
            return Future.failedFuture(e);
        }
    }

    private void later(Duration delay, Runnable task) {
        Runnable _ = timers.later(delay, () -> {
            if (!closed) {
                task.run();
            }
        });
    }

    void close() {
        closed = true;
    }
}
