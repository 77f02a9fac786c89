package io.hatchery.runner.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.protocol.Phase;
import io.hatchery.protocol.Verb;
import io.hatchery.runner.lifecycle.Tale.Wish;
import io.hatchery.spec.Generation;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class ContainerStateTest {
    private static final Duration HOUR = Duration.ofHours(1);

    @Nested
    class Absent {
        @Test
        void containerWithoutSpecJobsRemovalAndRunIsAbsent() {
            assertThat(new Tale().state.isAbsent()).isTrue();
        }

        @Test
        void containerWithSpecIsNotAbsent() {
            assertThat(new Tale().define(Wish.plain()).state.isAbsent()).isFalse();
        }

        @Test
        void containerWithWaitingCommandIsNotAbsent() {
            Tale tale = new Tale().command(Verb.START, "start", 1);
            assertThat(tale.state.isAbsent()).isFalse();
            assertThat(tale.phase()).isEqualTo(Phase.ABSENT);
        }

        @Test
        void containerBeingRemovedIsNotAbsent() {
            ContainerState state = new Tale().state.withRemoval(new ContainerState.Removal("/r", false));
            assertThat(state.isAbsent()).isFalse();
            assertThat(state.phase()).isEqualTo(Phase.STOPPED);
        }

        @Test
        void containerWithRunIsNotAbsent() {
            ContainerState state = Tale.running().state.withSpec(null);
            assertThat(state.isAbsent()).isFalse();
            assertThat(state.phase()).isEqualTo(Phase.RUNNING);
        }
    }

    @Nested
    class Due {
        @Test
        void waitingCommandIsDueAtItsDeadline() {
            Tale tale = new Tale();
            Instant deadline = tale.now.plusSeconds(30);
            tale.command(Verb.START, "start", new Generation(1), deadline);
            assertThat(tale.state.due()).isEqualTo(deadline);
        }

        @Test
        void waitingCommandWithoutDeadlineIsNeverDue() {
            Tale tale = new Tale().command(Verb.START, "start", 1);
            assertThat(tale.state.due()).isNull();
            tale.after(HOUR);
            assertThat(tale.isPending("start")).isTrue();
        }

        @Test
        void commandThatHasBegunKeepsNoDeadline() {
            Tale tale = new Tale().define(Wish.plain());
            tale.command(Verb.START, "start", new Generation(1), tale.now.plusSeconds(30));
            assertThat(tale.state.due()).isNull();
            tale.after(HOUR);
            assertThat(tale.isPending("start")).isTrue();
            assertThat(tale.phase()).isEqualTo(Phase.PREPARING);
        }
    }

    @Nested
    class Status {
        @Test
        void leaderIsKnownFromStartToExit() {
            Tale tale = Tale.starting(Wish.plain()).give(new Input.LeaderKnown(1, 5));
            assertThat(tale.state.status().leader()).isEqualTo(5);
            tale.give(new Input.Ready(1)).give(new Input.LeaderKnown(1, 6));
            assertThat(tale.state.status().leader()).isEqualTo(6);
            tale.command(Verb.STOP, "stop").give(new Input.LeaderKnown(1, 7));
            assertThat(tale.state.status().leader()).isEqualTo(7);
            tale.exited(0);
            assertThat(tale.state.status().leader()).isNull();
        }

        @Test
        void absentContainerHasNeitherGenerationNorRuns() {
            var status = new Tale().state.status();
            assertThat(status.generation()).isNull();
            assertThat(status.begun()).isNull();
            assertThat(status.ready()).isNull();
            assertThat(status.nextStart()).isNull();
            assertThat(status.restartFor()).isNull();
        }

        @Test
        void stoppedContainerHasTheGenerationThatWouldRun() {
            Tale tale = new Tale().define(Wish.plain().generation(3));
            assertThat(tale.state.status().generation()).isEqualTo(new Generation(3));
            assertThat(tale.state.status().outdated()).isFalse();
        }

        @Test
        void outdatedContainerHasTheGenerationThatRunsAndTheOptionsThatDiffer() {
            Tale tale = Tale.running()
                    .define(Wish.plain().generation(2).root("/other").restartIfChanged(false));
            assertThat(tale.state.status().generation()).isEqualTo(new Generation(1));
            assertThat(tale.state.status().restartFor()).containsExactly("root");
        }

        @Test
        void containerThatIsRemovedHasTheGenerationThatStillRuns() {
            Tale tale = Tale.running().remove("rm", false);
            assertThat(tale.state.status().generation()).isEqualTo(new Generation(1));
            assertThat(tale.state.status().outdated()).isFalse();
        }

        @Test
        void backoffHasTheNextStart() {
            Tale tale = Tale.running().exited(1).cleanedUp();
            assertThat(tale.state.status().nextStart()).isEqualTo(tale.state.due());
        }

        @Test
        void begunIsSetBySpawnAndReadyByReadiness() {
            Tale tale = Tale.starting(Wish.plain());
            assertThat(tale.state.status().begun()).isEqualTo(new Generation(1));
            assertThat(tale.state.status().ready()).isNull();
            tale.ready().define(Wish.plain().generation(2).root("/other"));
            tale.exited(0).cleanedUp().prepared().spawned();
            assertThat(tale.state.status().begun()).isEqualTo(new Generation(2));
            assertThat(tale.state.status().ready()).isEqualTo(new Generation(1));
        }

        @Test
        void sinceIsTheTimeAtWhichThePhaseWasEntered() {
            Tale tale = new Tale().define(Wish.plain()).command(Verb.START, "start");
            tale.after(HOUR).prepared();
            Instant entered = tale.now;
            assertThat(tale.state.since()).isEqualTo(entered);
            tale.after(HOUR).spawned();
            assertThat(tale.state.since()).as("still starting").isEqualTo(entered);
        }
    }

    @Nested
    class ClockSetForward {
        @Test
        void backoffStaysAsLongAsItWas() {
            ContainerState state = Tale.running().exited(1).cleanedUp().state;
            assertThat(state.shifted(HOUR).due()).isEqualTo(state.due().plus(HOUR));
            assertThat(state.shifted(HOUR).since()).isEqualTo(state.since().plus(HOUR));
        }

        @Test
        void startTimeoutStaysAsLongAsItWas() {
            ContainerState state = Tale.starting(Wish.plain()).state;
            assertThat(state.shifted(HOUR).due()).isEqualTo(state.due().plus(HOUR));
        }

        @Test
        void stopThatIsNeverDueStaysSo() {
            Tale tale = Tale.running().command(Verb.KILL, "kill");
            assertThat(tale.state.due()).isNull();
            assertThat(tale.state.shifted(HOUR).due()).isNull();
        }

        @Test
        void runIsAsOldAsItWas() {
            Tale tale = Tale.running()
                    .exited(1)
                    .cleanedUp()
                    .after(HOUR)
                    .prepared()
                    .spawned()
                    .ready();
            tale.state = tale.state.shifted(HOUR);
            tale.now = tale.now.plus(HOUR).plusSeconds(RestartBackoff.STABLE_SECONDS - 1);
            tale.exited(1).cleanedUp();
            assertThat(tale.state.restarts()).as("not stable yet").isEqualTo(2);
        }
    }
}
