package io.hatchery.runner.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.protocol.Command;
import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.Exit;
import io.hatchery.protocol.Outcome;
import io.hatchery.protocol.Phase;
import io.hatchery.protocol.StoppedBy;
import io.hatchery.protocol.Verb;
import io.hatchery.runner.lifecycle.LifecycleScenario.SpecBuilder;
import io.hatchery.spec.Generation;
import io.hatchery.spec.RestartPolicy;
import java.time.Duration;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The rules of the lifecycle, each by its name. */
class LifecycleTest {
    private static final Duration STOP_TIMEOUT = Duration.ofMinutes(3);

    @Nested
    class Rule1RunIntent {
        @Test
        void newSpecWithAutoStartStarts() {
            LifecycleScenario scenario =
                    new LifecycleScenario().define(SpecBuilder.plain().autoStart(true));
            assertThat(scenario.phase()).isEqualTo(Phase.PREPARING);
        }

        @Test
        void withoutAutoStartItRests() {
            assertThat(new LifecycleScenario().define(SpecBuilder.plain()).phase())
                    .isEqualTo(Phase.STOPPED);
        }

        @Test
        void changedSpecDoesNotStartStoppedContainer() {
            LifecycleScenario scenario = LifecycleScenario.running(
                            SpecBuilder.plain().autoStart(true))
                    .command(Verb.STOP, "stop")
                    .exited(0)
                    .cleanedUp()
                    .define(SpecBuilder.plain().autoStart(true).generation(2).root("/other"));
            assertThat(scenario.phase()).isEqualTo(Phase.STOPPED);
        }

        @Test
        void removedSpecStopsThenRemoves() {
            LifecycleScenario scenario = LifecycleScenario.running();
            scenario.give(new Input.SpecRemoved(new CommandId("rm"), null, null, false, null, scenario.now));
            assertThat(scenario.phase()).isEqualTo(Phase.STOPPING);
            scenario.exited(0).cleanedUp();
            assertThat(scenario.does(Effect.Remove.class)).isTrue();
            scenario.give(new Input.Removed(new Removal("/r", false)));
            assertThat(scenario.phase()).isEqualTo(Phase.ABSENT);
            assertThat(scenario.outcome("rm").outcome()).isEqualTo(Outcome.COMPLETED);
        }
    }

    @Nested
    class Rule2GracefulStop {
        @Test
        void theInitIsSignalledOnceAndNothingElseIsTouched() {
            LifecycleScenario scenario = LifecycleScenario.running().command(Verb.STOP, "stop");
            assertThat(scenario.effects)
                    .filteredOn(Effect.SignalLeader.class::isInstance)
                    .hasSize(1);
            assertThat(scenario.does(Effect.TerminateSupervisor.class)).isFalse();
            assertThat(scenario.does(Effect.Kill.class)).isFalse();
            scenario.command(Verb.STOP, "again");
            assertThat(scenario.does(Effect.SignalLeader.class)).isFalse();
            scenario.exited(0).cleanedUp();
            assertThat(scenario.outcome("stop").stoppedBy()).isEqualTo(StoppedBy.HALTED);
            assertThat(scenario.outcome("again").outcome()).isEqualTo(Outcome.COMPLETED);
        }

        @Test
        void adoptedStopIsNotSignalledAgain() {
            LifecycleScenario scenario = LifecycleScenario.running().command(Verb.STOP, "stop");
            scenario.give(new Input.Adopted(new Observation(true, 4711L, true, null)));
            assertThat(scenario.effects).allMatch(Effect.Define.class::isInstance);
            assertThat(scenario.phase()).isEqualTo(Phase.STOPPING);
        }

