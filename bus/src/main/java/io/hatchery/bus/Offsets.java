package io.hatchery.bus;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How far several topics have been read.
 *
 * @param next for each topic, by partition, the offset of the next record
 */
public record Offsets(SortedMap<String, List<Long>> next) {
    /** In place of an offset to read from: whatever record is the first that is still there. */
    public static final Long FIRST_THERE_IS = -1L;

    /** Keeps an immutable copy. */
    public Offsets {
        var copy = new TreeMap<String, List<Long>>();
        next.forEach((topic, offsets) -> copy.put(topic, List.copyOf(offsets)));
        next = Collections.unmodifiableSortedMap(copy);
    }

    /** These offsets after that record has been read too; a record already read changes nothing. */
    public Offsets after(BusRecord record) {
        List<Long> offsets = next.get(record.topic());
        if (offsets == null || hasRead(record)) {
            return this;
        }
        var moved = new ArrayList<>(offsets);
        moved.set(record.partition(), record.offset() + 1);
        var all = new TreeMap<>(next);
        all.put(record.topic(), moved);
        return new Offsets(all);
    }

    /**
     * These offsets in one partition of a topic, and others in the rest of it: a read from them to those others reads that partition
     * alone.
     */
    public Offsets inPartition(String topic, int partition, Offsets others) {
        List<Long> offsets = next.get(topic);
        List<Long> rest = others.next.get(topic);
        if (offsets == null || rest == null || offsets.size() != rest.size()) {
            return this;
        }
        var moved = new ArrayList<>(rest);
        moved.set(partition, offsets.get(partition));
        var all = new TreeMap<>(next);
        all.put(topic, moved);
        return new Offsets(all);
    }

    /** Whether the record was read. */
    public boolean hasRead(BusRecord record) {
        List<Long> offsets = next.get(record.topic());
        return offsets != null
                && record.partition() < offsets.size()
                && offsets.get(record.partition()) > record.offset();
    }
}
