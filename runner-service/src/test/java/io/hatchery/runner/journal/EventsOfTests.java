package io.hatchery.runner.journal;

import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.FleetEvent;
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
                new FleetEvent.PhaseChanged(
                        WEB, HOST, Phase.RUNNING, Phase.BACKOFF, null, null, null, null, null, null, NOW));
    }

    /** The outcome of a command that completed. */
    static FleetEvent.Ended ended(CommandId id, Verb verb) {
        return new FleetEvent.Ended(id, verb, WEB, HOST, null, NOW, Outcome.COMPLETED, null, null, List.of(), NOW);
    }
}
