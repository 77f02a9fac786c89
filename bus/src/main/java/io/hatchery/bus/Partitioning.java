package io.hatchery.bus;

import io.hatchery.protocol.Topics;
import java.util.Optional;
import org.apache.kafka.common.utils.Utils;

/** Where Kafka's default partitioner puts a key. */
public final class Partitioning {
    private Partitioning() {}

    /** The partition of that key among so many. */
    public static int partitionOf(byte[] key, int partitions) {
        return Utils.toPositive(Utils.murmur2(key)) % partitions;
    }

    /**
     * Why a record does not count: it is not authentic, or not where it belongs. Empty if it counts.
     *
     * @param partitions over how many the keys of shared topics are spread
     */
    public static Optional<String> refusal(BusRecord record, int partitions) {
        return record.inauthenticity().or(() -> misplacement(record, partitions));
    }

    /**
     * Why a record is not where it belongs; empty if it is, or if it belongs nowhere in particular.
     *
     * @param partitions over how many the keys of shared topics are spread
     */
    private static Optional<String> misplacement(BusRecord record, int partitions) {
        byte[] key = record.raw().key();
        if (key == null || !Topics.isShared(record.topic())) {
            return Optional.empty();
        }
        int right = partitionOf(key, partitions);
        return right == record.partition()
                ? Optional.empty()
                : Optional.of("its key belongs to partition " + right + " of " + partitions
                        + " (topics.partitions), not to partition " + record.partition()
                        + ", so its order among the records of its key is undefined: write it through the gateway, or with"
                        + " the murmur2 partitioner over " + partitions + " partitions (kcat.conf sets it)");
    }
}
