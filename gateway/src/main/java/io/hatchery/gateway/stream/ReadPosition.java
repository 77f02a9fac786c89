package io.hatchery.gateway.stream;

import io.hatchery.bus.BusRecord;
import io.hatchery.bus.Offsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** How far the gateway has read the topics of the stream. Used on one thread. */
final class ReadPosition {
    private final List<String> topics;
    private final Map<String, long[]> next = new TreeMap<>();
    /** The positions at the begin: whatever the database says, the records before them were read. */
    private final Map<String, long[]> begun = new TreeMap<>();

    private SortedMap<String, String> topicIds = Collections.emptySortedMap();
    private Instant readAt = Instant.EPOCH;

    ReadPosition(List<String> topics) {
        this.topics = topics;
    }

    void begin(SortedMap<String, String> ids, Offsets readTo) {
        topicIds = new TreeMap<>(ids);
        topicIds.keySet().retainAll(topics);
        for (String topic : topics) {
            List<Long> offsets = readTo.next().getOrDefault(topic, List.of());
            next.put(topic, offsets.stream().mapToLong(Long::longValue).toArray());
            begun.put(topic, offsets.stream().mapToLong(Long::longValue).toArray());
        }
    }

    void caughtUp(Instant at) {
        if (at.isAfter(readAt)) {
            readAt = at;
        }
    }

    /** A record was read; returns whether it is of these topics. */
    boolean passed(BusRecord record) {
        long[] offsets = next.get(record.topic());
        if (offsets == null) {
            return topics.contains(record.topic());
        }
        if (record.partition() < offsets.length) {
            offsets[record.partition()] = Math.max(offsets[record.partition()], record.offset() + 1);
        }
        return true;
    }

    SortedMap<String, String> topicIds() {
        return topicIds;
    }

    Instant readAt() {
        return readAt;
    }

    StreamCursor cursor() {
        return new StreamCursor(topicIds, offsets(next), readAt);
    }

    /**
     * The cursor of a state of the database.
     *
     * @param positions up to which it has the records of the topics
     * @param at the time of the present cursor before the state was read
     */
    StreamCursor cursorAt(Map<String, Map<Integer, Long>> positions, Instant at) {
        return new StreamCursor(topicIds, at(positions), at);
    }

    /** The offsets of a state of the database. */
    private Offsets at(Map<String, Map<Integer, Long>> positions) {
        var offsets = new TreeMap<String, long[]>();
        begun.forEach((topic, first) -> {
            long[] of = first.clone();
            positions.getOrDefault(topic, Map.of()).forEach((partition, offset) -> {
                if (partition < of.length) {
                    of[partition] = Math.max(of[partition], offset);
                }
            });
            offsets.put(topic, of);
        });
        return offsets(offsets);
    }

    private static Offsets offsets(Map<String, long[]> next) {
        var offsets = new TreeMap<String, List<Long>>();
        next.forEach((topic, values) -> {
            var list = new ArrayList<Long>(values.length);
            for (long value : values) {
                list.add(value);
            }
            offsets.put(topic, list);
        });
        return new Offsets(offsets);
    }
}
