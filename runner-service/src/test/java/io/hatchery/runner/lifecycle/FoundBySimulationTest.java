package io.hatchery.runner.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.Outcome;
import io.hatchery.protocol.Phase;
import io.hatchery.protocol.StoppedBy;
import io.hatchery.protocol.Verb;
import io.hatchery.runner.lifecycle.LifecycleScenario.SpecBuilder;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Defects that the simulation found. */
class FoundBySimulationTest {
    @Test
    void killCompletesWhenTheRunWasNeverSpawned() {
        LifecycleScenario scenario = new LifecycleScenario()
                .define(SpecBuilder.plain())
                .command(Verb.START, "start")
                .prepared()
                .spawned()
                .command(Verb.KILL, "kill");
        scenario.give(new Input.LaunchFailed(scenario.run(), "never began")).cleanedUp();
        assertThat(scenario.outcome("kill").outcome()).isEqualTo(Outcome.COMPLETED);
        assertThat(scenario.phase()).isEqualTo(Phase.STOPPED);
    }

    @Test
    void automaticStartIsRetriedAfterStartTimeout() {
        LifecycleScenario scenario = LifecycleScenario.running().exited(1).cleanedUp();
        assertThat(scenario.phase()).isEqualTo(Phase.BACKOFF);
        scenario.after(Duration.ofMinutes(2)).prepared().spawned().after(Duration.ofHours(1));
        assertThat(scenario.does(Effect.Kill.class)).isTrue();
        scenario.exited(137).cleanedUp();
        assertThat(scenario.phase()).isEqualTo(Phase.BACKOFF);
    }

    @Test
    void exitJustBeforeKillIsReportedAsHalted() {
        LifecycleScenario scenario =
                LifecycleScenario.running().command(Verb.STOP, "stop").command(Verb.KILL, "kill");
        scenario.exited(0).cleanedUp();
        assertThat(scenario.outcome("kill").stoppedBy()).isEqualTo(StoppedBy.HALTED);
    }

    @Test
    void laterRemovalKeepsTheRequestedPurge() {
        LifecycleScenario scenario = LifecycleScenario.running();
        scenario.give(new Input.SpecRemoved(new CommandId("one"), null, null, true, null, scenario.now));
        scenario.define(SpecBuilder.plain().generation(2));
        scenario.give(new Input.SpecRemoved(new CommandId("two"), null, null, false, null, scenario.now));
        scenario.exited(0).cleanedUp();
        assertThat(scenario.effects).contains(new Effect.Remove(LifecycleScenario.WEB, new Removal("/r", true)));
    }

    @Test
    void setClockShiftsTheDeadline() {
        LifecycleScenario scenario = LifecycleScenario.running().command(Verb.STOP, "stop");
        Instant due = scenario.state.due();
        Duration hour = Duration.ofHours(1);
        assertThat(scenario.state.shifted(hour).due()).isEqualTo(due.plus(hour));
    }
}
