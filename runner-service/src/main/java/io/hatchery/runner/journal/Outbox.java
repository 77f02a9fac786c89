package io.hatchery.runner.journal;

import io.hatchery.bus.Position;
import io.hatchery.protocol.FleetEvent;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The events of a container that the broker has not acknowledged.
 *
 * @param lastSequence sequence number of the container's last event. The first journal of a container begins at its time in
 *     milliseconds, so that the events of a later journal have greater numbers.
 * @param acknowledged position of the last acknowledged event on the broker, behind which pending events may lie; null if unknown
 * @param pending the events in the order in which they are sent
 */
public record Outbox(long lastSequence, @Nullable Position acknowledged, List<PendingEvent> pending) {
    /**
     * The number of pending events above which the oldest phase changes are dropped; outcomes never are. A container that restarts
     * every five minutes has that many in a day.
     */
    static final int MAX_PENDING = 1_000;

    /** Keeps an immutable copy of the events. */
    public Outbox {
        pending = List.copyOf(pending);
    }

    /** Whether the broker has every event. */
    public boolean isEmpty() {
        return pending.isEmpty();
    }

    Outbox add(List<PendingEvent> events) {
        var more = new ArrayList<>(pending);
        more.addAll(events);
        dropOldPhaseChanges(more);
        return new Outbox(lastSequence + events.size(), acknowledged, more);
    }

    private static void dropOldPhaseChanges(ArrayList<PendingEvent> events) {
        // The first may be on its way to the broker.
        for (int i = 1; i < events.size() && events.size() > MAX_PENDING; ) {
            if (events.get(i).event() instanceof FleetEvent.PhaseChanged) {
                events.remove(i);
            } else {
                i++;
            }
        }
    }

    /** Adds an event of an earlier journal, which may lie before the last acknowledged one on the broker. */
    Outbox addEarlier(PendingEvent event) {
        var more = new ArrayList<>(pending);
        more.addFirst(event);
        return new Outbox(lastSequence, null, more);
    }

    /** Removes an acknowledged event. Only the first moves the position, since earlier events may still be on their way. */
    Outbox acknowledge(PendingEvent event, Position position) {
        boolean first = !pending.isEmpty() && pending.getFirst().equals(event);
        var rest = new ArrayList<>(pending);
        rest.remove(event);
        return new Outbox(lastSequence, first ? position : acknowledged, rest);
    }
}
