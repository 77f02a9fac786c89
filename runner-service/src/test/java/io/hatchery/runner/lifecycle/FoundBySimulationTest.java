package io.hatchery.runner.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.Outcome;
import io.hatchery.protocol.Phase;
import io.hatchery.protocol.StoppedBy;
import io.hatchery.protocol.Verb;
import io.hatchery.runner.lifecycle.Tale.Wish;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** What the simulation found, each as short as it can be told. */
class FoundBySimulationTest {
    @Test
    void aKillBeforeTheFirstProcessEndsWithTheWordThatItNeverBegan() {
        Tale tale = new Tale()
                .define(Wish.plain())
                .command(Verb.START, "start")
                .prepared()
                .spawned()
                .command(Verb.KILL, "kill");
        tale.give(new Input.NotStarted(tale.run(), "never began")).cleanedUp();
        assertThat(tale.outcome("kill").outcome()).isEqualTo(Outcome.COMPLETED);
        assertThat(tale.phase()).isEqualTo(Phase.STOPPED);
    }

    @Test
    void anAutomaticStartThatTimesOutIsTriedAgain() {
        Tale tale = Tale.running().exited(1).cleanedUp();
        assertThat(tale.phase()).isEqualTo(Phase.BACKOFF);
        tale.after(Duration.ofMinutes(2)).prepared().spawned().after(Duration.ofHours(1));
        assertThat(tale.does(Effect.Kill.class)).isTrue();
        tale.exited(137).cleanedUp();
        assertThat(tale.phase()).isEqualTo(Phase.BACKOFF);
    }

    @Test
    void whoHaltsJustBeforeItIsKilledWasHalted() {
        Tale tale = Tale.running().command(Verb.STOP, "stop").command(Verb.KILL, "kill");
        tale.exited(0).cleanedUp();
        assertThat(tale.outcome("kill").stoppedBy()).isEqualTo(StoppedBy.HALTED);
    }

    @Test
    void aPurgeThatWasAskedForIsNotForgottenByALaterRemoval() {
        Tale tale = Tale.running();
        tale.give(new Input.SpecRemoved(new CommandId("one"), null, null, true, null, tale.now));
        tale.define(Wish.plain().generation(2));
        tale.give(new Input.SpecRemoved(new CommandId("two"), null, null, false, null, tale.now));
        tale.exited(0).cleanedUp();
        assertThat(tale.effects).contains(new Effect.Remove(Tale.WEB, new ContainerState.Removal("/r", true)));
    }

    @Test
    void aClockThatIsSetShiftsWhatIsDue() {
        Tale tale = Tale.running().command(Verb.STOP, "stop");
        Instant due = tale.state.due();
        Duration hour = Duration.ofHours(1);
        assertThat(tale.state.shifted(hour).due()).isEqualTo(due.plus(hour));
    }
}
