package io.hatchery.bus;

import io.hatchery.protocol.Headers;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The records of viewed topics that could not be read, until they are with the dead letters. Views are read again from their
 * start by each session, so those that an earlier session reported are left out. Not thread-safe.
 */
final class RejectedViewRecords {
    private static final Logger LOG = LoggerFactory.getLogger(RejectedViewRecords.class);

    /** The most records that wait to be reported; others are reported by a later session, which reads them again. */
    static final int MAX_RECORDS = 10_000;

    /** The most bytes of the records that wait. */
    static final int MAX_BYTES = 16 << 20;

    /**
     * A refused record.
     *
     * @param record as it was read
     * @param reason why it was refused
     */
    record RejectedRecord(BusRecord record, String reason) {}

    private final ReportedRecords reported;
    private final RejectedHeartbeats heartbeats = new RejectedHeartbeats();
    private final Map<String, RejectedRecord> waiting = new LinkedHashMap<>();
    private long bytes;
    private long leftOut;

    RejectedViewRecords(String reader) {
        this.reported = new ReportedRecords(reader);
    }

    /** Takes in a dead letter. */
    void viewLetter(BusRecord letter) {
        reported.view(letter);
        letter.header(Headers.ORIGIN).ifPresent(origin -> {
            RejectedRecord gone = waiting.get(origin);
            if (gone != null && reported.has(gone.record().position())) {
                waiting.remove(origin);
                bytes -= gone.record().size();
            }
        });
    }

    /** Notes a refused record, unless it is reported already or is a heartbeat as its host had another reported of late. */
    void add(BusRecord record, String reason) {
        Position origin = record.position();
        if (heartbeats.isRepeated(record) || reported.has(origin)) {
            return;
        }
        if (waiting.size() >= MAX_RECORDS || bytes + record.size() > MAX_BYTES) {
            leftOut++;
            return;
        }
        if (waiting.put(origin.text(), new RejectedRecord(record, reason)) == null) {
            bytes += record.size();
        }
    }

    /** Those to be reported now, in the order that they were read; they count as reported from now on. */
    List<RejectedRecord> take() {
        if (leftOut > 0) {
            LOG.warn("{} more refused records of viewed topics are reported after the next start", leftOut);
            leftOut = 0;
        }
        var refused = new ArrayList<RejectedRecord>();
        for (RejectedRecord one : waiting.values()) {
            if (reported.add(one.record().position())) {
                refused.add(one);
            }
        }
        waiting.clear();
        bytes = 0;
        return refused;
    }
}
