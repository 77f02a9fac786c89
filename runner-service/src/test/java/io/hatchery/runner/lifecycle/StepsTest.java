package io.hatchery.runner.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.protocol.Verb;
import io.hatchery.runner.lifecycle.LifecycleScenario.SpecBuilder;
import io.hatchery.spec.Generation;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** An outcome lists every step that its command went through, in order. */
class StepsTest {
    @Test
    void startIsPreparedStartedAndRuns() {
        LifecycleScenario scenario = LifecycleScenario.running();
        assertThat(scenario.steps("start"))
                .containsExactly("accepted", "preparing", "starting", "running", "completed");
        assertThat(scenario.accepted).containsExactly("start");
    }

    @Test
    void restartStopsAndStarts() {
        LifecycleScenario scenario = LifecycleScenario.running()
                .command(Verb.RESTART, "restart")
                .exited(0)
                .cleanedUp();
        scenario.prepared().spawned().ready();
        assertThat(scenario.steps("restart"))
                .containsExactly(
                        "accepted",
                        "sent SIGRTMIN+3",
                        "exited with status 0",
                        "preparing",
                        "starting",
                        "running",
                        "completed");
    }

    @Test
    void stopThatIsIgnoredEscalates() {
        LifecycleScenario scenario = LifecycleScenario.running()
                .command(Verb.STOP, "stop")
                .after(Duration.ofMinutes(3))
                .after(Timeouts.TERMINATE_GRACE)
                .exited(137)
                .cleanedUp();
        assertThat(scenario.steps("stop"))
                .containsExactly(
                        "accepted",
                        "sent SIGRTMIN+3",
                        "stopTimeout passed, supervisor sent SIGTERM",
                        "killed",
                        "exited with status 137",
                        "completed");
    }

    @Test
    void stopBeforeReadinessWaitsForIt() {
        LifecycleScenario scenario = LifecycleScenario.starting(SpecBuilder.plain())
                .command(Verb.STOP, "stop")
                .ready();
        scenario.exited(0).cleanedUp();
        assertThat(scenario.steps("stop"))
                .containsExactly(
                        "accepted", "waits for readiness", "sent SIGRTMIN+3", "exited with status 0", "completed");
    }

    @Test
    void removalStopsAndRemoves() {
        LifecycleScenario scenario = LifecycleScenario.running()
                .remove("rm", false)
                .exited(0)
                .cleanedUp()
                .removed(false);
        assertThat(scenario.steps("rm"))
                .containsExactly("sent SIGRTMIN+3", "exited with status 0", "removed", "completed");
        assertThat(scenario.accepted).contains("rm");
    }

    @Test
    void adoptionIsAStep() {
        LifecycleScenario scenario =
                LifecycleScenario.starting(SpecBuilder.plain()).adopted(true, null, true, null);
        assertThat(scenario.steps("start"))
                .containsExactly(
                        "accepted", "preparing", "starting", "adopted by a new runner", "running", "completed");
    }

    @Test
    void commandThatWaitsHasNoStepOfOthers() {
        LifecycleScenario scenario = LifecycleScenario.running();
        scenario.command(Verb.KILL, "kill", new Generation(9), scenario.now.plusSeconds(60));
        scenario.command(Verb.STOP, "stop").exited(0).cleanedUp().after(Duration.ofSeconds(60));
        assertThat(scenario.steps("kill")).isEqualTo(List.of("waits for generation 9", "rejected"));
    }
}
