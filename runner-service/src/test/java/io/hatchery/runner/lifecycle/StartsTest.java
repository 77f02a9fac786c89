package io.hatchery.runner.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.protocol.Exit;
import io.hatchery.protocol.Outcome;
import io.hatchery.protocol.Phase;
import io.hatchery.protocol.Verb;
import io.hatchery.runner.lifecycle.LifecycleScenario.SpecBuilder;
import io.hatchery.spec.Generation;
import io.hatchery.spec.Readiness;
import io.hatchery.spec.RestartPolicy;
import io.hatchery.spec.Span;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class StartsTest {
    private static final SpecBuilder ALWAYS = SpecBuilder.plain().restart(RestartPolicy.ALWAYS);

    @Test
    void lastOutputIsTheReasonOfAnExit() {
        LifecycleScenario scenario = LifecycleScenario.running();
        scenario.give(new Input.Exited(scenario.run(), 7, scenario.now, "disk | is full", null))
                .cleanedUp();
        assertThat(scenario.phase()).isEqualTo(Phase.BACKOFF);
        assertThat(scenario.state.history().reason()).isEqualTo("it exited with status 7: disk | is full");
    }

    @Test
    void lastOutputFollowsTheReasonOfATimedOutStart() {
        LifecycleScenario scenario = new LifecycleScenario()
                .define(SpecBuilder.plain())
                .command(Verb.START, "start")
                .prepared()
                .spawned()
                .after(Duration.ofHours(1));
        scenario.give(new Input.Exited(scenario.run(), 137, scenario.now, "waits for a disk", null))
                .cleanedUp();
        assertThat(scenario.outcome("start").outcome()).isEqualTo(Outcome.FAILED);
        assertThat(scenario.outcome("start").reason())
                .startsWith("it was not ready")
                .endsWith(": waits for a disk");
    }

    @Test
    void lastOutputOfUnobservedExitIsTheReason() {
        LifecycleScenario scenario = LifecycleScenario.running();
        scenario.give(new Input.Adopted(new Observation(true, 4711L, true, new Exit(7, scenario.now), "disk is full")))
                .cleanedUp();
        assertThat(scenario.state.history().reason()).isEqualTo("it exited with status 7: disk is full");
    }

    /** Spawned, with that readiness and restart policy. */
    private static LifecycleScenario spawned(Readiness readiness, RestartPolicy restart) {
        return new LifecycleScenario()
                .give(new Input.SpecArrived(
                        SpecBuilder.plain().restart(restart).spec().withReadiness(readiness)))
                .command(Verb.START, "start")
                .prepared()
                .spawned();
    }

    @Test
    void commandThatFinishesBeforeReadinessCompletesItsStart() {
        LifecycleScenario scenario =
                spawned(Readiness.STARTED, RestartPolicy.NO).exited(0);
        assertThat(scenario.outcome("start").outcome()).isEqualTo(Outcome.COMPLETED);
        assertThat(scenario.state.status().ready()).isEqualTo(new Generation(1));
        scenario.cleanedUp();
        assertThat(scenario.phase()).isEqualTo(Phase.STOPPED);
        assertThat(scenario.state.intent().desiredRunning()).isFalse();
    }

    @Test
    void commandThatFinishesBeforeReadinessRestartsPerPolicy() {
        LifecycleScenario scenario =
                spawned(Readiness.STARTED, RestartPolicy.ALWAYS).exited(0).cleanedUp();
        assertThat(scenario.phase()).isEqualTo(Phase.BACKOFF);
    }

    @Test
    void commandThatFailsBeforeReadinessFailsItsStart() {
        LifecycleScenario scenario =
                spawned(Readiness.STARTED, RestartPolicy.NO).exited(1).cleanedUp();
        assertThat(scenario.outcome("start").outcome()).isEqualTo(Outcome.FAILED);
        assertThat(scenario.phase()).isEqualTo(Phase.FAILED);
    }

    @Test
    void initThatExitsWithoutNotificationFailsItsStart() {
        LifecycleScenario scenario =
                spawned(Readiness.NOTIFY, RestartPolicy.NO).exited(0).cleanedUp();
        assertThat(scenario.outcome("start").outcome()).isEqualTo(Outcome.FAILED);
    }

    @Test
    void commandThatFinishesWhileItsStopWaitsForReadinessIsStopped() {
        LifecycleScenario scenario = spawned(Readiness.STARTED, RestartPolicy.ALWAYS)
                .command(Verb.STOP, "stop")
                .exited(0)
                .cleanedUp();
        assertThat(scenario.outcome("stop").outcome()).isEqualTo(Outcome.COMPLETED);
        assertThat(scenario.state.status().ready()).isNull();
        assertThat(scenario.phase()).isEqualTo(Phase.STOPPED);
    }

    @Test
    void startInBackoffStartsAtOnceAndCountsRestartsAnew() {
        LifecycleScenario scenario =
                LifecycleScenario.running().exited(1).cleanedUp().command(Verb.START, "now");
        assertThat(scenario.phase()).isEqualTo(Phase.PREPARING);
        assertThat(scenario.state.history().restarts()).isZero();
    }

    @Test
    void restartInBackoffStartsAtOnce() {
        LifecycleScenario scenario =
                LifecycleScenario.running().exited(1).cleanedUp().command(Verb.RESTART, "now");
        assertThat(scenario.phase()).isEqualTo(Phase.PREPARING);
    }

    @Test
    void restartOfAStoppedContainerDesiresItToRun() {
        LifecycleScenario scenario = new LifecycleScenario()
                .define(ALWAYS)
                .command(Verb.RESTART, "restart")
                .prepared()
                .spawned()
                .ready();
        assertThat(scenario.state.intent().desiredRunning()).isTrue();
        scenario.exited(0).cleanedUp();
        assertThat(scenario.phase()).isEqualTo(Phase.BACKOFF);
    }

    @Test
    void restartDuringAStopRunsAgain() {
        LifecycleScenario scenario =
                LifecycleScenario.running(ALWAYS).command(Verb.STOP, "stop").command(Verb.RESTART, "restart");
        scenario.exited(0).cleanedUp().prepared().spawned().ready();
        assertThat(scenario.outcome("restart").outcome()).isEqualTo(Outcome.COMPLETED);
        assertThat(scenario.state.intent().desiredRunning()).isTrue();
    }

    @Test
    void reasonOfTheLastRunIsGoneWithTheNext() {
        LifecycleScenario scenario = LifecycleScenario.running(
                        SpecBuilder.plain().restart(RestartPolicy.NO))
                .exited(1)
                .cleanedUp();
        assertThat(scenario.state.history().reason()).isEqualTo("it exited with status 1");
        scenario.command(Verb.START, "start2");
        assertThat(scenario.state.history().reason()).isNull();
    }

    @Test
    void troubleWithFetchingIsGoneOncePrepared() {
        LifecycleScenario scenario =
                new LifecycleScenario().define(SpecBuilder.plain()).command(Verb.START, "start");
        scenario.give(new Input.FetchAttempted(SpecBuilder.plain().spec(), "the cache is away"));
        assertThat(scenario.state.history().reason()).isEqualTo("the cache is away");
        scenario.prepared();
        assertThat(scenario.state.history().reason()).isNull();
    }

    @Test
    void startTimeoutBeginsWithTheSpawn() {
        LifecycleScenario scenario = LifecycleScenario.starting(SpecBuilder.plain());
        Instant due = scenario.state.due();
        assertThat(due).isEqualTo(scenario.now.plusSeconds(60));
        scenario.now = scenario.now.plusSeconds(5);
        scenario.spawned();
        assertThat(scenario.state.due()).isEqualTo(due);
    }

    @Test
    void infiniteStartTimeoutIsNeverDue() {
        LifecycleScenario scenario = new LifecycleScenario()
                .give(new Input.SpecArrived(SpecsOfTests.with("{\"startTimeout\": \"infinity\"}")));
        scenario.command(Verb.START, "start").prepared().spawned();
        assertThat(scenario.state.due()).isNull();
    }

    @Test
    void spanBeyondTheEndOfTimeIsNeverDue() {
        Instant late = Instant.MAX.minusSeconds(10);
        assertThat(Timeouts.end(late, Span.ofSeconds(9))).isEqualTo(late.plusSeconds(9));
        assertThat(Timeouts.end(late, Span.ofSeconds(10))).isNull();
        assertThat(Timeouts.end(late, Span.ofSeconds(11))).isNull();
    }

    @Test
    void runThatCannotBeSpawnedFails() {
        LifecycleScenario scenario = new LifecycleScenario()
                .define(SpecBuilder.plain())
                .command(Verb.START, "start")
                .prepared();
        scenario.give(new Input.LaunchFailed(1, "no such program")).cleanedUp();
        assertThat(scenario.outcome("start").outcome()).isEqualTo(Outcome.FAILED);
        assertThat(scenario.outcome("start").reason()).isEqualTo("no such program");
        assertThat(scenario.state.intent().desiredRunning()).isFalse();
    }

    @Test
    void exitBeforeReadinessFailsTheStartWithLastOutput() {
        LifecycleScenario scenario = LifecycleScenario.starting(SpecBuilder.plain());
        scenario.give(new Input.Exited(1, 3, scenario.now, "no init", null)).cleanedUp();
        assertThat(scenario.outcome("start").reason())
                .isEqualTo("it exited with status 3 before it was ready: no init");
    }

    @Test
    void exitBeforeReadinessWithoutOutputHasItsStatusAsReason() {
        LifecycleScenario scenario =
                LifecycleScenario.starting(SpecBuilder.plain()).exited(3).cleanedUp();
        assertThat(scenario.outcome("start").reason()).isEqualTo("it exited with status 3 before it was ready");
    }

    @Test
    void rebootBeforeReadinessStartsAgain() {
        LifecycleScenario scenario =
                LifecycleScenario.starting(SpecBuilder.plain()).exited(133).cleanedUp();
        assertThat(scenario.phase()).isEqualTo(Phase.PREPARING);
        assertThat(scenario.isPending("start")).isTrue();
    }

    @Test
    void startAfterARebootThatFailsIsTriedAgain() {
        LifecycleScenario scenario = LifecycleScenario.running().exited(133).cleanedUp();
        scenario.give(new Input.LaunchFailed(2, "no root")).cleanedUp();
        assertThat(scenario.phase()).isEqualTo(Phase.BACKOFF);
    }

    @Test
    void restartThatFailsIsNotTriedAgain() {
        LifecycleScenario scenario = LifecycleScenario.running()
                .command(Verb.RESTART, "restart")
                .exited(0)
                .cleanedUp();
        scenario.give(new Input.LaunchFailed(2, "no root")).cleanedUp();
        assertThat(scenario.outcome("restart").outcome()).isEqualTo(Outcome.FAILED);
        assertThat(scenario.phase()).isEqualTo(Phase.FAILED);
        assertThat(scenario.state.due()).isNull();
    }

    @Test
    void failedAutomaticStartThatACommandJoinedIsNotRetried() {
        LifecycleScenario scenario = new LifecycleScenario()
                .define(SpecBuilder.plain().autoStart(true))
                .command(Verb.START, "start");
        scenario.give(new Input.LaunchFailed(1, "no root")).cleanedUp();
        assertThat(scenario.outcome("start").outcome()).isEqualTo(Outcome.FAILED);
        assertThat(scenario.phase()).isEqualTo(Phase.FAILED);
        assertThat(scenario.state.intent().desiredRunning()).isFalse();
    }

    @Test
    void failedAutomaticStartIsRetriedDespiteWaitingCommand() {
        LifecycleScenario scenario = new LifecycleScenario()
                .define(SpecBuilder.plain().autoStart(true))
                .command(Verb.START, "later", 9);
        scenario.give(new Input.LaunchFailed(1, "no root")).cleanedUp();
        assertThat(scenario.phase()).isEqualTo(Phase.BACKOFF);
    }

    @Test
    void timedOutAutomaticStartThatIsStoppedIsNotRetried() {
        LifecycleScenario scenario = new LifecycleScenario()
                .define(SpecBuilder.plain().autoStart(true))
                .prepared()
                .spawned();
        scenario.after(Duration.ofMinutes(1))
                .command(Verb.STOP, "stop")
                .exited(137)
                .cleanedUp();
        assertThat(scenario.phase()).isEqualTo(Phase.FAILED);
        assertThat(scenario.outcome("stop").outcome()).isEqualTo(Outcome.COMPLETED);
    }
}
