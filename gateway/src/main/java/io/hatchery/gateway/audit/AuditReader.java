package io.hatchery.gateway.audit;

import io.hatchery.bus.BusRecord;
import io.hatchery.bus.Offsets;
import io.hatchery.bus.PartitionExtent;
import io.hatchery.protocol.AuditEntry;
import io.hatchery.protocol.Topics;
import io.hatchery.protocol.resource.AuditItem;
import io.hatchery.spec.json.UnreadableException;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads the audit trail backwards, a page at a time.
 *
 * @param extent what the topic holds now
 * @param log reads its records
 */
public record AuditReader(Supplier<Future<PartitionExtent>> extent, RangeReader log) {
    /** Reads records of a topic. */
    public interface RangeReader {
        /** Reads the records from some offsets up to others, in order, as long as the predicate says to read on. */
        Future<Offsets> read(Offsets from, Offsets to, Predicate<BusRecord> onRecord);
    }

    /**
     * A page.
     *
     * @param items the oldest first
     * @param previous before which offset the page before ends; null if there is none
     */
    public record AuditPage(List<AuditItem> items, @Nullable Long previous) {}

    /**
     * The last entries before an offset.
     *
     * @param before null for the newest
     */
    public Future<AuditPage> page(@Nullable Long before, int limit) {
        return extent.get().compose(there -> {
            long end = before == null ? there.end() : Math.min(before, there.end());
            long begin = Math.max(there.beginning(), end - limit);
            var items = new ArrayList<AuditItem>();
            if (begin >= end) {
                return Future.succeededFuture(new AuditPage(items, null));
            }
            return log.read(at(begin), at(end), record -> {
                        items.add(item(record));
                        return true;
                    })
                    .map(read -> new AuditPage(items, begin > there.beginning() ? begin : null));
        });
    }

    private static Offsets at(long offset) {
        var next = new TreeMap<String, List<Long>>();
        next.put(Topics.AUDIT.name(), List.of(offset));
        return new Offsets(next);
    }

    private static AuditItem item(BusRecord record) {
        byte[] bytes = record.isDeletion() ? new byte[0] : record.bytes();
        try {
            return new AuditItem(record.offset(), AuditChain.hash(bytes), record.value(AuditEntry.class));
        } catch (UnreadableException | RuntimeException e) {
            // Not one of ours: an auditor must see that it is there.
            return new AuditItem(record.offset(), AuditChain.hash(bytes), null);
        }
    }
}
