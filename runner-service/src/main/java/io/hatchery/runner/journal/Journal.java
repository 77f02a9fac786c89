package io.hatchery.runner.journal;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.hatchery.bus.Position;
import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.FleetEvent;
import io.hatchery.protocol.Phase;
import io.hatchery.runner.lifecycle.ContainerState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a runner writes down of a container before it acts: enough for another runner to go on.
 *
 * @param version of this format
 * @param booted when the host was booted, by the clock that the times of the state were read from; null if unsaid
 * @param state where the container is
 * @param events the number of its last event; the count begins at the time of the journal's making in milliseconds, so that
 *     events of a later journal of the same container have greater numbers
 * @param told where its last acknowledged event lies on the broker; null if there is none
 * @param shown whether the fleet may have a status of it, which is to go with it
 * @param removed the removal that the end of its status answers; null if none does
 * @param outbox what the fleet is still to be told, in order
 */
public record Journal(
        int version,
        @Nullable Instant booted,
        ContainerState state,
        long events,
        @Nullable Position told,
        boolean shown,
        @Nullable CommandId removed,
        List<PendingEvent> outbox) {
    /** The format that is written. */
    public static final int VERSION = 3;

    /**
     * How many events wait for the broker at most before old transitions are dropped; outcomes never are. A container that is
     * restarted every five minutes has that many in a day.
     */
    static final int MAX_OUTBOX = 1_000;

    /** What a clock may be off without having been set: it is slewed now and then, adjtimex(2). */
    private static final Duration SLEW = Duration.ofSeconds(1);

    /**
     * An event that the broker has not acknowledged.
     *
     * @param id its {@code ce_id}, the same however often it is sent
     * @param event what to tell
     */
    public record PendingEvent(String id, FleetEvent event) {
        /** The outcome of a command, which is told once. */
        public static PendingEvent of(FleetEvent.Ended ended) {
            return new PendingEvent(ended.id() + "#outcome", ended);
        }
    }

    /** Keeps an immutable copy of the outbox. */
    public Journal {
        outbox = List.copyOf(outbox);
    }

    /** Of a container in that state that has had no events. */
    public static Journal of(ContainerState state) {
        return new Journal(VERSION, null, state, state.since().toEpochMilli(), null, false, null, List.of());
    }

    /** This after a step, with what that gives to tell. */
    public Journal after(ContainerState next, List<PendingEvent> news) {
        var more = new ArrayList<>(outbox);
        more.addAll(news);
        dropOldTransitions(more);
        return new Journal(
                VERSION,
                booted,
                next,
                events + news.size(),
                told,
                shown || next.phase() != Phase.ABSENT,
                removed,
                more);
    }

    private static void dropOldTransitions(ArrayList<PendingEvent> outbox) {
        // The first may be under way to the broker.
        for (int i = 1; i < outbox.size() && outbox.size() > MAX_OUTBOX; ) {
            if (outbox.get(i).event() instanceof FleetEvent.PhaseChanged) {
                outbox.remove(i);
            } else {
                i++;
            }
        }
    }

    /** This with an event of earlier times to be told, which may be on the broker before the last acknowledged one. */
    public Journal withEarlier(PendingEvent pending) {
        var more = new ArrayList<>(outbox);
        more.addFirst(pending);
        return new Journal(version, booted, state, events, null, shown, removed, more);
    }

    /** This without an event that lies on the broker now; earlier ones may still be on their way there. */
    public Journal without(PendingEvent pending, Position at) {
        boolean first = !outbox.isEmpty() && outbox.getFirst().equals(pending);
        var less = new ArrayList<>(outbox);
        less.remove(pending);
        return new Journal(version, booted, state, events, first ? at : told, shown, removed, less);
    }

    /** This when the fleet may have a status of it that is to end, in answer to a removal. */
    public Journal withStatusTombstonePending(CommandId answered) {
        return new Journal(version, booted, state, events, told, true, answered, outbox);
    }

    /** This when the fleet has no status of it. */
    public Journal withoutStatus() {
        return new Journal(version, booted, state, events, told, false, null, outbox);
    }

    /**
     * This by the clock of now.
     *
     * @param bootedNow when the host was booted by that clock
     */
    public Journal by(Instant bootedNow) {
        Duration jump = booted == null ? Duration.ZERO : Duration.between(booted, bootedNow);
        boolean shifts = jump.abs().compareTo(SLEW) > 0;
        return shifts || booted == null
                ? new Journal(
                        version, bootedNow, shifts ? state.shifted(jump) : state, events, told, shown, removed, outbox)
                : this;
    }

    /** Whether nothing in it needs to be kept. */
    @JsonIgnore
    public boolean isBlank() {
        return state.isAbsent() && outbox.isEmpty() && !shown;
    }
}
