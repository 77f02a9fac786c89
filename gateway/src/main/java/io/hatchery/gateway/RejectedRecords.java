package io.hatchery.gateway;

import io.hatchery.bus.BusRecord;
import io.hatchery.bus.Position;
import io.hatchery.bus.Publisher;
import io.hatchery.bus.RejectedHeartbeats;
import io.hatchery.bus.ReportedRecords;
import io.hatchery.spec.json.UnreadableException;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Queue;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the records that the gateway cannot fold to the dead letters, each once, also if another gateway
 * reads them too. All calls come on one context.
 */
final class RejectedRecords {
    /** The reader of the gateway's dead letters; all gateways have the same. */
    static final String READER = "gateway";

    /** How many wait to be written, and how many bytes they have; more are counted only, and reported after a restart. */
    static final int MAX_WAITING = 10_000;

    static final long MAX_WAITING_BYTES = 64L << 20;

    /** How many dead letters are written at a time. */
    private static final int BATCH = 100;

    private static final Logger LOG = LoggerFactory.getLogger(RejectedRecords.class);

    private final Publisher publisher;
    private final Consumer<Position> onSettled;
    private final ReportedRecords reported = new ReportedRecords(READER);
    private final Queue<PendingRejection> waiting = new ArrayDeque<>();
    private final Set<String> waitingPositions = new HashSet<>();
    private final RejectedHeartbeats heartbeats = new RejectedHeartbeats();
    private long waitingBytes;
    private int writing;
    private long total;
    private long unreported;

    private record PendingRejection(BusRecord record, String reason, long bytes) {}

    /**
     * Nothing is refused yet.
     *
     * @param onSettled is called with the position of each record that is with the dead letters, or need not be reported
     */
    RejectedRecords(Publisher publisher, Consumer<Position> onSettled) {
        this.publisher = publisher;
        this.onSettled = onSettled;
    }

    /** Takes in a dead letter, of this gateway or of another. */
    void view(BusRecord deadLetter) {
        reported.view(deadLetter);
    }

    /** Notes a record that cannot be read, to be reported with {@link #report}. */
    void refuse(BusRecord record, Throwable why) {
        refuse(record, reasonOf(why));
    }

    /** Notes a record that cannot be read for that reason, to be reported with {@link #report}. */
    void refuse(BusRecord record, String reason) {
        total++;
        String position = record.position().text();
        boolean isRepeated = heartbeats.isRepeated(record);
        if (waitingPositions.contains(position)) {
            return;
        }
        if (isRepeated || reported.has(record.position())) {
            onSettled.accept(record.position());
            return;
        }
        long bytes = sizeOf(record);
        if (waiting.size() >= MAX_WAITING || waitingBytes + bytes > MAX_WAITING_BYTES) {
            if (unreported++ % 1000 == 0) {
                LOG.error(
                        "{} and {} before are refused and not with the dead letters, since too many wait: {}",
                        position,
                        unreported - 1,
                        reason);
            }
            return;
        }
        LOG.warn("{} goes to the dead letters: {}", position, reason);
        waiting.add(new PendingRejection(record, reason, bytes));
        waitingPositions.add(position);
        waitingBytes += bytes;
    }

    private static long sizeOf(BusRecord record) {
        long size = 200;
        size += record.raw().key() == null ? 0 : record.raw().key().length;
        size += record.raw().value() == null ? 0 : record.raw().value().length;
        for (var header : record.raw().headers()) {
            size += header.key().length() + (header.value() == null ? 0 : header.value().length);
        }
        return size;
    }

    static String reasonOf(Throwable why) {
        return switch (why) {
            case UnreadableException e -> String.valueOf(e.getMessage());
            case StackOverflowError e -> "its value is nested too deeply";
            default -> "it cannot be handled: " + why;
        };
    }

    /**
     * Writes what waits, as far as no gateway has reported it by now. To be called from time to time, once the dead letters have
     * been read to their end; what cannot be written is tried again at the next call.
     */
    void report() {
        // What fails at once waits for the next call: the broker is away.
        for (int left = Math.min(waiting.size(), BATCH - writing); left > 0; left--) {
            PendingRejection next = waiting.remove();
            if (reported.has(next.record.position())) {
                written(next);
                continue;
            }
            writing++;
            publisher.sendToDeadLetter(next.record, READER, next.reason).onComplete(done -> {
                writing--;
                if (done.succeeded()) {
                    reported.add(next.record.position());
                    written(next);
                } else {
                    LOG.warn("a dead letter waits for the broker: {}", String.valueOf(done.cause()));
                    waiting.add(next);
                }
            });
        }
    }

    private void written(PendingRejection refused) {
        onSettled.accept(refused.record.position());
        waitingPositions.remove(refused.record.position().text());
        waitingBytes -= refused.bytes;
    }

    /** How often records were refused since the start, replays included. */
    long total() {
        return total;
    }

    /** How many of them could not be kept until they could be reported. */
    long unreported() {
        return unreported;
    }
}
