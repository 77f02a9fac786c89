package io.hatchery.bus;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Kafka consumer on a thread of its own, since it may be used by one thread only and its poll blocks. Batches are handed to
 * the context that made it, one at a time: the next poll waits until the last batch was taken, which bounds what is in memory.
 * A handler that throws ends it, which is reported: to read on would lose the rest of the batch.
 */
final class Polling {
    private static final Logger LOG = LoggerFactory.getLogger(Polling.class);
    private static final Duration POLL = Duration.ofSeconds(1);
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final Duration POSITION_TIMEOUT = Duration.ofMillis(100);

    /**
     * What one poll gave.
     *
     * @param positions where each assigned partition is read on, as far as that is known
     */
    record PolledBatch(ConsumerRecords<byte[], byte[]> records, Map<TopicPartition, Long> positions) {}

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final ConcurrentLinkedQueue<PollingTask> tasks = new ConcurrentLinkedQueue<>();
    private final Context context;
    private final BatchHandler<?> batches;
    private volatile @Nullable Set<TopicPartition> watched;
    private final Handler<Throwable> failed;
    private final OnError onError;
    private final RepeatedWarning warning;
    private final Promise<Void> ended = Promise.promise();
    private final String name;
    private volatile boolean closing;
    private volatile boolean isOver;

    /** Takes batches in two steps. */
    interface BatchHandler<T> {
        /** Comes on the thread of the consumer, which does not read on meanwhile. */
        T handle(PolledBatch batch);

        /** Comes on the context, with what the first step gave. */
        void take(PolledBatch batch, T handled);
    }

    /** Takes batches on the context alone. */
    static BatchHandler<Boolean> onContext(Handler<PolledBatch> handler) {
        return new BatchHandler<>() {
            @Override
            public Boolean handle(PolledBatch batch) {
                return true;
            }

            @Override
            public void take(PolledBatch batch, Boolean handled) {
                handler.handle(batch);
            }
        };
    }

    private interface PollingTask {
        void run();

        void refuse();
    }

    /** How it handles a read that Kafka refuses or does not answer. */
    enum OnError {
        /** Read on later, for ever: a broker that is away, or a password that is being changed, ends no service. */
        RETRY,
        /** End it and report the error. */
        FAIL
    }

    Polling(
            Vertx vertx,
            String name,
            Map<String, Object> settings,
            OnError onError,
            BatchHandler<?> batches,
            Handler<Throwable> failed) {
        this.name = name;
        this.onError = onError;
        this.warning = new RepeatedWarning(LOG, name + " cannot read from Kafka and tries again");
        this.context = vertx.getOrCreateContext();
        this.batches = batches;
        this.failed = failed;
        this.consumer = new KafkaConsumer<>(settings);
        Thread.ofPlatform().daemon().name("hatchery-" + name).start(this::run);
    }

    /**
     * Runs something with the consumer on its thread, between polls; it may run twice, since a wake-up can interrupt it. Fails if
     * the thread has ended.
     */
    <T> Future<T> with(Function<Consumer<byte[], byte[]>, T> task) {
        Promise<T> promise = Promise.promise();
        tasks.add(new PollingTask() {
            @Override
            public void run() {
                try {
                    T result = uninterrupted(task);
                    context.runOnContext(done -> promise.complete(result));
                } catch (RuntimeException e) {
                    context.runOnContext(done -> promise.fail(e));
                }
            }

            @Override
            public void refuse() {
                context.runOnContext(done -> promise.fail(new BusException("the reader " + name + " has ended")));
            }
        });
        if (isOver) {
            refuseTasks();
        } else {
            consumer.wakeup();
        }
        return promise.future();
    }

    private <T> T uninterrupted(Function<Consumer<byte[], byte[]>, T> task) {
        while (true) {
            try {
                return task.apply(consumer);
            } catch (WakeupException e) {
                // Meant for a poll, and came after it: the call that it hit is made again.
            }
        }
    }

    Future<Void> close() {
        closing = true;
        consumer.wakeup();
        return ended.future();
    }

