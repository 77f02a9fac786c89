package io.hatchery.gateway.stream;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.bus.BusRecord;
import io.hatchery.bus.Offsets;
import io.hatchery.gateway.view.StreamChange;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.HostName;
import io.hatchery.spec.json.Json;
import java.util.ArrayDeque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * One client of the stream. What it has not read yet waits here, bounded: of statuses only the newest of each container, and of
 * everything else so many that a client further behind is better served by coming back with its cursor.
 */
public final class StreamSubscription {
    /** RFC 6455 and IANA's registry: "try again later". */
    static final int TRY_AGAIN_LATER = 1013;

    static final int MOST_WAITING = 10_000;

    /**
     * What a client wants to see.
     *
     * @param container only this one; null for all
     * @param host only of this one; null for all
     */
    record Filter(
            @Nullable ContainerName container, @Nullable HostName host) {
        boolean admits(StreamChange change) {
            // Of a container that is gone nothing may say where it was.
            boolean right = host == null
                    || host.equals(change.host())
                    || change.host() == null && change.type().equals("status");
            return right && (container == null || container.equals(change.container()));
        }
    }

    private record ViewAwaiter(StreamChange change, StreamCursor after) {}

    private final OutboundChannel outgoing;
    private final Filter filter;
    /** What the client missed and cannot take yet; it comes before all that waits. */
    private final ArrayDeque<ObjectNode> missed = new ArrayDeque<>();

    private final ArrayDeque<ViewAwaiter> waiting = new ArrayDeque<>();
    /** What was live already when the client came back to what it missed; null once it has caught up. */
    private @Nullable Offsets replayedTo;

    private boolean held;

    StreamSubscription(OutboundChannel outgoing, Filter filter) {
        this.outgoing = outgoing;
        this.filter = filter;
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
        replayedTo = missedUpTo;
    }

    void release() {
        held = false;
        flush();
    }

    /** A change that the client missed. */
    void replay(StreamChange change, StreamCursor after) {
        if (filter.admits(change)) {
            missed(message(change, after));
        } else if (filter.host() != null
                && change.container() != null
                && change.type().equals("status")) {
            // The status that ended it on the client's host may have been compacted in favour of this one.
            StreamChange gone = new StreamChange(
                    "status",
                    change.container(),
                    filter.host(),
                    Json.object().put("container", change.container().value()).putNull("status"));
            if (filter.admits(gone)) {
                missed(message(gone, after));
            }
        }
    }

    /** A message that belongs to what the client missed. */
    void missed(ObjectNode message) {
        if (missed.isEmpty() && !outgoing.isFull()) {
            write(message);
            return;
        }
        if (!outgoing.isClosed()) {
            missed.add(message);
            closeIfTooSlow();
        }
    }

    /** A change as it happens; {@code record} is null for one that no record stands for. */
    void live(@Nullable BusRecord record, StreamChange change, StreamCursor after) {
        if (!filter.admits(change) || record != null && replayedTo != null && replayedTo.hasRead(record)) {
            return;
        }
        if (!held && missed.isEmpty() && waiting.isEmpty() && !outgoing.isFull()) {
            write(message(change, after));
            return;
        }
        if (change.type().equals("status")) {
            conflate(change);
        }
        waiting.add(new ViewAwaiter(change, after));
        closeIfTooSlow();
    }

    private void closeIfTooSlow() {
        if (missed.size() + waiting.size() > MOST_WAITING) {
            missed.clear();
            waiting.clear();
            outgoing.close(TRY_AGAIN_LATER, "too slow: come back with since=<cursor>");
        }
    }

    /** An older status of the same container is of no use to someone who has not seen it. */
    private void conflate(StreamChange newer) {
        for (Iterator<ViewAwaiter> it = waiting.iterator(); it.hasNext(); ) {
            StreamChange older = it.next().change();
            if (older.type().equals("status")
                    && newer.container() != null
                    && newer.container().equals(older.container())) {
                it.remove();
            }
        }
    }

    private void flush() {
        while (!missed.isEmpty() && !outgoing.isClosed() && !outgoing.isFull()) {
            write(missed.removeFirst());
        }
        while (!held && missed.isEmpty() && !waiting.isEmpty() && !outgoing.isClosed() && !outgoing.isFull()) {
            ViewAwaiter next = waiting.removeFirst();
            write(message(next.change(), next.after()));
        }
    }

    private static ObjectNode message(StreamChange change, StreamCursor after) {
        ObjectNode message = Json.object();
        message.put("type", change.type());
        message.put("cursor", after.text());
        message.setAll((ObjectNode) change.body());
        return message;
    }

    void write(ObjectNode message) {
        if (!outgoing.isClosed()) {
            outgoing.write(Json.text(message));
        }
    }
}