        @Test
        void stopEscalatesToSigtermThenKill() {
            LifecycleScenario scenario =
                    LifecycleScenario.running().command(Verb.STOP, "stop").after(STOP_TIMEOUT.minusSeconds(1));
            assertThat(scenario.effects).isEmpty();
            scenario.after(Duration.ofSeconds(1));
            assertThat(scenario.does(Effect.TerminateSupervisor.class)).isTrue();
            scenario.after(Timeouts.TERMINATE_GRACE);
            assertThat(scenario.does(Effect.Kill.class)).isTrue();
            scenario.exited(137).cleanedUp();
            assertThat(scenario.outcome("stop").stoppedBy()).isEqualTo(StoppedBy.KILLED);
            assertThat(scenario.phase()).isEqualTo(Phase.STOPPED);
        }

        @Test
        void stopBeforeReadinessWaitsForReadiness() {
            LifecycleScenario scenario = new LifecycleScenario()
                    .define(SpecBuilder.plain())
                    .command(Verb.START, "start")
                    .prepared()
                    .spawned()
                    .command(Verb.STOP, "stop");
            assertThat(scenario.does(Effect.SignalLeader.class)).isFalse();
            assertThat(scenario.outcome("start").outcome()).isEqualTo(Outcome.SUPERSEDED);
            scenario.ready();
            assertThat(scenario.does(Effect.SignalLeader.class)).isTrue();
        }

        @Test
        void stopBeforeReadinessWaitsAtMostTheGrace() {
            LifecycleScenario scenario = new LifecycleScenario()
                    .define(SpecBuilder.plain())
                    .command(Verb.START, "start")
                    .prepared()
                    .spawned()
                    .command(Verb.STOP, "stop")
                    .after(Timeouts.READINESS_GRACE);
            assertThat(scenario.does(Effect.SignalLeader.class)).isTrue();
        }

        @Test
        void stopFailsIfCleanUpFails() {
            LifecycleScenario scenario =
                    LifecycleScenario.running().command(Verb.STOP, "stop").exited(0);
            scenario.give(new Input.CleanUpFailed(scenario.run(), "its control group cannot be removed"));
            assertThat(scenario.outcome("stop").outcome()).isEqualTo(Outcome.FAILED);
            assertThat(scenario.outcome("stop").reason()).contains("control group");
        }
    }

    @Nested
    class Rule3Start {
        @Test
        void itIsRunningAtReadiness() {
            LifecycleScenario scenario = new LifecycleScenario()
                    .define(SpecBuilder.plain())
                    .command(Verb.START, "start")
                    .prepared()
                    .spawned();
            assertThat(scenario.phase()).isEqualTo(Phase.STARTING);
            assertThat(scenario.ended).isEmpty();
            scenario.ready();
            assertThat(scenario.phase()).isEqualTo(Phase.RUNNING);
            assertThat(scenario.state.status().leader()).isEqualTo(4711);
            assertThat(scenario.outcome("start").outcome()).isEqualTo(Outcome.COMPLETED);
        }

        @Test
        void startTimeoutKillsAndFails() {
            LifecycleScenario scenario = new LifecycleScenario()
                    .define(SpecBuilder.plain())
                    .command(Verb.START, "start")
                    .prepared()
                    .spawned()
                    .after(Duration.ofMinutes(1));
            assertThat(scenario.does(Effect.Kill.class)).isTrue();
            scenario.exited(137).cleanedUp();
            assertThat(scenario.phase()).isEqualTo(Phase.FAILED);
            assertThat(scenario.outcome("start").outcome()).isEqualTo(Outcome.FAILED);
            assertThat(scenario.outcome("start").reason()).contains("startTimeout");
        }

        @Test
        void waitingForAPlaceToStartDoesNotCount() {
            LifecycleScenario scenario = new LifecycleScenario()
                    .define(SpecBuilder.plain())
                    .command(Verb.START, "start")
                    .prepared()
                    .after(Duration.ofHours(1));
            assertThat(scenario.phase()).isEqualTo(Phase.STARTING);
            assertThat(scenario.effects).isEmpty();
        }

