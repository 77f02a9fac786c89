package io.hatchery.bus;

/**
 * Where a record lies.
 *
 * @param topic its topic
 * @param partition its partition
 * @param offset its offset
 */
public record Position(String topic, int partition, long offset) {
    /** {@code <topic>/<partition>/<offset>}, which identifies the record. */
    public String text() {
        return topic + "/" + partition + "/" + offset;
    }
}
