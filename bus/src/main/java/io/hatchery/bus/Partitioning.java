package io.hatchery.bus;

import org.apache.kafka.common.utils.Utils;

/** Where Kafka's default partitioner puts a key. */
public final class Partitioning {
    private Partitioning() {}

    /** The partition of that key among so many. */
    public static int partitionOf(byte[] key, int partitions) {
        return Utils.toPositive(Utils.murmur2(key)) % partitions;
    }
}
