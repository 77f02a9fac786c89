package io.hatchery.runner.service;

import io.hatchery.bus.Bus;
import io.hatchery.bus.BusRecord;
import io.hatchery.bus.PartitionExtent;
import io.hatchery.bus.PartitionReader;
import io.hatchery.bus.WatermarkConsumer;
import io.hatchery.protocol.Groups;
import io.hatchery.protocol.Topics;
import io.hatchery.runner.context.Timers;
import io.hatchery.runner.journal.Positions;
import io.hatchery.runner.journal.TopicPosition;
import io.hatchery.spec.HostName;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the host's commands from the position on the host's disk. The committed offset on the broker expires while a host is away,
 * and its commands would be executed again.
 */
final class CommandReader {
    private static final Logger LOG = LoggerFactory.getLogger(CommandReader.class);
    private static final Duration RETRY = Duration.ofSeconds(2);

    private final Bus bus;
    private final Timers timers;
    private final String topic;
    private final String group;
    private final Positions positions;
    private final Function<BusRecord, Future<?>> intake;
    private final Handler<Throwable> onFailure;
    private final TopicRecreationWatcher watch;
    private final PositionWriter writer;
    private @Nullable TopicProgress progress;
    private Supplier<Future<Void>> closing = Future::succeededFuture;
    private boolean closed;

    /**
     * @param intake handles a record; completes when the broker has its outcome
     * @param onFailure is called when reading fails
     */
    CommandReader(
            Bus bus,
            Timers timers,
            HostName host,
            Positions positions,
            Function<BusRecord, Future<?>> intake,
            Handler<Throwable> onFailure) {
        this.bus = bus;
        this.timers = timers;
        this.topic = Topics.commands(host).name();
        this.group = Groups.ofRunner(host);
        this.positions = positions;
        this.intake = intake;
        this.onFailure = onFailure;
        this.watch = new TopicRecreationWatcher(bus, timers, Topics.commands(host));
        this.writer = new PositionWriter(timers, this::write);
    }

    private void write() throws IOException {
        if (progress != null) {
            positions.keep(progress.position());
        }
    }

    /** Begins to read; fails if the broker is unreachable, and may be called again then. */
    Future<Void> start() {
        return watch.extent().compose(extent -> {
            PartitionReader reader = bus.partition(topic, group, onFailure);
            return position(reader, extent)
                    .compose(position -> begin(reader, position, extent))
                    .recover(e -> reader.close().transform(over -> Future.failedFuture(e)));
        });
    }

    private Future<TopicPosition> position(PartitionReader reader, PartitionExtent extent) {
        return positions
                .commands()
                .map(kept -> Future.succeededFuture(kept.in(extent)))
                .orElseGet(() -> reader.committed().map(committed -> committedPosition(committed, extent)));
    }

    private static TopicPosition committedPosition(OptionalLong committed, PartitionExtent extent) {
        return TopicPosition.of(extent.topicId(), Math.min(committed.orElse(extent.beginning()), extent.end()));
    }

    private Future<Void> begin(PartitionReader reader, TopicPosition position, PartitionExtent extent) {
        boolean continues =
                positions.commands().map(kept -> kept.liesIn(extent)).orElse(true);
        long from = continues ? position.low() : extent.beginning();
        LOG.info("reads commands from offset {}; the topic ends at offset {}", from, extent.end());
        var handling = new TopicProgress(position);
        progress = handling;
        var consumer = new WatermarkConsumer(new PositionedReader(reader), record -> take(record, handling), onFailure);
        closing = consumer::close;
        return consumer.start(from).onSuccess(begun -> {
            Future<Void> _ = writer.changed();
            watch.begin(handling::position, this::restart);
        });
    }

    private Future<?> take(BusRecord record, TopicProgress handling) {
        if (handling.wasHandled(record)) {
            return Future.succeededFuture();
        }
        handling.open(record.offset());
        handling.pass(record);
        return intake.apply(record).onSuccess(ended -> {
            handling.close(record.offset());
            Future<Void> _ = writer.changed();
        });
    }

    private void restart() {
        if (!closed) {
            closing.get()
                    .transform(over -> closed ? Future.succeededFuture() : start())
                    .onFailure(e -> {
                        LOG.warn("commands cannot be read, and are tried again: {}", e.getMessage());
                        Runnable _ = timers.later(RETRY, this::restart);
                    });
        }
    }

    /** Stops reading and writes the position. */
    Future<Void> close() {
        closed = true;
        watch.close();
        return closing.get().onComplete(over -> {
            try {
                writer.flush();
            } catch (IOException e) {
                LOG.warn("the position of commands is not written: {}", e.getMessage());
            }
        });
    }

    /** A reader that commits an offset after the position is on the host's disk. */
    private final class PositionedReader implements PartitionReader {
        private final PartitionReader reader;
        private long next;

        PositionedReader(PartitionReader reader) {
            this.reader = reader;
        }

        @Override
        public String name() {
            return reader.name();
        }

        @Override
        public Future<OptionalLong> committed() {
            return reader.committed();
        }

        @Override
        public Future<Void> start(long offset, Handler<List<BusRecord>> batches) {
            return reader.start(offset, batch -> {
                if (!batch.isEmpty() && batch.getFirst().offset() >= next) {
                    next = batch.getLast().offset() + 1;
                    batches.handle(batch);
                } // else the topic was created again: the watcher notices, and it is read from its beginning
            });
        }

        @Override
        public Future<Void> commit(long offset) {
            return writer.changed().compose(written -> reader.commit(offset));
        }

        @Override
        public Future<Void> setPaused(boolean paused) {
            return reader.setPaused(paused);
        }

        @Override
        public Future<Void> close() {
            return reader.close();
        }
    }
}
