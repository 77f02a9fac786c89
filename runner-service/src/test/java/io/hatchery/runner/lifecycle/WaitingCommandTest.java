package io.hatchery.runner.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.protocol.Outcome;
import io.hatchery.protocol.Phase;
import io.hatchery.protocol.Verb;
import io.hatchery.runner.lifecycle.LifecycleScenario.SpecBuilder;
import io.hatchery.spec.Generation;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A command that names a generation waits for it, and only for it. */
class WaitingCommandTest {
    @Test
    void commandForTheGenerationInForceBeginsAtOnce() {
        LifecycleScenario scenario = new LifecycleScenario()
                .define(SpecBuilder.plain().generation(2))
                .command(Verb.START, "start", 2);
        assertThat(scenario.phase()).isEqualTo(Phase.PREPARING);
    }

    @Test
    void commandForAnOlderGenerationBeginsAtOnce() {
        LifecycleScenario scenario = new LifecycleScenario()
                .define(SpecBuilder.plain().generation(2))
                .command(Verb.START, "start", 1);
        assertThat(scenario.phase()).isEqualTo(Phase.PREPARING);
    }

    @Test
    void commandWaitsThroughOlderGenerations() {
        LifecycleScenario scenario = new LifecycleScenario()
                .command(Verb.START, "start", 3)
                .define(SpecBuilder.plain().generation(2));
        assertThat(scenario.phase()).isEqualTo(Phase.STOPPED);
        assertThat(scenario.isPending("start")).isTrue();
        scenario.define(SpecBuilder.plain().generation(3));
        assertThat(scenario.phase()).isEqualTo(Phase.PREPARING);
    }

    @Test
    void commandThatHasExpiredIsNotBegunByItsSpec() {
        LifecycleScenario scenario = new LifecycleScenario();
        scenario.command(Verb.START, "start", new Generation(1), scenario.now.plusSeconds(5));
        scenario.now = scenario.now.plusSeconds(5);
        scenario.define(SpecBuilder.plain());
        assertThat(scenario.outcome("start").outcome()).isEqualTo(Outcome.REJECTED);
        assertThat(scenario.phase()).isEqualTo(Phase.STOPPED);
    }

    @Test
    void commandThatHasNotExpiredWaitsThroughOtherSpecs() {
        LifecycleScenario scenario = new LifecycleScenario();
        scenario.command(Verb.START, "start", new Generation(9), scenario.now.plusSeconds(5));
        scenario.define(SpecBuilder.plain());
        assertThat(scenario.isPending("start")).isTrue();
    }

    @Test
    void commandThatHasBegunIsNotBegunAgainByALaterSpec() {
        LifecycleScenario scenario = LifecycleScenario.running()
                .command(Verb.RESTART, "restart")
                .exited(0)
                .cleanedUp();
        scenario.prepared().spawned().define(SpecBuilder.plain().generation(2).autoStart(true));
        scenario.after(Duration.ofSeconds(20)).ready();
        assertThat(scenario.phase()).isEqualTo(Phase.RUNNING);
        assertThat(scenario.outcome("restart").outcome()).isEqualTo(Outcome.COMPLETED);
    }

    @Test
    void waitingCommandIsNotCompletedByAStart() {
        LifecycleScenario scenario =
                LifecycleScenario.running().command(Verb.RESTART, "later", 9).command(Verb.START, "again");
        assertThat(scenario.outcome("again").outcome()).isEqualTo(Outcome.COMPLETED);
        assertThat(scenario.isPending("later")).isTrue();
    }

    @Test
    void waitingCommandIsNotCompletedByReadiness() {
        LifecycleScenario scenario = LifecycleScenario.starting(SpecBuilder.plain())
                .command(Verb.RESTART, "later", 9)
                .ready();
        assertThat(scenario.outcome("start").outcome()).isEqualTo(Outcome.COMPLETED);
        assertThat(scenario.isPending("later")).isTrue();
    }

