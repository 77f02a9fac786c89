package io.hatchery.runner.simulation;

import io.hatchery.protocol.Topic;
import io.hatchery.protocol.Topic.Cleanup;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** One partition of a topic, and how its old records go. */
final class SimulatedLog {
    /** What was written lately is in a segment that is not compacted yet. */
    private static final Duration DIRTY = Duration.ofHours(1);

    final TopicPartition name;
    private final Topic topic;
    final List<Entry> entries = new ArrayList<>();
    /** When tombstones go that a compaction has met, by offset. */
    private final Map<Long, Instant> horizons = new HashMap<>();

    long next;

    /** {@code visible} is when the partition learns that its transaction was committed. */
    record Entry(ConsumerRecord<byte[], byte[]> record, long visible) {
        Instant at() {
            return Instant.ofEpochMilli(record.timestamp());
        }
    }

    SimulatedLog(Topic topic, int number) {
        this.topic = topic;
        this.name = new TopicPartition(topic.name(), number);
    }

    int firstAt(long offset) {
        int low = 0;
        int high = entries.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (entries.get(middle).record.offset() < offset) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Drops what newer records of the same key have replaced, and deletions once every reader had the time to see them. */
    void compact(Instant now, Consumer<ConsumerRecord<byte[], byte[]>> gone) {
        if (!(topic.cleanup() instanceof Cleanup.Compacted(Duration tombstones, Duration _))) {
            return;
        }
        var seen = new HashSet<String>();
        var kept = new ArrayList<Entry>();
        for (Entry entry : entries.reversed()) {
            boolean newest = seen.add(keyOf(entry.record));
            boolean dirty = entry.at().isAfter(now.minus(DIRTY));
            boolean stays = entry.record.value() == null ? !isOver(entry, now, tombstones, dirty) : newest;
            if (dirty || stays) {
                kept.add(entry);
            } else if (entry.record.value() == null) {
                gone.accept(entry.record);
            }
        }
        entries.clear();
        entries.addAll(kept.reversed());
    }

    private boolean isOver(Entry tombstone, Instant now, Duration kept, boolean dirty) {
        if (dirty) {
            return false;
        }
        Instant horizon = horizons.computeIfAbsent(tombstone.record.offset(), offset -> now.plus(kept));
        return now.isAfter(horizon);
    }

    /** Drops segments that are old enough, sooner or later; the one that is written to may stay. */
    void expire(Instant now, SplittableRandom random, Consumer<ConsumerRecord<byte[], byte[]>> gone) {
        if (!(topic.cleanup() instanceof Cleanup.Expiring(Duration time, long _))) {
            return;
        }
        while (!entries.isEmpty()) {
            int end = endOfFirstSegment();
            boolean active = end == entries.size();
            boolean old = entries.get(end - 1).at().isBefore(now.minus(time));
            if (!old || active && random.nextInt(8) != 0) {
                return;
            }
            List<Entry> segment = entries.subList(0, end);
            segment.forEach(entry -> gone.accept(entry.record));
            segment.clear();
        }
    }

    private int endOfFirstSegment() {
        Instant rolls = entries.getFirst().at().plus(topic.segments().age());
        int end = 1;
        while (end < entries.size() && entries.get(end).at().isBefore(rolls)) {
            end++;
        }
        return end;
    }

    static String keyOf(ConsumerRecord<byte[], byte[]> record) {
        return record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8);
    }
}
