package io.hatchery.gateway.logs;

import io.hatchery.protocol.LogBatch;
import io.hatchery.protocol.LogEntry;
import io.hatchery.protocol.Topics;
import io.hatchery.spec.HostName;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The log of one container in the topic of one host, as far as it was read. */
final class HostLog {
    private static final Logger LOG = LoggerFactory.getLogger(HostLog.class);

    private final HostName host;
    private final TopicPartition partition;
    private final LogQuery query;
    private final byte[] key;
    private final DuplicateEntries duplicates;
    private final Deque<Line> lines = new ArrayDeque<>();
    private LogCursor.Place next;
    private final long end;
    private boolean hasWarned;

    /**
     * A line that was read.
     *
     * @param after where to read on after it
     */
    record Line(LogBatch batch, LogEntry entry, LogCursor.Place after) {}

    /**
     * Nothing was read.
     *
     * @param end of the topic at the beginning of the reading
     */
    HostLog(HostName host, LogQuery query, DuplicateEntries duplicates, LogCursor.Place start, long end) {
        this.host = host;
        this.partition = partition(host);
        this.query = query;
        this.key = query.container().value().getBytes(StandardCharsets.UTF_8);
        this.duplicates = duplicates;
        this.next = start;
        this.end = end;
    }

    static TopicPartition partition(HostName host) {
        return new TopicPartition(Topics.logs(host).name(), 0);
    }

    HostName host() {
        return host;
    }

    TopicPartition partition() {
        return partition;
    }

    /** Where the next record is read. */
    LogCursor.Place next() {
        return next;
    }

    void startAt(LogCursor.Place place) {
        next = place;
    }

    long end() {
        return end;
    }

    /** The batch in a record; empty if it is of another container, or unreadable. */
    Optional<LogBatch> batch(ConsumerRecord<byte[], byte[]> record) {
        byte[] value = record.value();
        if (value == null || !Arrays.equals(record.key(), key)) {
            return Optional.empty();
        }
        try {
            LogBatch batch = Json.read(value, LogBatch.class);
            // The topic says which host wrote it, and the key whose log it is.
            return Optional.of(new LogBatch(query.container(), host, batch.source(), batch.epoch(), batch.entries()));
        } catch (UnreadableException | StackOverflowError e) {
            if (!hasWarned) { // there may be a topic full of them
                hasWarned = true;
                LOG.warn("record {} of {} is no log and is left out: {}", record.offset(), partition, e.getMessage());
            }
            return Optional.empty();
        }
    }

    /** Takes the record of which the turn is: its lines that are asked for wait to be taken. */
    void take(ConsumerRecord<byte[], byte[]> record) {
        int first = record.offset() == next.offset() ? next.index() : 0;
        next = new LogCursor.Place(record.offset() + 1, 0);
        batch(record).ifPresent(batch -> {
            for (int i = 0; i < batch.entries().size(); i++) {
                LogEntry entry = batch.entries().get(i);
                // Those before the place are noted, too, so that their repetitions are found.
                if (!duplicates.isRepeated(batch, entry)
                        && i >= first
                        && query.filter().admits(entry)) {
                    lines.add(new Line(batch, entry, new LogCursor.Place(record.offset(), i + 1)));
                }
            }
        });
    }

    /** The next line that waits; null if none does. */
    @Nullable
    Line peek() {
        return lines.peek();
    }

    Line poll() {
        return lines.remove();
    }

    boolean isEmpty() {
        return lines.isEmpty();
    }
}