    @Test
    void waitingCommandIsNotFailedByAStartThatFails() {
        LifecycleScenario scenario = LifecycleScenario.starting(SpecBuilder.plain())
                .command(Verb.START, "later", 9)
                .exited(1)
                .cleanedUp();
        assertThat(scenario.outcome("start").outcome()).isEqualTo(Outcome.FAILED);
        assertThat(scenario.isPending("later")).isTrue();
    }

    @Test
    void waitingStartDoesNotStartWhatExits() {
        LifecycleScenario scenario = LifecycleScenario.running()
                .command(Verb.START, "later", 9)
                .exited(0)
                .cleanedUp();
        assertThat(scenario.phase()).isEqualTo(Phase.STOPPED);
        assertThat(scenario.isPending("later")).isTrue();
    }

    @Test
    void waitingStopIsNotCompletedByAnotherStop() {
        LifecycleScenario scenario = new LifecycleScenario()
                .define(SpecBuilder.plain())
                .command(Verb.STOP, "later", 9)
                .command(Verb.STOP, "stop");
        assertThat(scenario.outcome("stop").outcome()).isEqualTo(Outcome.COMPLETED);
        assertThat(scenario.isPending("later")).isTrue();
    }

    @Test
    void waitingStopIsNotCompletedByAnExit() {
        LifecycleScenario scenario = LifecycleScenario.running()
                .command(Verb.STOP, "later", 9)
                .exited(0)
                .cleanedUp();
        assertThat(scenario.isPending("later")).isTrue();
    }

    @Test
    void waitingKillKillsNothingYet() {
        LifecycleScenario scenario = new LifecycleScenario()
                .define(SpecBuilder.plain())
                .command(Verb.START, "start")
                .prepared();
        scenario.command(Verb.KILL, "later", 9).spawned();
        assertThat(scenario.does(Effect.Kill.class)).isFalse();
        assertThat(scenario.phase()).isEqualTo(Phase.STARTING);
    }

    @Test
    void waitingStartIsSupersededByALaterStop() {
        LifecycleScenario scenario = new LifecycleScenario()
                .define(SpecBuilder.plain())
                .command(Verb.START, "start", 2)
                .command(Verb.STOP, "stop");
        assertThat(scenario.outcome("start").outcome()).isEqualTo(Outcome.SUPERSEDED);
    }

    @Test
    void commandsBeginInTheirOrder() {
        LifecycleScenario scenario = new LifecycleScenario()
                .command(Verb.START, "start", 1)
                .command(Verb.STOP, "stop", 1)
                .define(SpecBuilder.plain());
        assertThat(scenario.outcome("start").outcome()).isEqualTo(Outcome.SUPERSEDED);
        scenario.prepared().cleanedUp();
        assertThat(scenario.outcome("stop").outcome()).isEqualTo(Outcome.COMPLETED);
        assertThat(scenario.phase()).isEqualTo(Phase.STOPPED);
    }

    @Test
    void startAfterAStopIsNotSupersededByIt() {
        LifecycleScenario scenario = new LifecycleScenario()
                .command(Verb.STOP, "stop", 1)
                .command(Verb.START, "start", 1)
                .define(SpecBuilder.plain());
        assertThat(scenario.outcome("stop").outcome()).isEqualTo(Outcome.COMPLETED);
        assertThat(scenario.phase()).isEqualTo(Phase.PREPARING);
        scenario.prepared().spawned().ready();
        assertThat(scenario.outcome("start").outcome()).isEqualTo(Outcome.COMPLETED);
    }

    @Test
    void stopThatWaitedSupersedesAStartThatHasBegunMeanwhile() {
        LifecycleScenario scenario = new LifecycleScenario()
                .define(SpecBuilder.plain())
                .command(Verb.STOP, "stop", 2)
                .command(Verb.START, "start");
        scenario.define(SpecBuilder.plain().generation(2));
        assertThat(scenario.outcome("start").outcome()).isEqualTo(Outcome.SUPERSEDED);
        scenario.prepared().cleanedUp();
        assertThat(scenario.phase()).isEqualTo(Phase.STOPPED);
    }
}
