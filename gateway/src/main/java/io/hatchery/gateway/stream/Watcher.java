package io.hatchery.gateway.stream;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.bus.BusRecord;
import io.hatchery.bus.Offsets;
import io.hatchery.gateway.view.Change;
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
public final class Watcher {
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
        boolean admits(Change change) {
            // Of a container that is gone nothing may say where it was.
            boolean right = host == null
                    || host.equals(change.host())
                    || change.host() == null && change.type().equals("status");
            return right && (container == null || container.equals(change.container()));
        }
    }

    private record Waiting(Change change, Cursor after) {}

    private final Outgoing outgoing;
    private final Filter filter;
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    /** What was live already when the client came back to what it missed; null once it has caught up. */
    private @Nullable Offsets replayedTo;

    private boolean held;

    Watcher(Outgoing outgoing, Filter filter) {
        this.outgoing = outgoing;
        this.filter = filter;
        outgoing.onDrained(this::flush);
    }

    Filter filter() {
        return filter;
    }

    Outgoing outgoing() {
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
    void replay(Change change, Cursor after) {
        if (filter.admits(change)) {
            write(change, after);
        } else if (filter.host() != null
                && change.container() != null
                && change.type().equals("status")) {
            // The status that ended it on the client's host may have been compacted in favour of this one.
            Change gone = new Change(
                    "status",
                    change.container(),
                    filter.host(),
                    Json.object().put("container", change.container().value()).putNull("status"));
            if (filter.admits(gone)) {
                write(gone, after);
            }
        }
    }

    /** A change as it happens; {@code record} is null for one that no record stands for. */
    void live(@Nullable BusRecord record, Change change, Cursor after) {
        if (!filter.admits(change) || record != null && replayedTo != null && replayedTo.hasRead(record)) {
            return;
        }
        if (!held && waiting.isEmpty() && !outgoing.isFull()) {
            write(change, after);
            return;
        }
        if (change.type().equals("status")) {
            conflate(change);
        }
        waiting.add(new Waiting(change, after));
        if (waiting.size() > MOST_WAITING) {
            waiting.clear();
            outgoing.close(TRY_AGAIN_LATER, "too slow: come back with since=<cursor>");
        }
    }

    /** An older status of the same container is of no use to someone who has not seen it. */
    private void conflate(Change newer) {
        for (Iterator<Waiting> it = waiting.iterator(); it.hasNext(); ) {
            Change older = it.next().change();
            if (older.type().equals("status")
                    && newer.container() != null
                    && newer.container().equals(older.container())) {
                it.remove();
            }
        }
    }

    private void flush() {
        while (!held && !waiting.isEmpty() && !outgoing.isClosed() && !outgoing.isFull()) {
            Waiting next = waiting.removeFirst();
            write(next.change(), next.after());
        }
    }

    private void write(Change change, Cursor after) {
        ObjectNode message = Json.object();
        message.put("type", change.type());
        message.put("cursor", after.text());
        message.setAll((ObjectNode) change.body());
        write(message);
    }

    void write(ObjectNode message) {
        if (!outgoing.isClosed()) {
            outgoing.write(Json.text(message));
        }
    }
}
