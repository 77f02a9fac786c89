package io.hatchery.bus;

import io.hatchery.protocol.Topics;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts the partitions of the shared topics each minute: an operator may add some, or create a topic again with fewer, at any time. */
public final class PartitionCountWatcher {
    private static final Logger LOG = LoggerFactory.getLogger(PartitionCountWatcher.class);
    private static final Duration INTERVAL = Duration.ofMinutes(1);

    private PartitionCountWatcher() {}

    /**
     * Starts it; it ends with the verticle on whose context this is called. More partitions than configured are logged.
     *
     * @param onFailure takes the error if a topic has fewer partitions than configured
     */
    public static void start(Vertx vertx, BusConfig config, Handler<Throwable> onFailure) {
        start(vertx, config, INTERVAL, onFailure);
    }

    static void start(Vertx vertx, BusConfig config, Duration interval, Handler<Throwable> onFailure) {
        vertx.setPeriodic(
                interval.toMillis(),
                tick -> vertx.executeBlocking(() -> {
                            try (var setup = new TopicSetup(config)) {
                                return setup.grown(Topics.ofTheFleet());
                            }
                        })
                        .onFailure(e -> {
                            if (e instanceof TopicMismatchException) {
                                onFailure.handle(e);
                            } else {
                                LOG.warn("cannot count the partitions of the topics: {}", e.getMessage());
                            }
                        }));
    }
}
