package io.hatchery.runner.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.protocol.Verb;
import io.hatchery.runner.lifecycle.Tale.Wish;
import io.hatchery.spec.Generation;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** An outcome lists every step that its command went through, in order. */
class StepsTest {
    @Test
    void startIsPreparedStartedAndRuns() {
        Tale tale = Tale.running();
        assertThat(tale.steps("start")).containsExactly("accepted", "preparing", "starting", "running", "completed");
        assertThat(tale.accepted).containsExactly("start");
    }

    @Test
    void restartStopsAndStarts() {
        Tale tale = Tale.running().command(Verb.RESTART, "restart").exited(0).cleanedUp();
        tale.prepared().spawned().ready();
        assertThat(tale.steps("restart"))
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
        Tale tale = Tale.running()
                .command(Verb.STOP, "stop")
                .after(Duration.ofMinutes(3))
                .after(Stops.TERMINATE_GRACE)
                .exited(137)
                .cleanedUp();
        assertThat(tale.steps("stop"))
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
        Tale tale = Tale.starting(Wish.plain()).command(Verb.STOP, "stop").ready();
        tale.exited(0).cleanedUp();
        assertThat(tale.steps("stop"))
                .containsExactly(
                        "accepted", "waits for readiness", "sent SIGRTMIN+3", "exited with status 0", "completed");
    }

    @Test
    void removalStopsAndRemoves() {
        Tale tale = Tale.running().remove("rm", false).exited(0).cleanedUp().removed(false);
        assertThat(tale.steps("rm")).containsExactly("sent SIGRTMIN+3", "exited with status 0", "removed", "completed");
        assertThat(tale.accepted).contains("rm");
    }

    @Test
    void adoptionIsAStep() {
        Tale tale = Tale.starting(Wish.plain()).adopted(true, null, true, null);
        assertThat(tale.steps("start"))
                .containsExactly(
                        "accepted", "preparing", "starting", "adopted by a new runner", "running", "completed");
    }

    @Test
    void commandThatWaitsHasNoStepOfOthers() {
        Tale tale = Tale.running();
        tale.command(Verb.KILL, "kill", new Generation(9), tale.now.plusSeconds(60));
        tale.command(Verb.STOP, "stop").exited(0).cleanedUp().after(Duration.ofSeconds(60));
        assertThat(tale.steps("kill")).isEqualTo(List.of("waits for generation 9", "rejected"));
    }
}
