package io.hatchery.runner.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.protocol.Command;
import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.Exit;
import io.hatchery.protocol.Outcome;
import io.hatchery.protocol.Phase;
import io.hatchery.protocol.StoppedBy;
import io.hatchery.protocol.Verb;
import io.hatchery.runner.lifecycle.Tale.Wish;
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
        void aDefinitionThatNewlyArrivesWithAutoStartIsStartedAtOnce() {
            Tale tale = new Tale().define(Wish.plain().autoStart(true));
            assertThat(tale.phase()).isEqualTo(Phase.PREPARING);
        }

        @Test
        void withoutAutoStartItRests() {
            assertThat(new Tale().define(Wish.plain()).phase()).isEqualTo(Phase.STOPPED);
        }

        @Test
        void aStopHoldsWhenTheSpecChanges() {
            Tale tale = Tale.running(Wish.plain().autoStart(true))
                    .command(Verb.STOP, "stop")
                    .exited(0)
                    .cleanedUp()
                    .define(Wish.plain().autoStart(true).generation(2).root("/other"));
            assertThat(tale.phase()).isEqualTo(Phase.STOPPED);
        }

        @Test
        void aRemovedSpecStopsAndThenRemoves() {
            Tale tale = Tale.running();
            tale.give(new Input.SpecRemoved(new CommandId("rm"), null, null, false, null, tale.now));
            assertThat(tale.phase()).isEqualTo(Phase.STOPPING);
            tale.exited(0).cleanedUp();
            assertThat(tale.does(Effect.Remove.class)).isTrue();
            tale.give(new Input.Removed(new ContainerState.Removal("/r", false)));
            assertThat(tale.phase()).isEqualTo(Phase.ABSENT);
            assertThat(tale.outcome("rm").outcome()).isEqualTo(Outcome.COMPLETED);
        }
    }

    @Nested
    class Rule2GracefulStop {
        @Test
        void theInitIsSignalledOnceAndNothingElseIsTouched() {
            Tale tale = Tale.running().command(Verb.STOP, "stop");
            assertThat(tale.effects)
                    .filteredOn(Effect.SignalLeader.class::isInstance)
                    .hasSize(1);
            assertThat(tale.does(Effect.TerminateSupervisor.class)).isFalse();
            assertThat(tale.does(Effect.Kill.class)).isFalse();
            tale.command(Verb.STOP, "again");
            assertThat(tale.does(Effect.SignalLeader.class)).isFalse();
            tale.exited(0).cleanedUp();
            assertThat(tale.outcome("stop").stoppedBy()).isEqualTo(StoppedBy.HALTED);
            assertThat(tale.outcome("again").outcome()).isEqualTo(Outcome.COMPLETED);
        }

        @Test
        void anAdoptedStopIsNotSignalledAgain() {
            Tale tale = Tale.running().command(Verb.STOP, "stop");
            tale.give(new Input.Adopted(new Observation(true, 4711L, true, null)));
            assertThat(tale.effects).allMatch(Effect.Define.class::isInstance);
            assertThat(tale.phase()).isEqualTo(Phase.STOPPING);
        }

        @Test
        void afterStopTimeoutTheSupervisorThenEverything() {
            Tale tale = Tale.running().command(Verb.STOP, "stop").after(STOP_TIMEOUT.minusSeconds(1));
            assertThat(tale.effects).isEmpty();
            tale.after(Duration.ofSeconds(1));
            assertThat(tale.does(Effect.TerminateSupervisor.class)).isTrue();
            tale.after(Stops.TERMINATE_GRACE);
            assertThat(tale.does(Effect.Kill.class)).isTrue();
            tale.exited(137).cleanedUp();
            assertThat(tale.outcome("stop").stoppedBy()).isEqualTo(StoppedBy.KILLED);
            assertThat(tale.phase()).isEqualTo(Phase.STOPPED);
        }

        @Test
        void aStopBeforeReadinessWaitsForIt() {
            Tale tale = new Tale()
                    .define(Wish.plain())
                    .command(Verb.START, "start")
                    .prepared()
                    .spawned()
                    .command(Verb.STOP, "stop");
            assertThat(tale.does(Effect.SignalLeader.class)).isFalse();
            assertThat(tale.outcome("start").outcome()).isEqualTo(Outcome.SUPERSEDED);
            tale.ready();
            assertThat(tale.does(Effect.SignalLeader.class)).isTrue();
        }

        @Test
        void aStopBeforeReadinessIsBounded() {
            Tale tale = new Tale()
                    .define(Wish.plain())
                    .command(Verb.START, "start")
                    .prepared()
                    .spawned()
                    .command(Verb.STOP, "stop")
                    .after(Stops.READINESS_GRACE);
            assertThat(tale.does(Effect.SignalLeader.class)).isTrue();
        }

        @Test
        void aStopThatLeavesSomethingBehindSaysSo() {
            Tale tale = Tale.running().command(Verb.STOP, "stop").exited(0);
            tale.give(new Input.NotCleanedUp(tale.run(), "its control group cannot be removed"));
            assertThat(tale.outcome("stop").outcome()).isEqualTo(Outcome.FAILED);
            assertThat(tale.outcome("stop").reason()).contains("control group");
        }
    }

    @Nested
    class Rule3Start {
        @Test
        void itIsRunningAtReadiness() {
            Tale tale = new Tale()
                    .define(Wish.plain())
                    .command(Verb.START, "start")
                    .prepared()
                    .spawned();
            assertThat(tale.phase()).isEqualTo(Phase.STARTING);
            assertThat(tale.ended).isEmpty();
            tale.ready();
            assertThat(tale.phase()).isEqualTo(Phase.RUNNING);
            assertThat(tale.state.status().leader()).isEqualTo(4711);
            assertThat(tale.outcome("start").outcome()).isEqualTo(Outcome.COMPLETED);
        }

        @Test
        void atStartTimeoutItIsKilledAndFailed() {
            Tale tale = new Tale()
                    .define(Wish.plain())
                    .command(Verb.START, "start")
                    .prepared()
                    .spawned()
                    .after(Duration.ofMinutes(1));
            assertThat(tale.does(Effect.Kill.class)).isTrue();
            tale.exited(137).cleanedUp();
            assertThat(tale.phase()).isEqualTo(Phase.FAILED);
            assertThat(tale.outcome("start").outcome()).isEqualTo(Outcome.FAILED);
            assertThat(tale.outcome("start").reason()).contains("startTimeout");
        }

        @Test
        void waitingForAPlaceToStartDoesNotCount() {
            Tale tale = new Tale()
                    .define(Wish.plain())
                    .command(Verb.START, "start")
                    .prepared()
                    .after(Duration.ofHours(1));
            assertThat(tale.phase()).isEqualTo(Phase.STARTING);
            assertThat(tale.effects).isEmpty();
        }

        @Test
        void whatCannotBePreparedFails() {
            Tale tale = new Tale().define(Wish.plain()).command(Verb.START, "start");
            tale.give(new Input.NotStarted(tale.run(), "no such root")).cleanedUp();
            assertThat(tale.outcome("start").reason()).isEqualTo("no such root");
            assertThat(tale.phase()).isEqualTo(Phase.FAILED);
        }
    }

    @Nested
    class Rule4ExitsNobodyAskedFor {
        @Test
        void exit133IsARebootAndStartsAgainAtOnce() {
            Tale tale = Tale.running().exited(133).cleanedUp();
            assertThat(tale.phase()).isEqualTo(Phase.PREPARING);
            assertThat(tale.state.restarts()).isZero();
        }

        @Test
        void onFailureRestartsABadExitAndNotAGoodOne() {
            assertThat(Tale.running().exited(1).cleanedUp().phase()).isEqualTo(Phase.BACKOFF);
            assertThat(Tale.running().exited(0).cleanedUp().phase()).isEqualTo(Phase.STOPPED);
        }

        @Test
        void alwaysRestartsAGoodExitToo() {
            Wish always = Wish.plain().restart(RestartPolicy.ALWAYS);
            assertThat(Tale.running(always).exited(0).cleanedUp().phase()).isEqualTo(Phase.BACKOFF);
        }

        @Test
        void noRestartsNothing() {
            Tale tale = Tale.running(Wish.plain().restart(RestartPolicy.NO))
                    .exited(7)
                    .cleanedUp();
            assertThat(tale.phase()).isEqualTo(Phase.FAILED);
            assertThat(tale.state.exit()).isEqualTo(new Exit(7, tale.now));
        }

        @Test
        void backoffGrowsAndAStableRunResetsIt() {
            Tale tale = Tale.running();
            Duration last = Duration.ZERO;
            for (int i = 1; i <= 5; i++) {
                tale.exited(1).cleanedUp();
                assertThat(tale.state.restarts()).isEqualTo(i);
                Duration wait = Duration.between(tale.now, tale.state.due());
                assertThat(wait).isGreaterThan(last);
                last = wait;
                tale.after(wait).prepared().spawned().ready();
            }
            tale.after(Duration.ofSeconds(RestartBackoff.STABLE_SECONDS))
                    .exited(1)
                    .cleanedUp();
            assertThat(tale.state.restarts()).isEqualTo(1);
        }

        @Test
        void aStopEndsTheBackoff() {
            Tale tale = Tale.running().exited(1).cleanedUp().command(Verb.STOP, "stop");
            assertThat(tale.phase()).isEqualTo(Phase.STOPPED);
            assertThat(tale.outcome("stop").outcome()).isEqualTo(Outcome.COMPLETED);
            assertThat(tale.state.due()).isNull();
        }
    }

    @Nested
    class Rule5Adoption {
        @Test
        void aRunningContainerIsTakenUpAsItIs() {
            Tale tale = Tale.running();
            tale.give(new Input.Adopted(new Observation(true, 4711L, true, null)));
            assertThat(tale.phase()).isEqualTo(Phase.RUNNING);
            assertThat(tale.effects).allMatch(Effect.Define.class::isInstance);
        }

        @Test
        void oneThatEndedMeanwhileIsReportedWithItsStatus() {
            Tale tale = Tale.running(Wish.plain().restart(RestartPolicy.NO));
            tale.give(new Input.Adopted(new Observation(true, 4711L, true, new Exit(7, tale.now))))
                    .cleanedUp();
            assertThat(tale.state.exit().status()).isEqualTo(7);
            assertThat(tale.phase()).isEqualTo(Phase.FAILED);
        }

        @Test
        void aSpawnThatNeverBeganIsSpawnedInARunOfItsOwn() {
            Tale tale =
                    new Tale().define(Wish.plain()).command(Verb.START, "start").prepared();
            long before = tale.run();
            tale.give(new Input.Adopted(new Observation(false, null, false, null)));
            assertThat(tale.does(Effect.Spawn.class)).isTrue();
            assertThat(tale.run()).isGreaterThan(before);
        }

        @Test
        void aStartThatWasReadyAndExitedMeanwhileIsCompletedBeforeItsExit() {
            Tale tale = new Tale()
                    .define(Wish.plain())
                    .command(Verb.START, "start")
                    .prepared()
                    .spawned();
            tale.give(new Input.Adopted(new Observation(true, 4711L, true, new Exit(3, tale.now))));
            assertThat(tale.outcome("start").outcome()).isEqualTo(Outcome.COMPLETED);
        }
    }

    @Nested
    class Rule6ChangedSpec {
        @Test
        void onesThatNeedARestartRestart() {
            Tale tale = Tale.running().define(Wish.plain().generation(2).root("/other"));
            assertThat(tale.phase()).isEqualTo(Phase.STOPPING);
            tale.exited(0).cleanedUp();
            assertThat(tale.phase()).isEqualTo(Phase.PREPARING);
            assertThat(tale.state.status().generation()).isEqualTo(new Generation(2));
        }

        @Test
        void withoutRestartIfChangedItIsOutdated() {
            Tale tale = Tale.running()
                    .define(Wish.plain().generation(2).root("/other").restartIfChanged(false));
            assertThat(tale.phase()).isEqualTo(Phase.RUNNING);
            assertThat(tale.state.status().outdated()).isTrue();
        }

        @Test
        void onesThatNeedNoneAreAppliedLive() {
            Tale tale = Tale.running().define(Wish.plain().generation(2).autoStart(true));
            assertThat(tale.phase()).isEqualTo(Phase.RUNNING);
            assertThat(tale.state.status().generation()).isEqualTo(new Generation(2));
            assertThat(tale.state.status().outdated()).isFalse();
        }

        @Test
        void anOlderSpecIsPassedOver() {
            Tale tale = Tale.running(Wish.plain().generation(5))
                    .define(Wish.plain().generation(4).root("/old"));
            assertThat(tale.state.spec().generation()).isEqualTo(new Generation(5));
        }
    }

    @Nested
    class Rule7Commands {
        @Test
        void startOnRunningAndStopOnStoppedAreNoOps() {
            Tale tale = Tale.running().command(Verb.START, "again");
            assertThat(tale.outcome("again").outcome()).isEqualTo(Outcome.COMPLETED);
            tale = new Tale().define(Wish.plain()).command(Verb.STOP, "stop");
            assertThat(tale.outcome("stop").outcome()).isEqualTo(Outcome.COMPLETED);
        }

        @Test
        void theSameIdIsOneCommand() {
            Tale tale = new Tale().define(Wish.plain()).command(Verb.START, "one");
            tale.command(Verb.START, "one");
            assertThat(tale.effects).isEmpty();
            tale.prepared().spawned().ready();
            assertThat(tale.ended).hasSize(1);
        }

        @Test
        void aCommandForAnUnknownContainerIsRejected() {
            Tale tale = new Tale().command(Verb.START, "start");
            assertThat(tale.outcome("start").outcome()).isEqualTo(Outcome.REJECTED);
            assertThat(tale.outcome("start").reason()).contains("define it first");
        }

        @Test
        void aCommandWithAGenerationWaitsForThatSpec() {
            Tale tale = Tale.running().command(Verb.RESTART, "restart", 2);
            assertThat(tale.phase()).isEqualTo(Phase.RUNNING);
            tale.define(Wish.plain().generation(2));
            assertThat(tale.phase()).isEqualTo(Phase.STOPPING);
            tale.exited(0).cleanedUp().prepared().spawned().ready();
            assertThat(tale.outcome("restart").outcome()).isEqualTo(Outcome.COMPLETED);
        }

        @Test
        void anExpiredCommandIsRejected() {
            Tale tale = new Tale().define(Wish.plain());
            tale.give(new Input.CommandArrived(
                    new CommandId("late"),
                    new Command(Verb.START, Tale.WEB, null, tale.now.minusSeconds(1), null),
                    tale.now));
            assertThat(tale.outcome("late").outcome()).isEqualTo(Outcome.REJECTED);
            assertThat(tale.phase()).isEqualTo(Phase.STOPPED);
        }

        @Test
        void aWaitingCommandExpires() {
            Tale tale = new Tale().define(Wish.plain());
            tale.give(new Input.CommandArrived(
                    new CommandId("wait"),
                    new Command(Verb.START, Tale.WEB, new Generation(9), tale.now.plusSeconds(5), null),
                    tale.now));
            assertThat(tale.state.due()).isEqualTo(tale.now.plusSeconds(5));
            tale.after(Duration.ofSeconds(5));
            assertThat(tale.outcome("wait").outcome()).isEqualTo(Outcome.REJECTED);
        }

        @Test
        void killIsImmediateAndSaysSo() {
            Tale tale = Tale.running().command(Verb.KILL, "kill");
            assertThat(tale.does(Effect.Kill.class)).isTrue();
            assertThat(tale.does(Effect.SignalLeader.class)).isFalse();
            tale.exited(137).cleanedUp();
            assertThat(tale.outcome("kill").stoppedBy()).isEqualTo(StoppedBy.KILLED);
            assertThat(tale.phase()).isEqualTo(Phase.STOPPED);
        }

        @Test
        void restartIsCompletedByTheNewRun() {
            Tale tale =
                    Tale.running().command(Verb.RESTART, "restart").exited(0).cleanedUp();
            assertThat(tale.ended).noneMatch(event -> event.id().value().equals("restart"));
            tale.prepared().spawned().ready();
            assertThat(tale.outcome("restart").outcome()).isEqualTo(Outcome.COMPLETED);
        }

        @Test
        void aStartDuringAStopFollowsIt() {
            Tale tale = Tale.running().command(Verb.STOP, "stop").command(Verb.START, "more");
            tale.exited(0).cleanedUp();
            assertThat(tale.outcome("stop").outcome()).isIn(Outcome.COMPLETED, Outcome.SUPERSEDED);
            assertThat(tale.phase()).isEqualTo(Phase.PREPARING);
            tale.prepared().spawned().ready();
            assertThat(tale.outcome("more").outcome()).isEqualTo(Outcome.COMPLETED);
        }
    }
}