        @Test
        void failedPreparationFailsTheStart() {
            LifecycleScenario scenario =
                    new LifecycleScenario().define(SpecBuilder.plain()).command(Verb.START, "start");
            scenario.give(new Input.LaunchFailed(scenario.run(), "no such root"))
                    .cleanedUp();
            assertThat(scenario.outcome("start").reason()).isEqualTo("no such root");
            assertThat(scenario.phase()).isEqualTo(Phase.FAILED);
        }
    }

    @Nested
    class Rule4UnexpectedExits {
        @Test
        void exit133IsARebootAndStartsAgainAtOnce() {
            LifecycleScenario scenario = LifecycleScenario.running().exited(133).cleanedUp();
            assertThat(scenario.phase()).isEqualTo(Phase.PREPARING);
            assertThat(scenario.state.history().restarts()).isZero();
        }

        @Test
        void onFailureRestartsABadExitAndNotAGoodOne() {
            assertThat(LifecycleScenario.running().exited(1).cleanedUp().phase())
                    .isEqualTo(Phase.BACKOFF);
            assertThat(LifecycleScenario.running().exited(0).cleanedUp().phase())
                    .isEqualTo(Phase.STOPPED);
        }

        @Test
        void restartAlwaysRestartsAfterStatusZero() {
            SpecBuilder always = SpecBuilder.plain().restart(RestartPolicy.ALWAYS);
            assertThat(LifecycleScenario.running(always).exited(0).cleanedUp().phase())
                    .isEqualTo(Phase.BACKOFF);
        }

        @Test
        void noRestartsNothing() {
            LifecycleScenario scenario = LifecycleScenario.running(
                            SpecBuilder.plain().restart(RestartPolicy.NO))
                    .exited(7)
                    .cleanedUp();
            assertThat(scenario.phase()).isEqualTo(Phase.FAILED);
            assertThat(scenario.state.history().exit()).isEqualTo(new Exit(7, scenario.now));
        }

        @Test
        void backoffGrowsAndAStableRunResetsIt() {
            LifecycleScenario scenario = LifecycleScenario.running();
            Duration last = Duration.ZERO;
            for (int i = 1; i <= 5; i++) {
                scenario.exited(1).cleanedUp();
                assertThat(scenario.state.history().restarts()).isEqualTo(i);
                Duration wait = Duration.between(scenario.now, scenario.state.due());
                assertThat(wait).isGreaterThan(last);
                last = wait;
                scenario.after(wait).prepared().spawned().ready();
            }
            scenario.after(Duration.ofSeconds(RestartBackoff.STABLE_SECONDS))
                    .exited(1)
                    .cleanedUp();
            assertThat(scenario.state.history().restarts()).isEqualTo(1);
        }

        @Test
        void stopCancelsBackoff() {
            LifecycleScenario scenario =
                    LifecycleScenario.running().exited(1).cleanedUp().command(Verb.STOP, "stop");
            assertThat(scenario.phase()).isEqualTo(Phase.STOPPED);
            assertThat(scenario.outcome("stop").outcome()).isEqualTo(Outcome.COMPLETED);
            assertThat(scenario.state.due()).isNull();
        }
    }

    @Nested
    class Rule5Adoption {
        @Test
        void runningContainerIsAdopted() {
            LifecycleScenario scenario = LifecycleScenario.running();
            scenario.give(new Input.Adopted(new Observation(true, 4711L, true, null)));
            assertThat(scenario.phase()).isEqualTo(Phase.RUNNING);
            assertThat(scenario.effects).allMatch(Effect.Define.class::isInstance);
        }

        @Test
        void oneThatEndedMeanwhileIsReportedWithItsStatus() {
            LifecycleScenario scenario =
                    LifecycleScenario.running(SpecBuilder.plain().restart(RestartPolicy.NO));
            scenario.give(new Input.Adopted(new Observation(true, 4711L, true, new Exit(7, scenario.now))))
                    .cleanedUp();
            assertThat(scenario.state.history().exit().status()).isEqualTo(7);
            assertThat(scenario.phase()).isEqualTo(Phase.FAILED);
        }

