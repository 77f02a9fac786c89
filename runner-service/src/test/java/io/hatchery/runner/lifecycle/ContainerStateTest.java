package io.hatchery.runner.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.protocol.ContainerStatus;
import io.hatchery.protocol.Exit;
import io.hatchery.protocol.Initiator;
import io.hatchery.protocol.Phase;
import io.hatchery.protocol.Verb;
import io.hatchery.runner.lifecycle.LifecycleScenario.SpecBuilder;
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
            assertThat(new LifecycleScenario().state.isAbsent()).isTrue();
        }

        @Test
        void containerWithSpecIsNotAbsent() {
            assertThat(new LifecycleScenario().define(SpecBuilder.plain()).state.isAbsent())
                    .isFalse();
        }

        @Test
        void containerWithWaitingCommandIsNotAbsent() {
            LifecycleScenario scenario = new LifecycleScenario().command(Verb.START, "start", 1);
            assertThat(scenario.state.isAbsent()).isFalse();
            assertThat(scenario.phase()).isEqualTo(Phase.ABSENT);
        }

        @Test
        void containerBeingRemovedIsNotAbsent() {
            var removal = new Removal("/r", false);
            ContainerState state = new LifecycleScenario().state.withIntent(Intent.NONE.withRemoval(removal));
            assertThat(state.isAbsent()).isFalse();
            assertThat(state.phase()).isEqualTo(Phase.STOPPED);
        }

        @Test
        void containerWithRunIsNotAbsent() {
            ContainerState state = LifecycleScenario.running().state.withIntent(Intent.NONE);
            assertThat(state.isAbsent()).isFalse();
            assertThat(state.phase()).isEqualTo(Phase.RUNNING);
        }
    }

    @Test
    void statusDescribesTheContainerAndItsLastRun() {
        LifecycleScenario scenario = LifecycleScenario.running();
        scenario.give(new Input.Exited(scenario.run(), 7, scenario.now, null, Initiator.HOST))
                .cleanedUp();
        ContainerStatus status = scenario.state.status();
        assertThat(status.container()).isEqualTo(LifecycleScenario.WEB);
        assertThat(status.host()).isEqualTo(LifecycleScenario.HOST);
        assertThat(status.phase()).isEqualTo(Phase.BACKOFF);
        assertThat(status.since()).isEqualTo(scenario.now);
        assertThat(status.exit()).isEqualTo(new Exit(7, scenario.now));
        assertThat(status.restarts()).isEqualTo(1);
        assertThat(status.initiator()).isEqualTo(Initiator.HOST);
    }

    @Nested
    class Due {
        @Test
        void waitingCommandIsDueAtItsDeadline() {
            LifecycleScenario scenario = new LifecycleScenario();
            Instant deadline = scenario.now.plusSeconds(30);
            scenario.command(Verb.START, "start", new Generation(1), deadline);
            assertThat(scenario.state.due()).isEqualTo(deadline);
        }

        @Test
        void waitingCommandWithoutDeadlineIsNeverDue() {
            LifecycleScenario scenario = new LifecycleScenario().command(Verb.START, "start", 1);
            assertThat(scenario.state.due()).isNull();
            scenario.after(HOUR);
            assertThat(scenario.isPending("start")).isTrue();
        }

        @Test
        void commandThatHasBegunKeepsNoDeadline() {
            LifecycleScenario scenario = new LifecycleScenario().define(SpecBuilder.plain());
            scenario.command(Verb.START, "start", new Generation(1), scenario.now.plusSeconds(30));
            assertThat(scenario.state.due()).isNull();
            scenario.after(HOUR);
            assertThat(scenario.isPending("start")).isTrue();
            assertThat(scenario.phase()).isEqualTo(Phase.PREPARING);
        }
    }

    @Nested
    class Status {
        @Test
        void leaderIsKnownFromStartToExit() {
            LifecycleScenario scenario =
                    LifecycleScenario.starting(SpecBuilder.plain()).give(new Input.LeaderKnown(1, 5));
            assertThat(scenario.state.status().leader()).isEqualTo(5);
            scenario.give(new Input.Ready(1)).give(new Input.LeaderKnown(1, 6));
            assertThat(scenario.state.status().leader()).isEqualTo(6);
            scenario.command(Verb.STOP, "stop").give(new Input.LeaderKnown(1, 7));
            assertThat(scenario.state.status().leader()).isEqualTo(7);
            scenario.exited(0);
            assertThat(scenario.state.status().leader()).isNull();
        }

        @Test
        void absentContainerHasNeitherGenerationNorRuns() {
            var status = new LifecycleScenario().state.status();
            assertThat(status.generation()).isNull();
            assertThat(status.begun()).isNull();
            assertThat(status.ready()).isNull();
            assertThat(status.nextStart()).isNull();
            assertThat(status.restartFor()).isNull();
        }

        @Test
        void stoppedContainerHasTheGenerationThatWouldRun() {
            LifecycleScenario scenario =
                    new LifecycleScenario().define(SpecBuilder.plain().generation(3));
            assertThat(scenario.state.status().generation()).isEqualTo(new Generation(3));
            assertThat(scenario.state.status().outdated()).isFalse();
        }

        @Test
        void outdatedContainerHasTheGenerationThatRunsAndTheOptionsThatDiffer() {
            LifecycleScenario scenario = LifecycleScenario.running()
                    .define(SpecBuilder.plain().generation(2).root("/other").restartIfChanged(false));
            assertThat(scenario.state.status().generation()).isEqualTo(new Generation(1));
            assertThat(scenario.state.status().restartFor()).containsExactly("root");
        }

        @Test
        void containerThatIsRemovedHasTheGenerationThatStillRuns() {
            LifecycleScenario scenario = LifecycleScenario.running().remove("rm", false);
            assertThat(scenario.state.status().generation()).isEqualTo(new Generation(1));
            assertThat(scenario.state.status().outdated()).isFalse();
        }

        @Test
        void backoffHasTheNextStart() {
            LifecycleScenario scenario = LifecycleScenario.running().exited(1).cleanedUp();
            assertThat(scenario.state.status().nextStart()).isEqualTo(scenario.state.due());
        }

        @Test
        void begunIsSetBySpawnAndReadyByReadiness() {
            LifecycleScenario scenario = LifecycleScenario.starting(SpecBuilder.plain());
            assertThat(scenario.state.status().begun()).isEqualTo(new Generation(1));
            assertThat(scenario.state.status().ready()).isNull();
            scenario.ready().define(SpecBuilder.plain().generation(2).root("/other"));
            scenario.exited(0).cleanedUp().prepared().spawned();
            assertThat(scenario.state.status().begun()).isEqualTo(new Generation(2));
            assertThat(scenario.state.status().ready()).isEqualTo(new Generation(1));
        }

        @Test
        void sinceIsTheTimeAtWhichThePhaseWasEntered() {
            LifecycleScenario scenario =
                    new LifecycleScenario().define(SpecBuilder.plain()).command(Verb.START, "start");
            scenario.after(HOUR).prepared();
            Instant entered = scenario.now;
            assertThat(scenario.state.current().since()).isEqualTo(entered);
            scenario.after(HOUR).spawned();
            assertThat(scenario.state.current().since()).as("still starting").isEqualTo(entered);
        }
    }

    @Nested
    class JournalLost {
        private final Instant now = new LifecycleScenario().now;

        @Test
        void containerWithoutRunIsStoppedWithAReason() {
            ContainerState state = ContainerState.found(SpecBuilder.plain().spec(), 0, now);
            assertThat(state.phase()).isEqualTo(Phase.STOPPED);
            assertThat(state.spec()).isEqualTo(SpecBuilder.plain().spec());
            assertThat(state.intent().desiredRunning()).isFalse();
            assertThat(state.history().reason()).contains("its journal was damaged");
        }

        @Test
        void containerWithRunIsStarting() {
            ContainerState state = ContainerState.found(SpecBuilder.plain().spec(), 3, now);
            assertThat(state.phase()).isEqualTo(Phase.STARTING);
            assertThat(state.spec()).isEqualTo(SpecBuilder.plain().spec());
            assertThat(state.intent().desiredRunning()).isTrue();
            assertThat(state.current().runs()).isEqualTo(3);
            assertThat(state.current().since()).isEqualTo(now);
        }
    }

    @Nested
    class ClockSetForward {
        @Test
        void backoffStaysAsLongAsItWas() {
            ContainerState state = LifecycleScenario.running().exited(1).cleanedUp().state;
            assertThat(state.shifted(HOUR).due()).isEqualTo(state.due().plus(HOUR));
            assertThat(state.shifted(HOUR).current().since())
                    .isEqualTo(state.current().since().plus(HOUR));
        }

        @Test
        void startTimeoutStaysAsLongAsItWas() {
            ContainerState state = LifecycleScenario.starting(SpecBuilder.plain()).state;
            assertThat(state.shifted(HOUR).due()).isEqualTo(state.due().plus(HOUR));
        }

        @Test
        void stopThatIsNeverDueStaysSo() {
            LifecycleScenario scenario = LifecycleScenario.running().command(Verb.KILL, "kill");
            assertThat(scenario.state.due()).isNull();
            assertThat(scenario.state.shifted(HOUR).due()).isNull();
        }

        @Test
        void runIsAsOldAsItWas() {
            LifecycleScenario scenario = LifecycleScenario.running()
                    .exited(1)
                    .cleanedUp()
                    .after(HOUR)
                    .prepared()
                    .spawned()
                    .ready();
            scenario.state = scenario.state.shifted(HOUR);
            scenario.now = scenario.now.plus(HOUR).plusSeconds(RestartBackoff.STABLE_SECONDS - 1);
            scenario.exited(1).cleanedUp();
            assertThat(scenario.state.history().restarts()).as("not stable yet").isEqualTo(2);
        }
    }
}
