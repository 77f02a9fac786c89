package io.hatchery.bus;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a topic's single partition on behalf of its one reader, from where that one left off, and commits the low watermark of
 * what is done. Records are handed over in order; how long each takes is nobody's matter but its own.
 */
public final class WatermarkConsumer {
    private static final Logger LOG = LoggerFactory.getLogger(WatermarkConsumer.class);
    /** Above this many unfinished records the topic waits. */
    private static final int MOST_OPEN = 10_000;

    private final Polling polling;
    private final TopicPartition partition;
    private final Function<BusRecord, Future<?>> handler;
    private final Handler<Throwable> onFailure;
    private final Watermark watermark = new Watermark();
    private boolean committing;
    private boolean paused;

    /**
     * @param group whose offsets are committed
     * @param handler takes a record; its future completes when the record's outcome is on the broker
     * @param onFailure is told when reading cannot go on
     */
    public WatermarkConsumer(
            Vertx vertx,
            BusConfig config,
            String topic,
            String group,
            Function<BusRecord, Future<?>> handler,
            Handler<Throwable> onFailure) {
        this.partition = new TopicPartition(topic, 0);
        this.handler = handler;
        this.onFailure = onFailure;
        Map<String, Object> settings = new HashMap<>(config.consumer());
        settings.put("group.id", group);
        this.polling = new Polling(vertx, group, settings, this::take, onFailure);
    }

    /** Begins where the group's committed offset is, or at the start. */
    public Future<Void> start() {
        return polling.with(consumer -> {
            consumer.assign(Set.of(partition));
            return null;
        });
    }

    private void take(Polling.Batch batch) {
        for (var raw : batch.records()) {
            var record = new BusRecord(raw);
            watermark.begin(record.offset());
            handler.apply(record).onComplete(done -> {
                if (done.failed()) {
                    onFailure.handle(done.cause());
                    return;
                }
                watermark.finish(record.offset());
                commit();
            });
        }
        if (!paused && watermark.open() > MOST_OPEN) {
            setPaused(true);
        }
    }

    private void commit() {
        if (paused && watermark.open() < MOST_OPEN / 2) {
            setPaused(false);
        }
        var offset = watermark.toCommit();
        if (committing || offset.isEmpty()) {
            return;
        }
        committing = true;
        long low = offset.getAsLong();
        polling.with(consumer -> {
                    consumer.commitSync(Map.of(partition, new OffsetAndMetadata(low)));
                    return low;
                })
                .onComplete(done -> {
                    committing = false;
                    if (done.succeeded()) {
                        watermark.committed(low);
                        commit();
                    } else {
                        // Safe to go on: a later commit covers this one, and until then redelivery meets deduplication.
                        LOG.warn("offset {} of {} is not committed yet", low, partition, done.cause());
                    }
                });
    }

    private void setPaused(boolean pause) {
        paused = pause;
        polling.with(consumer -> {
                    if (pause) {
                        consumer.pause(Set.of(partition));
                    } else {
                        consumer.resume(Set.of(partition));
                    }
                    return null;
                })
                .onFailure(onFailure);
    }

    /** Commits what is done and ends it. */
    public Future<Void> close() {
        return polling.close();
    }
}
