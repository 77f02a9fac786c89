package io.hatchery.bus;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;

/** What one transaction is to write, bounded, so that it ends well within its time-out. */
final class LoopTransaction {
    /**
     * At this many records it is full: two thousand definitions with evaluation, spec and event each, which take well under a second.
     * Most of what a transaction costs depends on the partitions that it reaches, of which there are hundreds.
     */
    static final int MAX_RECORDS = 6_000;

    /** At this many bytes it is full: with the answer that fills it (at most a few records of 2 MiB) well under a producer's 32 MiB. */
    static final int MAX_BYTES = 8 << 20;

    private final List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    private final List<Position> answered = new ArrayList<>();
    private final Map<Integer, Long> offsets = new HashMap<>();
    private long bytes;

    void write(ProducerRecord<byte[], byte[]> record) {
        records.add(record);
        bytes += RecordSizes.of(record);
    }

    /** A record of the source is answered by it. */
    void answer(BusRecord record) {
        answered.add(record.position());
        offsets.put(record.partition(), record.offset() + 1);
    }

    /** The source is read up to there. */
    void read(Map<Integer, Long> next) {
        offsets.putAll(next);
    }

    boolean isFull() {
        return records.size() >= MAX_RECORDS || bytes >= MAX_BYTES;
    }

    boolean isEmpty() {
        return records.isEmpty() && offsets.isEmpty();
    }

    List<ProducerRecord<byte[], byte[]>> records() {
        return records;
    }

    List<Position> answered() {
        return answered;
    }

    Map<Integer, Long> offsets() {
        return offsets;
    }
}
