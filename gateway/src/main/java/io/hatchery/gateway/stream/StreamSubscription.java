package io.hatchery.gateway.stream;

import io.hatchery.bus.BusRecord;
import io.hatchery.bus.Offsets;
import io.hatchery.gateway.view.StreamChange;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.HostName;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * One client of the stream. What it has not read yet waits here, bounded: a page of what it missed before it came back, and
 * {@value #MOST_WAITING} live changes, of which statuses keep only the newest of each container. A client that is further behind
 * comes back with its cursor.
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

    /**
     * What a client wants to see.
     *
     * @param container only this one; null for all
     * @param host only of this one; null for all
     */
    record Filter(
            @Nullable ContainerName container, @Nullable HostName host) {
        boolean admits(StreamChange change) {
            // The record of a container that is gone may not name its host.
            boolean right = host == null
                    || host.equals(change.host())
                    || change.host() == null && change instanceof StreamChange.StatusChange;
            return right && (container == null || container.equals(change.container()));
        }
    }

    private record LiveChange(StreamChange change, StreamCursor after) {}

    private final OutboundChannel outgoing;
    private final Filter filter;
    private final Clock clock;
    /** What the client missed and cannot take yet, as JSON; it comes before all that waits. */
    private final ArrayDeque<String> missed = new ArrayDeque<>();

    private final ArrayDeque<LiveChange> waiting = new ArrayDeque<>();
    private int missedChars;
    private Instant lastTaken = Instant.MIN;
    private @Nullable Promise<Void> drained;
    /** Where live changes began when the client came back; null for a client that began with a snapshot. */
    private @Nullable Offsets replayedTo;

    private boolean held;
    private boolean overrun;

    StreamSubscription(OutboundChannel outgoing, Filter filter, Clock clock) {
        this.outgoing = outgoing;
        this.filter = filter;
        this.clock = clock;
        outgoing.onDrained(this::flush);
    }

    Filter filter() {
        return filter;
    }

    OutboundChannel outgoing() {
        return outgoing;
    }

    /** From now on live changes wait until what was missed has been sent. */
    void hold(Offsets missedUpTo) {
        held = true;
        overrun = false;
        replayedTo = missedUpTo;
    }

    /** Whether so many live changes came during the replay that they were dropped: the replay must go on to the present. */
    boolean isOverrun() {
        return overrun;
    }

    void release() {
        held = false;
        flush();
    }

    /** A change that the client missed. */
    void replay(StreamChange change, StreamCursor after) {
        if (filter.admits(change)) {
            missed(StreamMessages.of(change, after));
        } else if (filter.host() != null && change instanceof StreamChange.StatusChange status) {
            // The status that ended it on the client's host may have been compacted in favour of this one.
            var gone = new StreamChange.StatusChange(status.container(), filter.host(), null);
            if (filter.admits(gone)) {
                missed(StreamMessages.of(gone, after));
            }
        }
    }

    /** A message that belongs to what the client missed. */
    void missed(String message) {
        if (missed.isEmpty() && !outgoing.isFull()) {
            write(message);
            return;
        }
        if (!outgoing.isClosed()) {
            if (missed.isEmpty()) {
                lastTaken = clock.instant();
            }
            missed.add(message);
            missedChars += message.length();
        }
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

    /** A change as it happens; {@code record} is null for one that no record stands for. */
    void live(@Nullable BusRecord record, StreamChange change, StreamCursor after) {
        if (!filter.admits(change) || record != null && replayedTo != null && replayedTo.hasRead(record)) {
            return;
        }
        if (overrun) {
            return;
        }
        if (!held && missed.isEmpty() && waiting.isEmpty() && !outgoing.isFull()) {
            write(StreamMessages.of(change, after));
            return;
        }
        if (change instanceof StreamChange.StatusChange status) {
            conflate(status);
        }
        waiting.add(new LiveChange(change, after));
        if (held && waiting.size() > MOST_WAITING) {
            waiting.clear();
            overrun = true;
        }
        closeIfTooSlow();
    }

    private void closeIfTooSlow() {
        if (waiting.size() > MOST_WAITING) {
            close("too slow: come back with since=<cursor>");
        }
    }

    private void close(String reason) {
        missed.clear();
        waiting.clear();
        outgoing.close(TRY_AGAIN_LATER, reason);
    }

    /** A client that has not seen an older status of the same container does not need it. */
    private void conflate(StreamChange.StatusChange newer) {
        for (Iterator<LiveChange> it = waiting.iterator(); it.hasNext(); ) {
            if (it.next().change() instanceof StreamChange.StatusChange older
                    && newer.container().equals(older.container())) {
                it.remove();
            }
        }
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
            LiveChange next = waiting.removeFirst();
            write(StreamMessages.of(next.change(), next.after()));
        }
    }

    void write(String message) {
        if (!outgoing.isClosed()) {
            outgoing.write(message);
        }
    }
}
