package io.hatchery.runner.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.protocol.Initiator;
import io.hatchery.protocol.Outcome;
import io.hatchery.protocol.Phase;
import io.hatchery.protocol.StoppedBy;
import io.hatchery.protocol.Verb;
import io.hatchery.runner.lifecycle.LifecycleScenario.SpecBuilder;
import io.hatchery.spec.RestartPolicy;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ExternalChangesTest {
    @Test
    void startOnTheHostIsAdopted() {
        LifecycleScenario scenario =
                new LifecycleScenario().define(SpecBuilder.plain()).give(new Input.StartedExternally());

        assertThat(scenario.effects)
                .containsExactly(new Effect.Adopt(1, SpecBuilder.plain().spec()));
        assertThat(scenario.state.history().initiator()).isEqualTo(Initiator.HOST);

        scenario.spawned().ready();

        assertThat(scenario.phase()).isEqualTo(Phase.RUNNING);
        assertThat(scenario.state.intent().desiredRunning()).isTrue();
        assertThat(scenario.state.history().initiator()).isEqualTo(Initiator.HOST);
        scenario.command(Verb.START, "again");
        assertThat(scenario.outcome("again").outcome()).isEqualTo(Outcome.COMPLETED);
    }

    @Test
    void stopOnTheHostIsNotReverted() {
        LifecycleScenario scenario = LifecycleScenario.running(
                        SpecBuilder.plain().restart(RestartPolicy.ALWAYS))
                .give(new Input.StopRequestedExternally(1));

        assertThat(scenario.phase()).isEqualTo(Phase.STOPPING);
        assertThat(scenario.effects).isEmpty();

        scenario.exited(0).cleanedUp();

        assertThat(scenario.phase()).isEqualTo(Phase.STOPPED);
        assertThat(scenario.state.history().initiator()).isEqualTo(Initiator.HOST);
        assertThat(scenario.after(Duration.ofHours(1)).effects).isEmpty();
    }

    @Test
    void stopOnTheHostSupersedesStartThatIsNotReady() {
        LifecycleScenario scenario = new LifecycleScenario()
                .define(SpecBuilder.plain())
                .command(Verb.START, "start")
                .prepared()
                .spawned()
                .give(new Input.StopRequestedExternally(1));

        assertThat(scenario.outcome("start").outcome()).isEqualTo(Outcome.SUPERSEDED);
        assertThat(scenario.outcome("start").reason()).contains("systemd", "host1");
    }

    @Test
    void stopOnTheHostCancelsBackoff() {
        LifecycleScenario scenario = LifecycleScenario.running().exited(1).cleanedUp();
        assertThat(scenario.phase()).isEqualTo(Phase.BACKOFF);

        scenario.give(new Input.StopRequestedExternally(1));

        assertThat(scenario.phase()).isEqualTo(Phase.STOPPED);
        assertThat(scenario.after(Duration.ofHours(1)).effects).isEmpty();
    }

    @Test
    void commandAfterStopOnTheHostHasNoInitiator() {
        LifecycleScenario scenario = LifecycleScenario.running().give(new Input.StopRequestedExternally(1));
        scenario.exited(0)
                .cleanedUp()
                .command(Verb.START, "s2")
                .prepared()
                .spawned()
                .ready();

        assertThat(scenario.phase()).isEqualTo(Phase.RUNNING);
        assertThat(scenario.state.history().initiator()).isNull();
    }

    @Test
    void killEndsStopOfTheHost() {
        LifecycleScenario scenario = LifecycleScenario.running()
                .give(new Input.StopRequestedExternally(1))
                .command(Verb.KILL, "kill");
        assertThat(scenario.does(Effect.Kill.class)).isTrue();

        scenario.exited(137).cleanedUp();

        assertThat(scenario.outcome("kill").outcome()).isEqualTo(Outcome.COMPLETED);
        assertThat(scenario.outcome("kill").stoppedBy()).isEqualTo(StoppedBy.KILLED);
    }

    @Test
    void hostStopTimeoutIsReportedAsKilled() {
        LifecycleScenario scenario = LifecycleScenario.running()
                .command(Verb.STOP, "stop")
                .exited(137)
                .cleanedUp();

        assertThat(scenario.outcome("stop").stoppedBy()).isEqualTo(StoppedBy.KILLED);
    }

    @Test
    void startOnTheHostDuringRemovalIsNotAdopted() {
        LifecycleScenario scenario = new LifecycleScenario().give(new Input.StartedExternally());

        assertThat(scenario.effects).isEmpty();
    }

    @Test
    void startOnTheHostEndsABackoff() {
        LifecycleScenario scenario =
                LifecycleScenario.running().exited(1).cleanedUp().give(new Input.StartedExternally());

        assertThat(scenario.phase()).isEqualTo(Phase.STARTING);
        assertThat(scenario.state.history().restarts()).isZero();
        assertThat(scenario.state.history().reason()).isNull();
        assertThat(scenario.effects)
                .containsExactly(new Effect.Adopt(2, SpecBuilder.plain().spec()));
    }

    @Test
    void startOnTheHostEndsARelaunchThatFailed() {
        LifecycleScenario scenario = LifecycleScenario.running()
                .define(SpecBuilder.plain().generation(2).root("/other"))
                .exited(0);
        scenario.give(new Input.CleanUpFailed(1, "it is busy")).give(new Input.StartedExternally());

        assertThat(scenario.state.intent().restartPending()).isFalse();
    }

    @Test
    void startOnTheHostOfRunningContainerIsIgnored() {
        LifecycleScenario scenario = LifecycleScenario.running().give(new Input.StartedExternally());

        assertThat(scenario.effects).isEmpty();
        assertThat(scenario.run()).isEqualTo(1);
    }

    @Test
    void startOnTheHostDuringARemovalIsNotAdopted() {
        LifecycleScenario scenario = new LifecycleScenario()
                .define(SpecBuilder.plain())
                .remove("rm", false)
                .define(SpecBuilder.plain().generation(2));

        scenario.give(new Input.StartedExternally());

        assertThat(scenario.effects).isEmpty();
        assertThat(scenario.phase()).isEqualTo(Phase.STOPPED);
    }

    @Test
    void stopOnTheHostInBackoffIsTheHosts() {
        LifecycleScenario scenario =
                LifecycleScenario.running().exited(1).cleanedUp().give(new Input.StopRequestedExternally(1));

        assertThat(scenario.state.history().initiator()).isEqualTo(Initiator.HOST);
        assertThat(scenario.state.intent().desiredRunning()).isFalse();
    }

    @Test
    void stopOnTheHostInAnyOtherPhaseChangesNothing() {
        LifecycleScenario preparing =
                new LifecycleScenario().define(SpecBuilder.plain()).command(Verb.START, "start");
        LifecycleScenario stopping = LifecycleScenario.running().command(Verb.STOP, "stop");
        LifecycleScenario ending = LifecycleScenario.running().exited(0);
        LifecycleScenario stopped = LifecycleScenario.running().exited(0).cleanedUp();
        for (LifecycleScenario scenario : List.of(preparing, stopping, ending, stopped)) {
            ContainerState before = scenario.state;
            assertThat(scenario.give(new Input.StopRequestedExternally(1)).state)
                    .isEqualTo(before);
        }
    }

    @Test
    void stopOnTheHostLeavesWaitingCommandsAndStopsAlone() {
        LifecycleScenario scenario = LifecycleScenario.starting(SpecBuilder.plain())
                .command(Verb.START, "later", 9)
                .command(Verb.STOP, "stop");
        scenario.command(Verb.START, "last", 9).give(new Input.StopRequestedExternally(1));

        assertThat(scenario.state.intent().desiredRunning()).isFalse();
        assertThat(scenario.isPending("last")).isTrue();
        assertThat(scenario.isPending("stop")).isTrue();
        scenario.exited(0).cleanedUp();
        assertThat(scenario.outcome("stop").outcome()).isEqualTo(Outcome.COMPLETED);
    }

    @Test
    void stopOrKillByTheFleetIsNotTheHosts() {
        for (Verb verb : List.of(Verb.STOP, Verb.KILL)) {
            LifecycleScenario scenario =
                    new LifecycleScenario().define(SpecBuilder.plain()).give(new Input.StartedExternally());
            scenario.spawned().ready().command(verb, "end");
            assertThat(scenario.state.history().initiator()).as(verb.word()).isNull();
        }
    }

    @Test
    void exitOfRunStartedOnTheHostHasNoInitiator() {
        LifecycleScenario scenario =
                new LifecycleScenario().define(SpecBuilder.plain()).give(new Input.StartedExternally());
        scenario.spawned().ready().exited(1);

        assertThat(scenario.state.history().initiator()).isNull();
    }

    @Test
    void killOnTheHostIsTheHosts() {
        for (LifecycleScenario scenario :
                List.of(LifecycleScenario.running(), LifecycleScenario.starting(SpecBuilder.plain()))) {
            scenario.give(new Input.Exited(1, 137, scenario.now, null, Initiator.HOST));
            assertThat(scenario.state.history().initiator()).isEqualTo(Initiator.HOST);
        }
    }

    @Test
    void killOnTheHostDuringAStopIsTheFleets() {
        LifecycleScenario scenario = LifecycleScenario.running().command(Verb.STOP, "stop");
        scenario.give(new Input.Exited(1, 137, scenario.now, null, Initiator.HOST));

        assertThat(scenario.state.history().initiator()).isNull();
    }

    @Test
    void startOnTheHostThatFailsIsNotTriedAgain() {
        LifecycleScenario scenario =
                new LifecycleScenario().define(SpecBuilder.plain()).give(new Input.StartedExternally());
        scenario.spawned().exited(1).cleanedUp();

        assertThat(scenario.phase()).isEqualTo(Phase.FAILED);
        assertThat(scenario.state.intent().desiredRunning()).isFalse();
    }

    @Test
    void stopByTheFleetBeforeReadinessIsNotTheHosts() {
        LifecycleScenario scenario =
                new LifecycleScenario().define(SpecBuilder.plain()).give(new Input.StartedExternally());
        scenario.spawned().command(Verb.STOP, "stop").exited(0).cleanedUp();

        assertThat(scenario.phase()).isEqualTo(Phase.STOPPED);
        assertThat(scenario.state.history().initiator()).isNull();
    }
}
