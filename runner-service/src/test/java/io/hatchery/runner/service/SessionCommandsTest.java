package io.hatchery.runner.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.protocol.Command;
import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.FleetEvent;
import io.hatchery.protocol.Outcome;
import io.hatchery.protocol.Verb;
import io.hatchery.protocol.session.SessionTicket;
import io.hatchery.runner.lifecycle.ContainerState;
import io.hatchery.runner.session.SessionOpener;
import io.hatchery.runner.session.SessionTarget;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.HostName;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SessionCommandsTest {
    private static final Instant NOW = Instant.parse("2026-03-01T00:00:00Z");
    private static final ContainerName WEB = new ContainerName("web");
    private static final HostName HOST = new HostName("h1");

    private int opened;

    private FleetEvent.Ended open(Instant deadline, @Nullable ContainerState state) {
        var opener = new SessionOpener() {
            @Override
            public Future<Void> open(CommandId id, SessionTicket ticket, SessionTarget target) {
                opened++;
                return Future.failedFuture("the gateway is away");
            }

            @Override
            public Future<Void> end(ContainerName container, String reason) {
                return Future.succeededFuture();
            }

            @Override
            public Future<Void> close() {
                return Future.succeededFuture();
            }
        };
        var commands = new SessionCommands(HOST, Clock.fixed(NOW, ZoneOffset.UTC), opener);
        var command = new Command(
                Verb.SESSION, WEB, null, deadline, "token/ann", new SessionTicket("https://gateway", "secret"));
        return commands.open(new CommandId("a"), command, NOW.minusSeconds(1), state)
                .result();
    }

    @Test
    void commandAfterItsDeadlineIsRejected() {
        FleetEvent.Ended ended = open(NOW, null);
        assertThat(ended.outcome()).isEqualTo(Outcome.REJECTED);
        assertThat(ended.reason()).contains("expired");
        assertThat(ended.requestedBy()).isEqualTo("token/ann");
        assertThat(opened).isZero();
    }

    @Test
    void containerThatDoesNotRunHasNoSession() {
        assertThat(open(NOW.plusSeconds(30), null).reason())
                .isEqualTo("container web is absent: run hatchery start web");
        var stopped = ContainerState.absent(WEB, HOST, NOW);
        assertThat(open(NOW.plusSeconds(30), stopped).outcome()).isEqualTo(Outcome.REJECTED);
        assertThat(opened).isZero();
    }
}
