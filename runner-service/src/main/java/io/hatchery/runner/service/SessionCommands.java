package io.hatchery.runner.service;

import io.hatchery.protocol.Command;
import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.FleetEvent;
import io.hatchery.protocol.FleetEventEndedBuilder;
import io.hatchery.protocol.OperationStep;
import io.hatchery.protocol.Outcome;
import io.hatchery.protocol.session.SessionTicket;
import io.hatchery.runner.lifecycle.ContainerState;
import io.hatchery.runner.lifecycle.LifecycleState;
import io.hatchery.runner.session.SessionOpener;
import io.hatchery.runner.session.SessionTarget;
import io.hatchery.spec.HostName;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Carries out the commands that open sessions. They are beside the lifecycle: they wait for nothing, and no journal has them. One that is
 * delivered again opens nothing, since its secret admits once and its deadline is short.
 */
final class SessionCommands {
    private final HostName host;
    private final Clock clock;
    private final SessionOpener sessions;

    SessionCommands(HostName host, Clock clock, SessionOpener sessions) {
        this.host = host;
        this.clock = clock;
        this.sessions = sessions;
    }

    /** Opens a session; completes with the outcome once it is open or refused. */
    Future<FleetEvent.Ended> open(CommandId id, Command command, Instant submitted, @Nullable ContainerState state) {
        FleetEventEndedBuilder ended = FleetEventEndedBuilder.builder()
                .id(id)
                .command(command.command())
                .container(command.container())
                .host(host)
                .requestedBy(command.requestedBy())
                .submitted(submitted);
        String refusal = refusal(command, state, clock.instant());
        SessionTicket ticket = command.session();
        if (!refusal.isEmpty() || ticket == null || state == null) {
            return Future.succeededFuture(with(ended, Outcome.REJECTED, refusal));
        }
        return sessions.open(id, ticket, new SessionTarget(command.container(), leader(state)))
                .map(opened -> with(ended, Outcome.COMPLETED, null))
                .otherwise(e -> with(ended, Outcome.FAILED, e.getMessage()));
    }

    private FleetEvent.Ended with(FleetEventEndedBuilder ended, Outcome outcome, @Nullable String reason) {
        Instant now = clock.instant();
        return ended.outcome(outcome)
                .reason(reason)
                .steps(outcome == Outcome.COMPLETED ? List.of(new OperationStep("opened", now)) : List.of())
                .at(now)
                .build();
    }

    /** Why no session is opened; empty if one is. */
    static String refusal(Command command, @Nullable ContainerState state, Instant now) {
        Instant deadline = command.deadline();
        if (deadline != null && !now.isBefore(deadline)) {
            return "it expired at " + deadline + ", before the runner could begin it";
        }
        if (state == null || leader(state) == 0) {
            return "container " + command.container() + " is "
                    + (state == null ? "absent" : state.phase().word()) + ": run hatchery start "
                    + command.container();
        }
        return "";
    }

    /** The pid of the init of a container that runs; 0 if it does not. */
    private static long leader(ContainerState state) {
        return state.lifecycle() instanceof LifecycleState.Running running && running.leader() != null
                ? running.leader()
                : 0;
    }
}