        @Test
        void runThatWasNotSpawnedIsSpawnedWithANewNumber() {
            LifecycleScenario scenario = new LifecycleScenario()
                    .define(SpecBuilder.plain())
                    .command(Verb.START, "start")
                    .prepared();
            long before = scenario.run();
            scenario.give(new Input.Adopted(new Observation(false, null, false, null)));
            assertThat(scenario.does(Effect.Spawn.class)).isTrue();
            assertThat(scenario.run()).isGreaterThan(before);
        }

        @Test
        void startThatBecameReadyCompletesBeforeTheExit() {
            LifecycleScenario scenario = new LifecycleScenario()
                    .define(SpecBuilder.plain())
                    .command(Verb.START, "start")
                    .prepared()
                    .spawned();
            scenario.give(new Input.Adopted(new Observation(true, 4711L, true, new Exit(3, scenario.now))));
            assertThat(scenario.outcome("start").outcome()).isEqualTo(Outcome.COMPLETED);
        }
    }

    @Nested
    class Rule6ChangedSpec {
        @Test
        void onesThatNeedARestartRestart() {
            LifecycleScenario scenario = LifecycleScenario.running()
                    .define(SpecBuilder.plain().generation(2).root("/other"));
            assertThat(scenario.phase()).isEqualTo(Phase.STOPPING);
            scenario.exited(0).cleanedUp();
            assertThat(scenario.phase()).isEqualTo(Phase.PREPARING);
            assertThat(scenario.state.status().generation()).isEqualTo(new Generation(2));
        }

        @Test
        void withoutRestartIfChangedItIsOutdated() {
            LifecycleScenario scenario = LifecycleScenario.running()
                    .define(SpecBuilder.plain().generation(2).root("/other").restartIfChanged(false));
            assertThat(scenario.phase()).isEqualTo(Phase.RUNNING);
            assertThat(scenario.state.status().outdated()).isTrue();
        }

        @Test
        void onesThatNeedNoneAreAppliedLive() {
            LifecycleScenario scenario = LifecycleScenario.running()
                    .define(SpecBuilder.plain().generation(2).autoStart(true));
            assertThat(scenario.phase()).isEqualTo(Phase.RUNNING);
            assertThat(scenario.state.status().generation()).isEqualTo(new Generation(2));
            assertThat(scenario.state.status().outdated()).isFalse();
        }

        @Test
        void olderSpecIsIgnored() {
            LifecycleScenario scenario = LifecycleScenario.running(
                            SpecBuilder.plain().generation(5))
                    .define(SpecBuilder.plain().generation(4).root("/old"));
            assertThat(scenario.state.spec().generation()).isEqualTo(new Generation(5));
        }
    }

    @Nested
    class Rule7Commands {
        @Test
        void startOnRunningAndStopOnStoppedAreNoOps() {
            LifecycleScenario scenario = LifecycleScenario.running().command(Verb.START, "again");
            assertThat(scenario.outcome("again").outcome()).isEqualTo(Outcome.COMPLETED);
            scenario = new LifecycleScenario().define(SpecBuilder.plain()).command(Verb.STOP, "stop");
            assertThat(scenario.outcome("stop").outcome()).isEqualTo(Outcome.COMPLETED);
        }

        @Test
        void theSameIdIsOneCommand() {
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
                    new Command(
                            Verb.START, LifecycleScenario.WEB, new Generation(9), scenario.now.plusSeconds(5), null),
                    scenario.now));
            assertThat(scenario.state.due()).isEqualTo(scenario.now.plusSeconds(5));
            scenario.after(Duration.ofSeconds(5));
            assertThat(scenario.outcome("wait").outcome()).isEqualTo(Outcome.REJECTED);
        }

        @Test
        void killIsImmediateAndSaysSo() {
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
}
