package io.hatchery.runner.simulation;

import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.FleetEvent;
import io.hatchery.protocol.Outcome;
import io.hatchery.protocol.Phase;
import io.hatchery.protocol.Verb;
import io.hatchery.spec.ContainerSpec;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Whether a container is meant to run, as anyone can tell who reads its events. */
final class Intent {
    /** What is meant. */
    enum Meant {
        TO_RUN,
        NOT_TO_RUN,
        /** A start failed, or something waits for a spec: what follows depends on more than events tell. */
        UNCLEAR
    }

    private Phase last = Phase.ABSENT;
    private Meant meant = Meant.NOT_TO_RUN;
    /** Commands accepted since it arrived on its host, or its host was booted. */
    private final Set<CommandId> current = new HashSet<>();

    Meant meant() {
        return meant;
    }

    void transition(FleetEvent.PhaseChanged transition, @Nullable ContainerSpec spec) {
        boolean rebooted = transition.from() == Phase.ABSENT && last != Phase.ABSENT;
        last = transition.to();
        if (rebooted) {
            current.clear();
        }
        if (transition.from() == Phase.ABSENT) {
            meant = spec != null && spec.autoStart() ? Meant.TO_RUN : Meant.NOT_TO_RUN;
        } else if (transition.to() == Phase.ABSENT) {
            meant = Meant.NOT_TO_RUN;
        }
    }

    void accepted(FleetEvent.Accepted accepted, boolean waits) {
        current.add(accepted.id());
        meant = waits
                ? Meant.UNCLEAR
                : accepted.command() == Verb.START || accepted.command() == Verb.RESTART
                        ? Meant.TO_RUN
                        : Meant.NOT_TO_RUN;
    }

    void ended(FleetEvent.Ended ended) {
        boolean old = !current.contains(ended.id());
        boolean start = ended.command() == Verb.START || ended.command() == Verb.RESTART;
        if (!old && start && ended.outcome() == Outcome.FAILED) {
            meant = Meant.UNCLEAR;
        }
        if (start && ended.outcome() == Outcome.COMPLETED) {
            meant = old ? Meant.UNCLEAR : Meant.TO_RUN;
        }
        if (ended.steps().stream().anyMatch(step -> step.step().startsWith("waits for generation"))) {
            meant = Meant.UNCLEAR; // it came into force at a time of its own
        }
        if (ended.command() == Verb.REMOVE) {
            meant = Meant.UNCLEAR; // it may have been defined anew meanwhile
        }
        if (ended.outcome() == Outcome.REJECTED
                && !ended.steps().isEmpty()
                && ended.steps().size() > 1) {
            meant = Meant.UNCLEAR; // it waited for its spec in vain
        }
    }
}
