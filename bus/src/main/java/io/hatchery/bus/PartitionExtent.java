package io.hatchery.bus;

/**
 * What the single partition of a topic holds at a moment.
 *
 * @param topicId the id that Kafka gave to the topic when it was created; a topic that was deleted and created again has another
 * @param beginning the lowest offset that the partition holds records from; compaction does not move it, deletion of records does
 * @param end the offset that the next record gets, transactions under way included
 */
public record PartitionExtent(String topicId, long beginning, long end) {}
