package io.hatchery.runner.service;

import io.hatchery.bus.Bus;
import io.hatchery.protocol.Topics;
import io.hatchery.runner.context.Timers;
import io.hatchery.runner.journal.AcknowledgedOffsets;
import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notes every few minutes from which offset on an event may lie that is not known to be on the broker, so that a runner that
 * crashes has to read minutes of the fleet's events and not weeks.
 */
final class AcknowledgedEvents {
    private static final Logger LOG = LoggerFactory.getLogger(AcknowledgedEvents.class);
    private static final Duration INTERVAL = Duration.ofMinutes(10);
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final Bus bus;
    private final Timers timers;
    private final ContainerControllers controllers;
    private final AcknowledgedOffsets toldFrom;
    private boolean closed;

    AcknowledgedEvents(Bus bus, Timers timers, ContainerControllers controllers, AcknowledgedOffsets toldFrom) {
        this.bus = bus;
        this.timers = timers;
        this.controllers = controllers;
        this.toldFrom = toldFrom;
    }

    /** Begins, once nothing is sent any more that an earlier runner left. */
    void begin() {
        later(
                INTERVAL,
                () -> bus.ends(Topics.EVENTS.name()).onComplete(ends -> {
                    if (ends.succeeded()) {
                        await(ends.result(), controllers.underWay());
                    } else {
                        LOG.debug("the ends of the events are not known", ends.cause());
                        begin();
                    }
                }));
    }

    /** What was sent before the ends were read may lie before them, and has to be noted first. */
    private void await(Map<Integer, Long> ends, Set<String> sentBefore) {
        if (!Collections.disjoint(sentBefore, controllers.underWay())) {
            later(PAUSE, () -> await(ends, sentBefore));
            return;
        }
        try {
            controllers.sync();
            toldFrom.write(ends);
        } catch (IOException e) {
            LOG.warn("where unacknowledged events may lie is not written: {}", e.getMessage());
        }
        begin();
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
