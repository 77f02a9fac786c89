package io.hatchery.gateway.logs;

import io.hatchery.bus.BusConfig;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;

/** Reads stretches of single partitions. It is used by one thread, which it blocks, but for {@link #wakeUp}. */
final class LogConsumer implements AutoCloseable {
    /** Clocks of hosts and brokers differ by no more than that: see docs/explanation/reliability.md. */
    private static final Duration CLOCK_SKEW = Duration.ofMinutes(1);

    private static final Duration POLL = Duration.ofSeconds(1);
    private static final long STALLED = Duration.ofSeconds(30).toNanos();
    private static final String CALL_TIMEOUT_MILLIS = "20000";

    /** A batch may have a MiB of JSON; so many are in memory at once. */
    private static final String MOST_RECORDS = "20";

    private static final String MOST_BYTES = "2097152";
    private static final String MOST_BYTES_IN_ALL = "4194304";

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Cancellation cancellation;

    /** Whether the reading has been cancelled. */
    interface Cancellation {
        boolean isCancelled();
    }

    /** Takes records. */
    interface LogRecordHandler {
        void take(ConsumerRecord<byte[], byte[]> record) throws IOException;
    }

    LogConsumer(BusConfig config, Cancellation cancellation) {
        var settings = new HashMap<>(config.consumer());
        settings.put("max.poll.records", MOST_RECORDS);
        settings.put("max.partition.fetch.bytes", MOST_BYTES);
        settings.put("fetch.max.bytes", MOST_BYTES_IN_ALL);
        settings.put("default.api.timeout.ms", CALL_TIMEOUT_MILLIS);
        this.consumer = new KafkaConsumer<>(settings);
        this.cancellation = cancellation;
    }

    KafkaConsumer<byte[], byte[]> consumer() {
        return consumer;
    }

    /** How many partitions a topic has; 0 if there is no such topic. */
    int partitions(String topic) {
        List<PartitionInfo> found = consumer.partitionsFor(topic);
        return found == null ? 0 : found.size();
    }

    long beginning(TopicPartition partition) {
        return consumer.beginningOffsets(List.of(partition)).getOrDefault(partition, 0L);
    }

    long end(TopicPartition partition) {
        return consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
    }

    /** An offset before which nothing is that happened at that time or later; the end if nothing is. */
    long offsetAt(TopicPartition partition, Instant time) {
        long millis = Math.max(0, time.minus(CLOCK_SKEW).toEpochMilli());
        var found = consumer.offsetsForTimes(Map.of(partition, millis)).get(partition);
        return found == null ? end(partition) : found.offset();
    }

    /** Reads from one offset up to another. */
    void read(TopicPartition partition, long from, long to, LogRecordHandler handler) throws IOException {
        consumer.assign(List.of(partition));
        consumer.resume(List.of(partition));
        consumer.seek(partition, from);
        var progress = new Progress();
        while (consumer.position(partition) < to) {
            var records = consumer.poll(POLL);
            progress.check(records.isEmpty(), List.of(partition));
            for (ConsumerRecord<byte[], byte[]> record : records) {
                if (record.offset() < to) {
                    handler.take(record);
                }
            }
        }
    }

    Progress progress() {
        return new Progress();
    }

    /** Ends a reading that is cancelled or does not get on. */
    final class Progress {
        private long last = System.nanoTime();

        void check(boolean isEmpty, Collection<TopicPartition> partitions) throws IOException {
            if (cancellation.isCancelled()) {
                throw new IOException("the reading was cancelled");
            }
            if (!isEmpty) {
                last = System.nanoTime();
            } else if (System.nanoTime() - last > STALLED) {
                throw new LogReadException(
                        LogReadException.Kind.BROKER,
                        "nothing of " + partitions + " could be read for "
                                + Duration.ofNanos(STALLED).toSeconds()
                                + " s: check that the broker runs, and try again",
                        null);
            }
        }
    }

    /** Ends a wait of the thread; may be called by any. */
    void wakeUp() {
        consumer.wakeup();
    }

    @Override
    public void close() {
        consumer.close();
    }
}
