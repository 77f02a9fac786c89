package io.hatchery.gateway;

import io.hatchery.bus.BusRecord;
import io.hatchery.gateway.view.FleetRecord;
import io.hatchery.spec.json.UnreadableException;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A record with its content, or the reason why it has none.
 *
 * @param content null if it cannot be read
 * @param rejection null if it can be read
 */
record ReadRecord(
        BusRecord record,
        @Nullable FleetRecord content,
        @Nullable String rejection) {
    /** From this number of records on they are read on all processors, which is about a third of the work of folding them. */
    private static final int PARALLEL = 50;

    /**
     * Reads records, in their order.
     *
     * @param refusal why a record does not count; empty if it does
     */
    static List<ReadRecord> read(List<BusRecord> records, Function<BusRecord, Optional<String>> refusal) {
        return (records.size() < PARALLEL ? records.stream() : records.parallelStream())
                .map(record -> refusal.apply(record)
                        .map(why -> new ReadRecord(record, null, why))
                        .orElseGet(() -> read(record)))
                .toList();
    }

    private static ReadRecord read(BusRecord record) {
        try {
            return new ReadRecord(record, FleetRecord.read(record), null);
        } catch (UnreadableException | RuntimeException | StackOverflowError e) {
            return new ReadRecord(record, null, RejectedRecords.reasonOf(e));
        }
    }
}
