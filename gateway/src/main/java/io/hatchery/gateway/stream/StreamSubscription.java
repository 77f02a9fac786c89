package io.hatchery.gateway.stream;

import io.hatchery.bus.BusRecord;
import io.hatchery.bus.Offsets;
import io.hatchery.gateway.view.ScopedChange;
import io.hatchery.gateway.view.StreamChange;
import io.hatchery.spec.ContainerName;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One client of the stream. What it has not read yet waits here, bounded: a page of the snapshot or of what it missed before it came
 * back, and {@value #MOST_WAITING} live changes, of which statuses keep only the newest of each container or host. A client that is
 * further behind comes back with its cursor.
 */
public final class StreamSubscription {
    /** RFC 6455 and IANA's registry: "try again later". */
    static final int TRY_AGAIN_LATER = 1013;

    static final int MOST_WAITING = 10_000;

    /** A replay reads on when the client has taken so many messages, or {@link #PAGE_CHARS} characters of them. */
    static final int PAGE_MESSAGES = 1_000;

    static final int PAGE_CHARS = 1 << 20;

    /** A client that takes nothing of what it missed for this long is closed. */
    static final Duration STALL_TIMEOUT = Duration.ofMinutes(1);

    /** Stands for all of a container, where its name stands for its status. */
    private record ContainerKey(ContainerName name) {}

    /** A live change that waits. */
    private static final class WaitingChange {
        private final StreamMessage message;
        private final @Nullable BusRecord record;
        private @Nullable String cursor;

        WaitingChange(StreamMessage message, @Nullable BusRecord record) {
            this.message = message;
            this.record = record;
        }
    }

    private final OutboundChannel outgoing;
    private final StreamFilter filter;
    private final Clock clock;
    /** What the client missed and cannot take yet, as JSON; it comes before all that waits. */
    private final ArrayDeque<String> missed = new ArrayDeque<>();

    /** By what a newer change replaces. */
    private final Map<Object, WaitingChange> waiting = new LinkedHashMap<>();

    private @Nullable WaitingChange lastOfBatch;
    private @Nullable StreamMessage unsent;
    private int missedChars;
    private Instant lastTaken = Instant.MIN;
    private @Nullable Promise<Void> drained;
    /** Up to where the client has all from its snapshot or its replay; null before that is known. */
    private @Nullable Offsets replayedTo;

    private Runnable onEnd = () -> {};
    private boolean held;
    private boolean overrun;

    StreamSubscription(OutboundChannel outgoing, StreamFilter filter, Clock clock) {
        this.outgoing = outgoing;
        this.filter = filter;
        this.clock = clock;
        outgoing.onDrained(this::flush);
    }

    StreamFilter filter() {
        return filter;
    }

    OutboundChannel outgoing() {
        return outgoing;
    }

    /** From now on live changes wait until a snapshot, or what was missed, has been sent. */
    void hold() {
        held = true;
        overrun = false;
    }

    /** The snapshot or the replay has all up to there. */
    void includes(Offsets offsets) {
        replayedTo = offsets;
    }

    /** Whether so many live changes came during the replay that they were dropped: the replay must go on to the present. */
    boolean isOverrun() {
        return overrun;
    }

    void release() {
        held = false;
        flush();
    }

    /** Runs something once when the client is gone. */
    void onEnd(Runnable action) {
        onEnd = action;
    }

    void ended() {
        onEnd.run();
        onEnd = () -> {};
    }

    /** A change that the client missed, with the cursor after it; null if something before it is still to be sent. */
    void replay(StreamChange change, @Nullable StreamCursor after) {
        if (isAdmitted(change)) {
            missed(StreamMessages.of(change, after));
        } else if (filter.host() != null && change instanceof StreamChange.StatusChange status) {
            // The status that ended it on the client's host may have been compacted in favour of this one.
            var gone = new StreamChange.StatusChange(status.container(), filter.host(), null);
            if (isAdmitted(gone)) {
                missed(StreamMessages.of(gone, after));
            }
        }
    }

    private boolean isAdmitted(StreamChange change) {
        return filter.admit(ScopedChange.ofFleet(change)) == StreamFilter.Admission.CHANGE;
    }

    /** A message that belongs to the snapshot or to what the client missed. */
    void missed(String message) {
        if (outgoing.isClosed()) {
            return;
        }
        if (missed.isEmpty() && !outgoing.isFull()) {
            outgoing.write(message);
            return;
        }
        if (missed.isEmpty()) {
            lastTaken = clock.instant();
        }
        missed.add(message);
        missedChars += message.length();
    }

    /** Whether so much of what the client missed waits that no more is to be read until it is {@link #drained}. */
    boolean hasFullPage() {
        return missed.size() >= PAGE_MESSAGES || missedChars >= PAGE_CHARS;
    }

    /** Completes when the client has taken all that it missed and was read; never if the client leaves before. */
    Future<Void> drained() {
        if (missed.isEmpty()) {
            return Future.succeededFuture();
        }
        Promise<Void> promise = Promise.promise();
        drained = promise;
        return promise.future();
    }

    void closeIfStalled() {
        if (!missed.isEmpty() && lastTaken.plus(STALL_TIMEOUT).isBefore(clock.instant())) {
            close("took nothing for " + STALL_TIMEOUT.toSeconds() + " s: come back with since=<cursor>");
        }
    }

    /**
     * A change as it happens that the filter admits; {@code record} is null for one that no record stands for.
     *
     * @return whether the client gets it, so that {@link #endBatch} must follow
     */
    boolean live(@Nullable BusRecord record, StreamMessage message) {
        if (overrun || isIncluded(record, message)) {
            return false;
        }
        StreamMessage before = unsent;
        unsent = null;
        if (before != null) {
            write(before.text());
        }
        if (!held && missed.isEmpty() && waiting.isEmpty() && !outgoing.isFull()) {
            unsent = message;
            return true;
        }
        var change = new WaitingChange(message, record);
        Object key = replacedBy(message);
        waiting.remove(key);
        waiting.put(key, change);
        lastOfBatch = change;
        if (waiting.size() > MOST_WAITING) {
            if (held) {
                waiting.clear();
                overrun = true;
            } else {
                close("too slow: come back with since=<cursor>");
            }
        }
        return true;
    }

    /** An operation may wait in an earlier state, which the record of a command led to: its later states are sent in any case. */
    private boolean isIncluded(@Nullable BusRecord record, StreamMessage message) {
        return record != null
                && replayedTo != null
                && replayedTo.hasRead(record)
                && !(message.change() instanceof StreamChange.OperationChange);
    }

    /** A client that has not seen an older status of the same container or host does not need it. */
    private static Object replacedBy(StreamMessage message) {
        return switch (message.change()) {
            case StreamChange.StatusChange status -> status.container();
            case StreamChange.HostChange host -> host.host();
            case StreamChange.EventChange event -> message;
            case StreamChange.ContainerChange container -> new ContainerKey(container.container());
            case StreamChange.Deselection deselection -> new ContainerKey(deselection.container());
            case StreamChange.OperationChange operation -> operation.operation().id();
        };
    }

    /** The changes since the last call are complete up to that cursor. */
    void endBatch(String cursor) {
        StreamMessage last = unsent;
        unsent = null;
        if (last != null) {
            write(last.last(cursor));
        }
        if (lastOfBatch != null) {
            lastOfBatch.cursor = cursor;
            lastOfBatch = null;
        }
    }

    private void close(String reason) {
        missed.clear();
        waiting.clear();
        outgoing.close(TRY_AGAIN_LATER, reason);
    }

    private void flush() {
        while (!missed.isEmpty() && !outgoing.isClosed() && !outgoing.isFull()) {
            String text = missed.removeFirst();
            missedChars -= text.length();
            lastTaken = clock.instant();
            outgoing.write(text);
        }
        Promise<Void> waitingForIt = drained;
        if (waitingForIt != null && missed.isEmpty() && !outgoing.isClosed()) {
            drained = null;
            waitingForIt.complete();
        }
        while (!held && missed.isEmpty() && !waiting.isEmpty() && !outgoing.isClosed() && !outgoing.isFull()) {
            var first = waiting.values().iterator();
            WaitingChange next = first.next();
            first.remove();
            if (!isIncluded(next.record, next.message)) {
                write(next.cursor == null ? next.message.text() : next.message.last(next.cursor));
            }
        }
    }

    private void write(String message) {
        if (!outgoing.isClosed()) {
            outgoing.write(message);
        }
    }
}