    private void run() {
        Throwable failure = null;
        try (consumer) {
            while (!closing) {
                runTasks();
                if (consumer.assignment().isEmpty()) {
                    Thread.sleep(5);
                } else {
                    deliver(poll());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            failure = e;
        }
        isOver = true;
        end(failure);
    }

    private void end(@Nullable Throwable failure) {
        refuseTasks();
        context.runOnContext(done -> {
            ended.tryComplete();
            if (failure != null) {
                failed.handle(failure);
            }
        });
    }

    private void runTasks() {
        for (PollingTask task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    private void refuseTasks() {
        for (PollingTask task = tasks.poll(); task != null; task = tasks.poll()) {
            task.refuse();
        }
    }

    private ConsumerRecords<byte[], byte[]> poll() throws InterruptedException {
        try {
            ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
            warning.succeeded();
            return records;
        } catch (WakeupException e) {
            return ConsumerRecords.empty();
        } catch (InterruptException e) {
            throw e;
        } catch (KafkaException e) {
            if (onError == OnError.FAIL) {
                throw e;
            }
            warning.failed(e);
            Thread.sleep(RETRY);
            return ConsumerRecords.empty();
        }
    }

    /** Batches have the positions of these partitions only; of all that are assigned for null, which costs time for each. */
    void watch(@Nullable Set<TopicPartition> partitions) {
        watched = partitions == null ? null : Set.copyOf(partitions);
    }

    private Map<TopicPartition, Long> watchedPositions(Consumer<byte[], byte[]> from) {
        Set<TopicPartition> wanted = watched;
        if (wanted == null) {
            return knownPositions(from);
        }
        var assigned = new HashSet<>(wanted);
        assigned.retainAll(from.assignment());
        return knownPositions(from, assigned);
    }

    /** Where assigned partitions are read on. One is left out while that cannot be found out, since the broker is away. */
    static Map<TopicPartition, Long> knownPositions(Consumer<byte[], byte[]> consumer) {
        return knownPositions(consumer, consumer.assignment());
    }

    /** Where those of the assigned partitions are read on. */
    static Map<TopicPartition, Long> knownPositions(Consumer<byte[], byte[]> consumer, Set<TopicPartition> partitions) {
        var positions = new HashMap<TopicPartition, Long>();
        Duration patience = POSITION_TIMEOUT; // for all of them together: many topics may be gone
        for (TopicPartition partition : partitions) {
            try {
                positions.put(partition, consumer.position(partition, patience));
            } catch (WakeupException | InterruptException e) {
                throw e;
            } catch (KafkaException e) {
                patience = Duration.ZERO;
                LOG.debug("the position of {} is not known: {}", partition, e.getMessage());
            }
        }
        return positions;
    }

    private void deliver(ConsumerRecords<byte[], byte[]> records) throws InterruptedException {
        deliver(batches, new PolledBatch(records, uninterrupted(this::watchedPositions)));
    }

    private <T> void deliver(BatchHandler<T> handler, PolledBatch batch) throws InterruptedException {
        T handled = handler.handle(batch);
        var taken = new CountDownLatch(1);
        var thrown = new AtomicReference<Throwable>();
        context.runOnContext(any -> {
            try {
                handler.take(batch, handled);
            } catch (RuntimeException | Error e) {
                thrown.set(e);
            } finally {
                taken.countDown();
            }
        });
        taken.await();
        if (thrown.get() != null) {
            throw new IllegalStateException("a batch of the reader " + name + " could not be handled", thrown.get());
        }
    }

    static Set<TopicPartition> partitionsOf(Consumer<byte[], byte[]> consumer, Iterable<String> topics) {
        var partitions = new HashSet<TopicPartition>();
        for (String topic : topics) {
            var infos = consumer.partitionsFor(topic);
            if (infos == null || infos.isEmpty()) {
                throw new BusException("topic " + topic
                        + " does not exist: start a service, which creates it, or check kafka.bootstrap.servers");
            }
            infos.forEach(info -> partitions.add(new TopicPartition(topic, info.partition())));
        }
        return partitions;
    }
}
