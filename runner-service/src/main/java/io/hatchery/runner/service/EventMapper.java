package io.hatchery.runner.service;

import io.hatchery.protocol.ContainerStatus;
import io.hatchery.protocol.Exit;
import io.hatchery.protocol.FleetEvent;
import io.hatchery.protocol.FleetEventPhaseChangedBuilder;
import io.hatchery.runner.journal.PendingEvent;
import io.hatchery.runner.lifecycle.ContainerState;
import io.hatchery.runner.lifecycle.Effect;
import io.hatchery.runner.lifecycle.Transition;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The events to publish for a step of the lifecycle. */
final class EventMapper {
    /** How far the kernel's timestamp of a file may lag behind the clock. */
    private static final Duration FILE_CLOCK = Duration.ofMillis(20);

    private EventMapper() {}

    /**
     * The accepted commands, then the change of the phase, then the outcomes.
     *
     * @param lastSequence sequence number of the container's last event
     */
    static List<PendingEvent> of(ContainerState before, Transition transition, long lastSequence, Instant now) {
        var events = new ArrayList<PendingEvent>();
        for (Effect effect : transition.effects()) {
            if (effect instanceof Effect.Publish(FleetEvent.Accepted accepted)) {
                events.add(new PendingEvent(accepted.id() + "#accepted", accepted));
            }
        }
        ContainerState after = transition.state();
        if (before.phase() != after.phase()) {
            String id = after.host() + "/" + after.container() + "/" + now.toEpochMilli() + "/" + lastSequence;
            events.add(new PendingEvent(id, phaseChanged(before, after, lastSequence + events.size() + 1, now)));
        }
        for (Effect effect : transition.effects()) {
            if (effect instanceof Effect.Publish(FleetEvent.Ended ended)) {
                events.add(PendingEvent.of(ended));
            }
        }
        return events;
    }

    private static FleetEvent.PhaseChanged phaseChanged(
            ContainerState before, ContainerState after, long sequence, Instant now) {
        ContainerStatus status = after.status();
        return FleetEventPhaseChangedBuilder.builder()
                .container(after.container())
                .host(after.host())
                .from(before.phase())
                .to(after.phase())
                .generation(status.generation())
                .leader(status.leader())
                .exit(exitSince(before, after))
                .reason(after.history().reason())
                .initiator(after.history().initiator())
                .sequence(sequence)
                .at(now)
                .build();
    }

    /** The exit of this step, or of the phase that it ends; null if there is none. */
    private static @Nullable Exit exitSince(ContainerState before, ContainerState after) {
        Exit exit = after.history().exit();
        if (exit == null) {
            return null;
        }
        boolean isNew = !exit.equals(before.history().exit())
                || !exit.at().plus(FILE_CLOCK).isBefore(before.status().since());
        return isNew ? exit : null;
    }
}
