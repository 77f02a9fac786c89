package io.hatchery.bus;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.RetriableException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes to Kafka, in the order of the calls for any one key as long as no write fails. A thread of its own hands the records to
 * the producer, since that blocks while the topic's metadata has expired and the broker is away.
 */
public final class KafkaPublisher implements Publisher {
    private static final Logger LOG = LoggerFactory.getLogger(KafkaPublisher.class);

    /** How many records may wait to be handed to the producer; more are refused. */
    private static final int MAX_WAITING = 50_000;

    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

    private final Vertx vertx;
    private final BusConfig config;
    private final int patience;
    private final ThreadPoolExecutor thread;
    private volatile @Nullable Producer<byte[], byte[]> producer;
    private volatile @Nullable Producer<byte[], byte[]> broken;

    /**
     * Connects with the first record.
     *
     * @param patience how long to try, in milliseconds
     */
    public KafkaPublisher(Vertx vertx, BusConfig config, int patience) {
        this.vertx = vertx;
        this.config = config;
        this.patience = patience;
        this.thread = new ThreadPoolExecutor(
                1,
                1,
                1,
                TimeUnit.MINUTES,
                new LinkedBlockingQueue<>(MAX_WAITING),
                task -> Thread.ofPlatform().daemon().name("hatchery-publisher").unstarted(task));
        thread.allowCoreThreadTimeOut(true);
    }

    @Override
    public Future<Position> publish(Message message) {
        return send(message.toRecord(config.partitions()));
    }

    @Override
    public Future<Position> sendToDeadLetter(BusRecord record, String reader, String reason) {
        return send(deadLetter(record, reader, reason));
    }

    /** The dead letter for a record. */
    public static ProducerRecord<byte[], byte[]> deadLetter(BusRecord record, String reader, String reason) {
        return DeadLetter.of(record, reader, reason);
    }

    private Future<Position> send(ProducerRecord<byte[], byte[]> record) {
        Context context = vertx.getOrCreateContext();
        Promise<Position> written = Promise.promise();
        try {
            thread.execute(() -> hand(record, context, written));
        } catch (RejectedExecutionException e) {
            return Future.failedFuture(new BusException("cannot write to " + record.topic() + ": " + MAX_WAITING
                    + " records wait for the broker, or this" + " publisher is closed"));
        }
        return written.future();
    }

    private void hand(ProducerRecord<byte[], byte[]> record, Context context, Promise<Position> written) {
        try {
            Producer<byte[], byte[]> current = usable();
            config.authenticator().sign(record);
            var _ = current.send(record, (metadata, e) -> {
                if (e == null) {
                    var position = new Position(metadata.topic(), metadata.partition(), metadata.offset());
                    context.runOnContext(done -> written.complete(position));
                } else {
                    failed(current, e, context, written);
                }
            });
        } catch (RuntimeException e) {
            failed(producer, e, context, written);
        }
    }

    /** A producer whose credentials were refused, for instance, keeps failing after they are accepted again: it is replaced. */
    private void failed(
            @Nullable Producer<byte[], byte[]> by, Exception e, Context context, Promise<Position> written) {
        if (!(e instanceof RetriableException) && !(e instanceof RecordTooLargeException)) {
            broken = by;
        }
        context.runOnContext(done -> written.tryFail(e));
    }

    private Producer<byte[], byte[]> usable() {
        Producer<byte[], byte[]> current = producer;
        if (current != null && current.equals(broken)) {
            LOG.info("replacing the Kafka producer after a fatal error");
            producer = null;
            current.close(CLOSE_TIMEOUT);
            current = null;
        }
        if (current == null) {
            current = new KafkaProducer<>(config.producer(patience));
            producer = current;
        }
        return current;
    }

    /** Closes the connection after the writes under way, for which it waits a few seconds. */
    public Future<Void> close() {
        thread.shutdown();
        return vertx.executeBlocking(
                () -> {
                    if (!thread.awaitTermination(CLOSE_TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
                        LOG.warn("dropping records that still wait for the broker");
                    }
                    Producer<byte[], byte[]> current = producer;
                    if (current != null) {
                        current.close(CLOSE_TIMEOUT);
                    }
                    return null;
                },
                false);
    }
}
