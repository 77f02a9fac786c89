package io.hatchery.runner.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.protocol.Command;
import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.FleetEvent;
import io.hatchery.protocol.Outcome;
import io.hatchery.protocol.Phase;
import io.hatchery.protocol.StoppedBy;
import io.hatchery.protocol.Verb;
import io.hatchery.runner.lifecycle.LifecycleScenario.SpecBuilder;
import io.hatchery.spec.Generation;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Each command has exactly one outcome. */
class CommandRulesTest {
    @Test
    void outcomeNamesItsCommand() {
        LifecycleScenario scenario = LifecycleScenario.running();
        var stop = new Command(Verb.STOP, LifecycleScenario.WEB, null, null, "ann");
        Instant submitted = scenario.now.minusSeconds(5);
        scenario.give(new Input.CommandArrived(new CommandId("stop"), stop, submitted))
                .exited(0)
                .cleanedUp();
        FleetEvent.Ended outcome = scenario.outcome("stop");
        assertThat(outcome.container()).isEqualTo(LifecycleScenario.WEB);
        assertThat(outcome.host()).isEqualTo(LifecycleScenario.HOST);
        assertThat(outcome.requestedBy()).isEqualTo("ann");
        assertThat(outcome.submitted()).isEqualTo(submitted);
        assertThat(outcome.at()).isEqualTo(scenario.now);
    }

    @Test
    void startOnRunningAndStopOnStoppedAreNoOps() {
        LifecycleScenario scenario = LifecycleScenario.running().command(Verb.START, "again");
        assertThat(scenario.outcome("again").outcome()).isEqualTo(Outcome.COMPLETED);
        scenario = new LifecycleScenario().define(SpecBuilder.plain()).command(Verb.STOP, "stop");
        assertThat(scenario.outcome("stop").outcome()).isEqualTo(Outcome.COMPLETED);
    }

    @Test
    void commandWithAKnownIdIsNotRepeated() {
        LifecycleScenario scenario =
                new LifecycleScenario().define(SpecBuilder.plain()).command(Verb.START, "one");
        scenario.command(Verb.START, "one");
        assertThat(scenario.effects).isEmpty();
        scenario.prepared().spawned().ready();
        assertThat(scenario.ended).hasSize(1);
    }

    @Test
    void commandForUnknownContainerIsRejected() {
        LifecycleScenario scenario = new LifecycleScenario().command(Verb.START, "start");
        assertThat(scenario.outcome("start").outcome()).isEqualTo(Outcome.REJECTED);
        assertThat(scenario.outcome("start").reason()).contains("define it first");
    }

    @Test
    void commandWaitsForItsGeneration() {
        LifecycleScenario scenario = LifecycleScenario.running().command(Verb.RESTART, "restart", 2);
        assertThat(scenario.phase()).isEqualTo(Phase.RUNNING);
        scenario.define(SpecBuilder.plain().generation(2));
        assertThat(scenario.phase()).isEqualTo(Phase.STOPPING);
        scenario.exited(0).cleanedUp().prepared().spawned().ready();
        assertThat(scenario.outcome("restart").outcome()).isEqualTo(Outcome.COMPLETED);
    }

    @Test
    void expiredCommandIsRejected() {
        LifecycleScenario scenario = new LifecycleScenario().define(SpecBuilder.plain());
        scenario.give(new Input.CommandArrived(
                new CommandId("late"),
                new Command(Verb.START, LifecycleScenario.WEB, null, scenario.now.minusSeconds(1), null),
                scenario.now));
        assertThat(scenario.outcome("late").outcome()).isEqualTo(Outcome.REJECTED);
        assertThat(scenario.phase()).isEqualTo(Phase.STOPPED);
    }

    @Test
    void waitingCommandExpires() {
        LifecycleScenario scenario = new LifecycleScenario().define(SpecBuilder.plain());
        scenario.give(new Input.CommandArrived(
                new CommandId("wait"),
                new Command(Verb.START, LifecycleScenario.WEB, new Generation(9), scenario.now.plusSeconds(5), null),
                scenario.now));
        assertThat(scenario.state.due()).isEqualTo(scenario.now.plusSeconds(5));
        scenario.after(Duration.ofSeconds(5));
        assertThat(scenario.outcome("wait").outcome()).isEqualTo(Outcome.REJECTED);
    }

    @Test
    void killIsImmediateAndReportsKilled() {
        LifecycleScenario scenario = LifecycleScenario.running().command(Verb.KILL, "kill");
        assertThat(scenario.does(Effect.Kill.class)).isTrue();
        assertThat(scenario.does(Effect.SignalLeader.class)).isFalse();
        scenario.exited(137).cleanedUp();
        assertThat(scenario.outcome("kill").stoppedBy()).isEqualTo(StoppedBy.KILLED);
        assertThat(scenario.phase()).isEqualTo(Phase.STOPPED);
    }

    @Test
    void restartIsCompletedByTheNewRun() {
        LifecycleScenario scenario = LifecycleScenario.running()
                .command(Verb.RESTART, "restart")
                .exited(0)
                .cleanedUp();
        assertThat(scenario.ended).noneMatch(event -> event.id().value().equals("restart"));
        scenario.prepared().spawned().ready();
        assertThat(scenario.outcome("restart").outcome()).isEqualTo(Outcome.COMPLETED);
    }

    @Test
    void startDuringStopFollowsIt() {
        LifecycleScenario scenario =
                LifecycleScenario.running().command(Verb.STOP, "stop").command(Verb.START, "more");
        scenario.exited(0).cleanedUp();
        assertThat(scenario.outcome("stop").outcome()).isIn(Outcome.COMPLETED, Outcome.SUPERSEDED);
        assertThat(scenario.phase()).isEqualTo(Phase.PREPARING);
        scenario.prepared().spawned().ready();
        assertThat(scenario.outcome("more").outcome()).isEqualTo(Outcome.COMPLETED);
    }
}
