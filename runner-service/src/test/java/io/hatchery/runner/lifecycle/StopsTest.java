package io.hatchery.runner.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.protocol.Exit;
import io.hatchery.protocol.Outcome;
import io.hatchery.protocol.Phase;
import io.hatchery.protocol.StoppedBy;
import io.hatchery.protocol.Verb;
import io.hatchery.runner.lifecycle.Tale.Wish;
import io.hatchery.spec.RestartPolicy;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class StopsTest {
    private static Tale startingWith(String json) {
        return new Tale()
                .give(new Input.SpecArrived(SpecsOfTests.with(json)))
                .command(Verb.START, "start")
                .prepared()
                .spawned();
    }

    @Nested
    class BeforeReadiness {
        @Test
        void waitsNoLongerThanItsGrace() {
            Tale tale = Tale.starting(Wish.plain()).command(Verb.STOP, "stop");
            assertThat(tale.state.due()).isEqualTo(tale.now.plus(Stops.READINESS_GRACE));
        }

        @Test
        void waitsNoLongerThanTheStartTimeout() {
            Tale tale = Tale.starting(Wish.plain());
            Instant due = tale.state.due();
            tale.after(Duration.ofSeconds(55)).command(Verb.STOP, "stop");
            assertThat(tale.state.due()).isEqualTo(due);
        }

        @Test
        void waitsNoLongerThanItsGraceWhereTheStartMayTakeForEver() {
            Tale tale = startingWith("{\"startTimeout\": \"infinity\"}").command(Verb.STOP, "stop");
            assertThat(tale.state.due()).isEqualTo(tale.now.plus(Stops.READINESS_GRACE));
        }

        @Test
        void isNotPutOffByAnother() {
            Tale tale = Tale.starting(Wish.plain()).command(Verb.STOP, "stop");
            Instant due = tale.state.due();
            tale.after(Duration.ofSeconds(5)).command(Verb.STOP, "again");
            assertThat(tale.state.due()).isEqualTo(due);
        }

        @Test
        void waitsOnceWhereItIsAskedForTwice() {
            Tale tale = Tale.starting(Wish.plain()).command(Verb.STOP, "stop").command(Verb.STOP, "again");
            tale.ready().exited(0).cleanedUp();
            assertThat(tale.steps("stop")).containsOnlyOnce("waits for readiness");
        }

        @Test
        void isNotDueBeforeTheSpawn() {
            Tale tale =
                    new Tale().define(Wish.plain()).command(Verb.START, "start").prepared();
            tale.command(Verb.STOP, "stop");
            assertThat(tale.state.due()).isNull();
            tale.spawned();
            assertThat(tale.state.due()).isEqualTo(tale.now.plus(Stops.READINESS_GRACE));
        }

        @Test
        void completesWithAnExit() {
            Tale tale = Tale.starting(Wish.plain())
                    .command(Verb.STOP, "stop")
                    .exited(1)
                    .cleanedUp();
            assertThat(tale.outcome("stop").outcome()).isEqualTo(Outcome.COMPLETED);
            assertThat(tale.phase()).isEqualTo(Phase.STOPPED);
        }

        @Test
        void completesWithASpawnThatFails() {
            Tale tale =
                    new Tale().define(Wish.plain()).command(Verb.START, "start").prepared();
            tale.command(Verb.STOP, "stop")
                    .give(new Input.NotStarted(1, "no such program"))
                    .cleanedUp();
            assertThat(tale.outcome("stop").outcome()).isEqualTo(Outcome.COMPLETED);
            assertThat(tale.phase()).isEqualTo(Phase.STOPPED);
        }

        @Test
        void completesWithAPreparationThatFails() {
            Tale tale =
                    new Tale().define(Wish.plain()).command(Verb.START, "start").command(Verb.STOP, "stop");
            tale.give(new Input.NotStarted(1, "no root")).cleanedUp();
            assertThat(tale.phase()).isEqualTo(Phase.STOPPED);
            assertThat(tale.state.reason()).isNull();
        }
    }

    @Nested
    class Kill {
        @Test
        void ofWhatIsPreparedAbandonsIt() {
            Tale tale =
                    new Tale().define(Wish.plain()).command(Verb.START, "start").command(Verb.KILL, "kill");
            assertThat(tale.effects).contains(new Effect.Abandon(1, Tale.WEB));
            assertThat(tale.does(Effect.Kill.class)).isFalse();
            tale.prepared().cleanedUp();
            assertThat(tale.outcome("kill").outcome()).isEqualTo(Outcome.COMPLETED);
        }

        @Test
        void beforeTheSpawnFollowsIt() {
            Tale tale =
                    new Tale().define(Wish.plain()).command(Verb.START, "start").prepared();
            tale.command(Verb.KILL, "kill");
            assertThat(tale.does(Effect.Kill.class)).isFalse();
            tale.spawned();
            assertThat(tale.effects).contains(new Effect.Kill(1, Tale.WEB));
        }

        @Test
        void beforeReadinessIsImmediate() {
            Tale tale = Tale.starting(Wish.plain()).command(Verb.KILL, "kill");
            assertThat(tale.effects).contains(new Effect.Kill(1, Tale.WEB));
            assertThat(tale.state.wanted()).isFalse();
        }

        @Test
        void afterAKillKillsOnce() {
            Tale tale = Tale.running().command(Verb.KILL, "kill").command(Verb.KILL, "again");
            assertThat(tale.does(Effect.Kill.class)).isFalse();
            tale.exited(137).cleanedUp();
            assertThat(tale.outcome("again").outcome()).isEqualTo(Outcome.COMPLETED);
        }

        @Test
        void ofARunningContainerIsNotWantedAnyLonger() {
            assertThat(Tale.running().command(Verb.KILL, "kill").state.wanted()).isFalse();
        }
    }

    @Nested
    class Escalation {
        @Test
        void killsAGraceAfterSigterm() {
            Tale tale = Tale.running().command(Verb.STOP, "stop").after(Duration.ofMinutes(3));
            assertThat(tale.effects).containsExactly(new Effect.TerminateSupervisor(1, Tale.WEB));
            assertThat(tale.state.due()).isEqualTo(tale.now.plus(Stops.TERMINATE_GRACE));
        }

        @Test
        void thatEndedASigtermSaysSo() {
            Tale tale = Tale.running()
                    .command(Verb.STOP, "stop")
                    .after(Duration.ofMinutes(3))
                    .exited(0)
                    .cleanedUp();
            assertThat(tale.outcome("stop").stoppedBy()).isEqualTo(StoppedBy.TERMINATED);
        }

        @Test
        void thatNobodyCanKnowIsNotSaid() {
            Tale tale = Tale.running()
                    .command(Verb.STOP, "stop")
                    .exited(Exit.UNKNOWN)
                    .cleanedUp();
            assertThat(tale.outcome("stop").stoppedBy()).isNull();
        }
    }

    @Nested
    class Outcomes {
        @Test
        void stoppedContainerIsNotWanted() {
            assertThat(Tale.running().command(Verb.STOP, "stop").state.wanted()).isFalse();
        }

        @Test
        void startThatFollowsAStopWasNotStopped() {
            Tale tale = Tale.running().command(Verb.STOP, "stop").command(Verb.START, "more");
            tale.exited(0).cleanedUp().prepared().spawned().ready();
            assertThat(tale.outcome("more").stoppedBy()).isNull();
            assertThat(tale.outcome("stop").stoppedBy()).isEqualTo(StoppedBy.HALTED);
        }

        @Test
        void restartKeepsHowItsFirstRunWasStopped() {
            Tale tale = Tale.running().command(Verb.RESTART, "one").exited(0).cleanedUp();
            tale.command(Verb.RESTART, "two").prepared().cleanedUp();
            tale.prepared().spawned().ready();
            assertThat(tale.outcome("one").stoppedBy()).isEqualTo(StoppedBy.HALTED);
            assertThat(tale.outcome("two").stoppedBy()).isNull();
        }

        @Test
        void stoppedContainerHasNoReason() {
            Tale tale = Tale.running().command(Verb.STOP, "stop").exited(1).cleanedUp();
            assertThat(tale.state.reason()).isNull();
        }
    }

    @Nested
    class ExitsThatNobodyAskedFor {
        @Test
        void stopWhileAFailedRunIsCleanedUpPreventsTheRestart() {
            Tale tale = Tale.running().exited(1).command(Verb.STOP, "stop").cleanedUp();
            assertThat(tale.state.due()).isNull();
            assertThat(tale.outcome("stop").outcome()).isEqualTo(Outcome.COMPLETED);
            assertThat(tale.phase()).isEqualTo(Phase.FAILED);
        }

        @Test
        void stopWhileARebootIsCleanedUpPreventsTheRestart() {
            Tale tale = Tale.running().exited(133).command(Verb.STOP, "stop").cleanedUp();
            assertThat(tale.phase()).isEqualTo(Phase.STOPPED);
        }

        @Test
        void startWhileAFailedRunIsCleanedUpSkipsTheBackoff() {
            Tale tale = Tale.running().exited(1).command(Verb.START, "now").cleanedUp();
            assertThat(tale.phase()).isEqualTo(Phase.PREPARING);
        }

        @Test
        void goodExitThatIsNotRestartedIsNotWanted() {
            Tale tale = Tale.running(Wish.plain().restart(RestartPolicy.ON_FAILURE))
                    .exited(0)
                    .cleanedUp();
            assertThat(tale.state.wanted()).isFalse();
        }

        @Test
        void runThatLeavesSomethingBehindIsFailedAndNotRestarted() {
            Tale tale = Tale.running().exited(0);
            tale.give(new Input.NotCleanedUp(1, "its control group cannot be removed"));
            assertThat(tale.phase()).isEqualTo(Phase.FAILED);
            assertThat(tale.state.reason()).isEqualTo("its control group cannot be removed");
            tale = Tale.running().exited(1).give(new Input.NotCleanedUp(1, "its control group cannot be removed"));
            assertThat(tale.phase()).as("no backoff").isEqualTo(Phase.FAILED);
        }

        @Test
        void runThatLeavesSomethingBehindFailsTheRestart() {
            Tale tale = Tale.running().command(Verb.RESTART, "restart").exited(0);
            tale.give(new Input.NotCleanedUp(1, "its control group cannot be removed"));
            assertThat(tale.outcome("restart").outcome()).isEqualTo(Outcome.FAILED);
        }
    }
}
