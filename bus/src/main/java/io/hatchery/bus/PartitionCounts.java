package io.hatchery.bus;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Compares the partitions that the shared topics have with those that are configured. */
final class PartitionCounts {
    private PartitionCounts() {}

    /**
     * Checks the counts.
     *
     * @param actual by topic
     * @return a warning for each topic that has more than are configured
     * @throws TopicMismatchException if one has fewer
     */
    static Set<String> check(Map<String, Integer> actual, int configured) {
        var warnings = new TreeSet<String>();
        actual.forEach((topic, count) -> {
            if (count < configured) {
                throw new TopicMismatchException(
                        "topic " + topic + " has " + count + " partitions, and topics.partitions is " + configured
                                + ": set topics.partitions to the number that the fleet was set up with");
            }
            if (count > configured) {
                warnings.add("topic " + topic + " has " + count + " partitions, and topics.partitions is " + configured
                        + ": the first " + configured
                        + " are used; records that others write to the rest go to the dead"
                        + " letters");
            }
        });
        return warnings;
    }
}
