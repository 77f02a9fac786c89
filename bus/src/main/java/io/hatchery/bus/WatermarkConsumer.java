package io.hatchery.bus;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import java.util.List;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a topic's single partition for its one reader from the committed offset, and commits the low watermark of the handled
 * records. Handlers get records in order and may complete in any order, without a time limit.
 */
public final class WatermarkConsumer {
    private static final Logger LOG = LoggerFactory.getLogger(WatermarkConsumer.class);
    /** Above this many unfinished records the topic waits. */
    private static final int MOST_OPEN = 10_000;

    private final PartitionReader reader;
    private final Function<BusRecord, Future<?>> handler;
    private final Handler<Throwable> onFailure;
    private final Watermark watermark = new Watermark();
    private boolean committing;
    private boolean paused;

    /**
     * @param reader where records come from and offsets are committed
     * @param handler takes a record; its future completes when the record's outcome is on the broker
     * @param onFailure takes the reason when reading cannot continue
     */
    public WatermarkConsumer(
            PartitionReader reader, Function<BusRecord, Future<?>> handler, Handler<Throwable> onFailure) {
        this.reader = reader;
        this.handler = handler;
        this.onFailure = onFailure;
    }

    /** Begins where the group's committed offset is, or at the start. */
    public Future<Void> start() {
        return reader.committed().compose(offset -> start(offset.orElse(0)));
    }

    /**
     * Begins at an offset.
     *
     * @param offset of the first record to be handed over
     */
    public Future<Void> start(long offset) {
        return reader.start(offset, this::take);
    }

    private void take(List<BusRecord> batch) {
        for (BusRecord record : batch) {
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
        reader.commit(low).onComplete(done -> {
            committing = false;
            if (done.succeeded()) {
                watermark.committed(low);
                commit();
            } else {
                // Safe to go on: a later commit covers this one, and until then redelivery meets deduplication.
                LOG.warn(
                        "offset {} of {} is not committed; a later commit covers it: {}",
                        low,
                        reader.name(),
                        done.cause().getMessage());
            }
        });
    }

    private void setPaused(boolean pause) {
        paused = pause;
        reader.setPaused(pause).onFailure(onFailure);
    }

    /** Ends it; what is done and not committed is delivered again to the next reader. */
    public Future<Void> close() {
        return reader.close();
    }
}
