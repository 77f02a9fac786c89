package io.hatchery.runner.journal;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.hatchery.protocol.FleetEvent;
import io.hatchery.runner.lifecycle.ContainerState;
import java.util.List;

/**
 * What a runner writes down of a container before it acts: enough for another runner to go on.
 *
 * @param version of this format
 * @param state where the container is
 * @param events how many events it has had since the host's boot
 * @param outbox what the fleet is still to be told, in order
 */
public record Journal(int version, ContainerState state, long events, List<Pending> outbox) {
    /** The format that is written. */
    public static final int VERSION = 1;

    /**
     * An event that the broker has not acknowledged.
     *
     * @param id its {@code ce_id}, the same however often it is sent
     * @param event what to tell
     */
    public record Pending(String id, FleetEvent event) {
        /** The outcome of a command, which is told once. */
        public static Pending of(FleetEvent.Ended ended) {
            return new Pending(ended.id() + "#outcome", ended);
        }
    }

    /** Keeps an immutable copy of the outbox. */
    public Journal {
        outbox = List.copyOf(outbox);
    }

    /** Of a container in that state that has had no events. */
    public static Journal of(ContainerState state) {
        return new Journal(VERSION, state, 0, List.of());
    }

    /** This with one more event to be told. */
    public Journal with(Pending pending) {
        var more = new java.util.ArrayList<>(outbox);
        more.add(pending);
        return new Journal(version, state, events, more);
    }

    /** Whether nothing in it needs to be kept. */
    @JsonIgnore
    public boolean isBlank() {
        return state.isAbsent() && outbox.isEmpty();
    }
}
