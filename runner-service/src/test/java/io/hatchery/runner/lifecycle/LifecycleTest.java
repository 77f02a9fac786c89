package io.hatchery.runner.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

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
        void stopSignalsTheInitOnceAndNoOtherProcess() {
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
        void containerIsRunningAtReadiness() {
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
}
