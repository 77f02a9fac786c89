package io.hatchery.runner.journal;

import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.FleetEvent;
import io.hatchery.protocol.FleetEventEndedBuilder;
import io.hatchery.protocol.FleetEventPhaseChangedBuilder;
import io.hatchery.protocol.Outcome;
import io.hatchery.protocol.Phase;
import io.hatchery.protocol.Verb;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.HostName;
import java.time.Instant;
import java.util.List;

/** Events of one container. */
final class EventsOfTests {
    static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private static final ContainerName WEB = new ContainerName("web");
    private static final HostName HOST = new HostName("host1");

    private EventsOfTests() {}

    /** A transition that waits for the broker. */
    static PendingEvent transition(String id) {
        return new PendingEvent(
                id,
                FleetEventPhaseChangedBuilder.builder()
                        .container(WEB)
                        .host(HOST)
                        .from(Phase.RUNNING)
                        .to(Phase.BACKOFF)
                        .at(NOW)
                        .build());
    }

    /** The outcome of a command that completed. */
    static FleetEvent.Ended ended(CommandId id, Verb verb) {
        return FleetEventEndedBuilder.builder()
                .id(id)
                .command(verb)
                .container(WEB)
                .host(HOST)
                .submitted(NOW)
                .outcome(Outcome.COMPLETED)
                .steps(List.of())
                .at(NOW)
                .build();
    }
}
