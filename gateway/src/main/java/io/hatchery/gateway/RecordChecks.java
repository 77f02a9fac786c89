package io.hatchery.gateway;

import io.hatchery.bus.BusRecord;
import io.hatchery.bus.Partitioning;
import io.hatchery.gateway.stream.Streams;
import io.hatchery.protocol.Topics;
import java.util.Optional;

/**
 * Refuses records that are not authentic, and records of shared topics that are not in the partition of their key, for instance in one
 * that an operator added: their order among the records of the key is undefined. Dead letters have no order.
 */
final class RecordChecks {
    private final int partitions;
    private final RejectedRecords refused;

    /**
     * @param partitions over how many the keys of shared topics are spread
     */
    RecordChecks(int partitions, RejectedRecords refused) {
        this.partitions = partitions;
        this.refused = refused;
    }

    /** Why a record does not count; empty if it does. */
    Optional<String> refusal(BusRecord record) {
        return record.topic().equals(Topics.DEAD_LETTERS.name())
                ? Optional.empty()
                : Partitioning.refusal(record, partitions);
    }

    private boolean counts(BusRecord record) {
        Optional<String> reason = refusal(record);
        reason.ifPresent(why -> refused.refuse(record, why));
        return reason.isEmpty();
    }

    /** A replay without the records that are refused. */
    Streams.Replay of(Streams.Replay log) {
        return (from, to, onRecord) -> log.read(from, to, record -> !counts(record) || onRecord.test(record));
    }
}
