package io.hatchery.bus;

import java.util.Collection;
import java.util.List;
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
    record Batch(List<BusRecord> records, Map<Integer, Long> next) {}

    /** Takes over from a member of the same name, whose unfinished transaction is ended, and joins the group. */
    void begin();

    /**
     * Reads on in the source.
     *
     * @param waits for as long as it takes to see whether there is anything; otherwise gives what is there
     */
    Batch poll(boolean waits);

    /** Whether the next poll gives records or a change of ownership at once. Changes nothing of what the last poll gave. */
    boolean isWaiting();

    /** Whether partitions were given or taken since this was asked last. */
    boolean hasOwnershipChanged();

    /** The partitions of the source that are this member's: all, or none if it stands by. */
    Set<Integer> owned();

    /** Over how many partitions the keys of shared topics are placed; the topics may have more by now. */
    int partitionCount();

    /**
     * Reads the views to the end that they have now, without the records that this member wrote.
     *
     * @param settled waits for transactions that others have under way as well, so that whatever a former owner of a partition
     *     committed is seen
     * @param onRecords takes the next records, in order within each partition
     */
    void readViews(boolean settled, Consumer<List<BusRecord>> onRecords);

    /**
     * Writes all of it and commits the group's offsets, or does nothing of it. Without offsets, those where the last batch ended
     * are committed, since the commit is what fails for a member whose place another has taken.
     *
     * @throws org.apache.kafka.common.errors.RecordTooLargeException if the broker refuses one of the records for its size
     */
    void transact(Collection<ProducerRecord<byte[], byte[]>> records, Map<Integer, Long> offsets);

    @Override
    void close();
}
