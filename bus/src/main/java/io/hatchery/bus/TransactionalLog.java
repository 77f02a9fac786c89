package io.hatchery.bus;

import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * One member of a consumer group that reads a source topic, views other topics, and writes in transactions. Blocks. Every method
 * throws {@link org.apache.kafka.common.KafkaException} or {@link BusException} when this member can do no more, for instance
 * since another has taken its place; what it had begun to write is then not there.
 */
public interface TransactionalLog extends AutoCloseable {
    /**
     * What one poll of the source gave.
     *
     * @param records in order within each partition
     * @param next by partition of these records, the offset of the first that is not among them
     */
    record Batch(Iterable<BusRecord> records, Map<Integer, Long> next) {}

    /** Takes over from a member of the same name, whose unfinished transaction is ended, and joins the group. */
    void begin();

    /** Reads on in the source, for as long as it takes to see whether there is anything. */
    Batch poll();

    /** Whether partitions were given or taken since this was asked last. */
    boolean hasOwnershipChanged();

    /** The partitions of the source that are this member's. */
    Set<Integer> owned();

    /** How many partitions the source has. */
    int partitionCount();

    /**
     * Reads the views to the end that they have now.
     *
     * @param settled waits for transactions that others have under way as well, so that whatever a former owner of a partition
     *     committed is seen
     */
    void readViews(boolean settled, Consumer<BusRecord> onRecord);

    /** Writes all of it and commits the group's offsets, or does nothing of it. */
    void transact(Collection<ProducerRecord<byte[], byte[]>> records, Map<Integer, Long> offsets);

    @Override
    void close();
}
