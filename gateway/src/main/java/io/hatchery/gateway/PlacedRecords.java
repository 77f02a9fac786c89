package io.hatchery.gateway;

import io.hatchery.bus.BusRecord;
import io.hatchery.bus.Partitioning;
import io.hatchery.gateway.stream.Streams;
import io.hatchery.protocol.Topics;
import io.hatchery.spec.json.UnreadableException;

/**
 * Refuses records of shared topics that are not in the partition of their key, for instance in one that an operator added: their order among the records of
 * the key is undefined. Dead letters have no order.
 */
final class PlacedRecords {
    private final int partitions;
    private final RejectedRecords refused;

    /**
     * @param partitions over how many the keys of shared topics are spread
     */
    PlacedRecords(int partitions, RejectedRecords refused) {
        this.partitions = partitions;
        this.refused = refused;
    }

    /** Whether the record is where it belongs; one that is not is refused. */
    boolean take(BusRecord record) {
        if (record.topic().equals(Topics.DEAD_LETTERS.name())) {
            return true;
        }
        return Partitioning.misplacement(record, partitions)
                .map(reason -> {
                    refused.refuse(record, new UnreadableException(reason));
                    return false;
                })
                .orElse(true);
    }

    /** A replay without the records that are refused. */
    Streams.Replay of(Streams.Replay log) {
        return (from, to, onRecord) -> log.read(from, to, record -> !take(record) || onRecord.test(record));
    }
}
