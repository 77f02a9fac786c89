package io.hatchery.bus;

import org.apache.kafka.common.utils.Utils;

/**
 * Over how many partitions the keys of a shared topic were placed, as the records of its only writer show: the setting
 * {@code topics.partitions} that the fleet was set up with. Not thread-safe.
 */
public final class PartitionHistory {
    /** The most partitions that can be set. */
    private static final int MAX = 1_000;

    /** So many records are all counted; of those after them, one of {@value #SAMPLED} counts for as many. */
    static final int COUNTED = 10_000;

    private static final int SAMPLED = 16;
    private static final int MIX = 0x9E3779B1;
    private static final int MIXED_BITS = 28;

    private long records;
    private final long[] fitting = new long[MAX + 1];

    /** Takes in a record of that writer; one without a key shows nothing. */
    public void add(BusRecord record) {
        byte[] key = record.raw().key();
        if (key == null) {
            return;
        }
        int hash = Utils.toPositive(Utils.murmur2(key));
        boolean isCounted = ++records <= COUNTED;
        // By bits of the key other than those that decide over its partition.
        if (!isCounted && hash * MIX >>> MIXED_BITS != 0) {
            return;
        }
        for (int partitions = record.partition() + 1; partitions <= MAX; partitions++) {
            if (hash % partitions == record.partition()) {
                fitting[partitions] += isCounted ? 1 : SAMPLED;
            }
        }
    }

    /**
     * Checks the setting against the records.
     *
     * @throws TopicMismatchException if more of them were placed over another number of partitions
     */
    public void requireFits(int partitions) {
        int best = partitions;
        for (int other = 1; other <= MAX; other++) {
            if (fitting[other] > fitting[best]) {
                best = other;
            }
        }
        if (best != partitions) {
            throw new TopicMismatchException("topics.partitions is " + partitions + ", and the fleet was set up with "
                    + best + ": set topics.partitions to " + best + " in every service");
        }
    }
}
