package io.hatchery.runner.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.protocol.Exit;
import io.hatchery.protocol.Outcome;
import io.hatchery.protocol.Phase;
import io.hatchery.protocol.StoppedBy;
import io.hatchery.protocol.Verb;
import io.hatchery.runner.lifecycle.LifecycleScenario.SpecBuilder;
import io.hatchery.spec.RestartPolicy;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class StopsTest {
    private static LifecycleScenario startingWith(String json) {
        return new LifecycleScenario()
                .give(new Input.SpecArrived(SpecsOfTests.with(json)))
                .command(Verb.START, "start")
                .prepared()
                .spawned();
    }

    @Nested
    class BeforeReadiness {
        @Test
        void waitsAtMostTheGrace() {
            LifecycleScenario scenario =
                    LifecycleScenario.starting(SpecBuilder.plain()).command(Verb.STOP, "stop");
            assertThat(scenario.state.due()).isEqualTo(scenario.now.plus(Timeouts.READINESS_GRACE));
        }

        @Test
        void waitsAtMostTheStartTimeout() {
            LifecycleScenario scenario = LifecycleScenario.starting(SpecBuilder.plain());
            Instant due = scenario.state.due();
            scenario.after(Duration.ofSeconds(55)).command(Verb.STOP, "stop");
            assertThat(scenario.state.due()).isEqualTo(due);
        }

        @Test
        void waitsAtMostTheGraceWithInfiniteStartTimeout() {
            LifecycleScenario scenario =
                    startingWith("{\"startTimeout\": \"infinity\"}").command(Verb.STOP, "stop");
            assertThat(scenario.state.due()).isEqualTo(scenario.now.plus(Timeouts.READINESS_GRACE));
        }

        @Test
        void isNotPutOffByAnother() {
            LifecycleScenario scenario =
                    LifecycleScenario.starting(SpecBuilder.plain()).command(Verb.STOP, "stop");
            Instant due = scenario.state.due();
            scenario.after(Duration.ofSeconds(5)).command(Verb.STOP, "again");
            assertThat(scenario.state.due()).isEqualTo(due);
        }

        @Test
        void secondStopDoesNotExtendTheWait() {
            LifecycleScenario scenario = LifecycleScenario.starting(SpecBuilder.plain())
                    .command(Verb.STOP, "stop")
                    .command(Verb.STOP, "again");
            scenario.ready().exited(0).cleanedUp();
            assertThat(scenario.steps("stop")).containsOnlyOnce("waits for readiness");
        }

        @Test
        void isNotDueBeforeTheSpawn() {
            LifecycleScenario scenario = new LifecycleScenario()
                    .define(SpecBuilder.plain())
                    .command(Verb.START, "start")
                    .prepared();
            scenario.command(Verb.STOP, "stop");
            assertThat(scenario.state.due()).isNull();
            scenario.spawned();
            assertThat(scenario.state.due()).isEqualTo(scenario.now.plus(Timeouts.READINESS_GRACE));
        }

        @Test
        void completesWithAnExit() {
            LifecycleScenario scenario = LifecycleScenario.starting(SpecBuilder.plain())
                    .command(Verb.STOP, "stop")
                    .exited(1)
                    .cleanedUp();
            assertThat(scenario.outcome("stop").outcome()).isEqualTo(Outcome.COMPLETED);
            assertThat(scenario.phase()).isEqualTo(Phase.STOPPED);
        }

        @Test
        void completesWithASpawnThatFails() {
            LifecycleScenario scenario = new LifecycleScenario()
                    .define(SpecBuilder.plain())
                    .command(Verb.START, "start")
                    .prepared();
            scenario.command(Verb.STOP, "stop")
                    .give(new Input.LaunchFailed(1, "no such program"))
                    .cleanedUp();
            assertThat(scenario.outcome("stop").outcome()).isEqualTo(Outcome.COMPLETED);
            assertThat(scenario.phase()).isEqualTo(Phase.STOPPED);
        }

        @Test
        void completesWithAPreparationThatFails() {
            LifecycleScenario scenario = new LifecycleScenario()
                    .define(SpecBuilder.plain())
                    .command(Verb.START, "start")
                    .command(Verb.STOP, "stop");
            scenario.give(new Input.LaunchFailed(1, "no root")).cleanedUp();
            assertThat(scenario.phase()).isEqualTo(Phase.STOPPED);
            assertThat(scenario.state.history().reason()).isNull();
        }
    }

    @Nested
    class Kill {
        @Test
        void killCancelsPreparation() {
            LifecycleScenario scenario = new LifecycleScenario()
                    .define(SpecBuilder.plain())
                    .command(Verb.START, "start")
                    .command(Verb.KILL, "kill");
            assertThat(scenario.effects).contains(new Effect.CancelPrepare(1, LifecycleScenario.WEB));
            assertThat(scenario.does(Effect.Kill.class)).isFalse();
            scenario.prepared().cleanedUp();
            assertThat(scenario.outcome("kill").outcome()).isEqualTo(Outcome.COMPLETED);
        }

        @Test
        void beforeTheSpawnFollowsIt() {
            LifecycleScenario scenario = new LifecycleScenario()
                    .define(SpecBuilder.plain())
                    .command(Verb.START, "start")
                    .prepared();
            scenario.command(Verb.KILL, "kill");
            assertThat(scenario.does(Effect.Kill.class)).isFalse();
            scenario.spawned();
            assertThat(scenario.effects).contains(new Effect.Kill(1, LifecycleScenario.WEB));
        }

        @Test
        void beforeReadinessIsImmediate() {
            LifecycleScenario scenario =
                    LifecycleScenario.starting(SpecBuilder.plain()).command(Verb.KILL, "kill");
            assertThat(scenario.effects).contains(new Effect.Kill(1, LifecycleScenario.WEB));
            assertThat(scenario.state.intent().desiredRunning()).isFalse();
        }

        @Test
        void afterAKillKillsOnce() {
            LifecycleScenario scenario =
                    LifecycleScenario.running().command(Verb.KILL, "kill").command(Verb.KILL, "again");
            assertThat(scenario.does(Effect.Kill.class)).isFalse();
            scenario.exited(137).cleanedUp();
            assertThat(scenario.outcome("again").outcome()).isEqualTo(Outcome.COMPLETED);
        }

        @Test
        void killOfRunningContainerSetsDesiredStopped() {
            assertThat(LifecycleScenario.running()
                            .command(Verb.KILL, "kill")
                            .state
                            .intent()
                            .desiredRunning())
                    .isFalse();
        }
    }

    @Nested
    class Escalation {
        @Test
        void killsAGraceAfterSigterm() {
            LifecycleScenario scenario =
                    LifecycleScenario.running().command(Verb.STOP, "stop").after(Duration.ofMinutes(3));
            assertThat(scenario.effects).containsExactly(new Effect.TerminateSupervisor(1, LifecycleScenario.WEB));
            assertThat(scenario.state.due()).isEqualTo(scenario.now.plus(Timeouts.TERMINATE_GRACE));
        }

        @Test
        void stopReportsTerminatedAfterSigterm() {
            LifecycleScenario scenario = LifecycleScenario.running()
                    .command(Verb.STOP, "stop")
                    .after(Duration.ofMinutes(3))
                    .exited(0)
                    .cleanedUp();
            assertThat(scenario.outcome("stop").stoppedBy()).isEqualTo(StoppedBy.TERMINATED);
        }

        @Test
        void unknownStatusHasNoStoppedBy() {
            LifecycleScenario scenario = LifecycleScenario.running()
                    .command(Verb.STOP, "stop")
                    .exited(Exit.UNKNOWN)
                    .cleanedUp();
            assertThat(scenario.outcome("stop").stoppedBy()).isNull();
        }
    }

    @Nested
    class Outcomes {
        @Test
        void stoppedContainerIsDesiredStopped() {
            assertThat(LifecycleScenario.running()
                            .command(Verb.STOP, "stop")
                            .state
                            .intent()
                            .desiredRunning())
                    .isFalse();
        }

        @Test
        void startThatFollowsAStopWasNotStopped() {
            LifecycleScenario scenario =
                    LifecycleScenario.running().command(Verb.STOP, "stop").command(Verb.START, "more");
            scenario.exited(0).cleanedUp().prepared().spawned().ready();
            assertThat(scenario.outcome("more").stoppedBy()).isNull();
            assertThat(scenario.outcome("stop").stoppedBy()).isEqualTo(StoppedBy.HALTED);
        }

        @Test
        void restartKeepsHowItsFirstRunWasStopped() {
            LifecycleScenario scenario = LifecycleScenario.running()
                    .command(Verb.RESTART, "one")
                    .exited(0)
                    .cleanedUp();
            scenario.command(Verb.RESTART, "two").prepared().cleanedUp();
            scenario.prepared().spawned().ready();
            assertThat(scenario.outcome("one").stoppedBy()).isEqualTo(StoppedBy.HALTED);
            assertThat(scenario.outcome("two").stoppedBy()).isNull();
        }

        @Test
        void stoppedContainerHasNoReason() {
            LifecycleScenario scenario = LifecycleScenario.running()
                    .command(Verb.STOP, "stop")
                    .exited(1)
                    .cleanedUp();
            assertThat(scenario.state.history().reason()).isNull();
        }
    }

    @Nested
    class UnexpectedExits {
        @Test
        void stopWhileAFailedRunIsCleanedUpPreventsTheRestart() {
            LifecycleScenario scenario = LifecycleScenario.running()
                    .exited(1)
                    .command(Verb.STOP, "stop")
                    .cleanedUp();
            assertThat(scenario.state.due()).isNull();
            assertThat(scenario.outcome("stop").outcome()).isEqualTo(Outcome.COMPLETED);
            assertThat(scenario.phase()).isEqualTo(Phase.FAILED);
        }

        @Test
        void stopWhileARebootIsCleanedUpPreventsTheRestart() {
            LifecycleScenario scenario = LifecycleScenario.running()
                    .exited(133)
                    .command(Verb.STOP, "stop")
                    .cleanedUp();
            assertThat(scenario.phase()).isEqualTo(Phase.STOPPED);
        }

        @Test
        void startWhileAFailedRunIsCleanedUpSkipsTheBackoff() {
            LifecycleScenario scenario = LifecycleScenario.running()
                    .exited(1)
                    .command(Verb.START, "now")
                    .cleanedUp();
            assertThat(scenario.phase()).isEqualTo(Phase.PREPARING);
        }

        @Test
        void statusZeroWithoutRestartSetsDesiredStopped() {
            LifecycleScenario scenario = LifecycleScenario.running(
                            SpecBuilder.plain().restart(RestartPolicy.ON_FAILURE))
                    .exited(0)
                    .cleanedUp();
            assertThat(scenario.state.intent().desiredRunning()).isFalse();
        }

        @Test
        void runThatLeavesSomethingBehindIsFailedAndNotRestarted() {
            LifecycleScenario scenario = LifecycleScenario.running().exited(0);
            scenario.give(new Input.CleanUpFailed(1, "its control group cannot be removed"));
            assertThat(scenario.phase()).isEqualTo(Phase.FAILED);
            assertThat(scenario.state.history().reason()).isEqualTo("its control group cannot be removed");
            scenario = LifecycleScenario.running()
                    .exited(1)
                    .give(new Input.CleanUpFailed(1, "its control group cannot be removed"));
            assertThat(scenario.phase()).as("no backoff").isEqualTo(Phase.FAILED);
        }

        @Test
        void runThatLeavesSomethingBehindFailsTheRestart() {
            LifecycleScenario scenario =
                    LifecycleScenario.running().command(Verb.RESTART, "restart").exited(0);
            scenario.give(new Input.CleanUpFailed(1, "its control group cannot be removed"));
            assertThat(scenario.outcome("restart").outcome()).isEqualTo(Outcome.FAILED);
        }
    }
}
