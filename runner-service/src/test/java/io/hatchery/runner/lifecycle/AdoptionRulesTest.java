package io.hatchery.runner.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.protocol.Exit;
import io.hatchery.protocol.Outcome;
import io.hatchery.protocol.Phase;
import io.hatchery.protocol.Verb;
import io.hatchery.runner.lifecycle.LifecycleScenario.SpecBuilder;
import io.hatchery.spec.RestartPolicy;
import org.junit.jupiter.api.Test;

/** A new runner adopts the containers that run. */
class AdoptionRulesTest {
    @Test
    void exitDuringRunnerRestartIsCleanedUpOnce() {
        LifecycleScenario scenario = LifecycleScenario.running();
        scenario.adopted(true, 4711L, true, new Exit(7, scenario.now));
        assertThat(scenario.effects)
                .filteredOn(Effect.CleanUp.class::isInstance)
                .hasSize(1);
    }

    @Test
    void killedRunThatWasNotSpawnedIsCleanedUpOnce() {
        LifecycleScenario scenario = LifecycleScenario.starting(SpecBuilder.plain())
                .command(Verb.KILL, "kill")
                .adopted(false, null, false, null);
        assertThat(scenario.effects)
                .filteredOn(Effect.CleanUp.class::isInstance)
                .hasSize(1);
    }

    @Test
    void stoppedStartThatWasNotSpawnedIsPreparedOnce() {
        LifecycleScenario scenario = new LifecycleScenario()
                .define(SpecBuilder.plain())
                .command(Verb.START, "start")
                .prepared()
                .command(Verb.STOP, "stop")
                .adopted(false, null, false, null);
        assertThat(scenario.effects)
                .filteredOn(Effect.Prepare.class::isInstance)
                .hasSize(1);
    }

    @Test
    void runningContainerIsAdopted() {
        LifecycleScenario scenario = LifecycleScenario.running();
        scenario.give(new Input.Adopted(new Observation(true, 4711L, true, null)));
        assertThat(scenario.phase()).isEqualTo(Phase.RUNNING);
        assertThat(scenario.effects).allMatch(Effect.Define.class::isInstance);
    }

    @Test
    void exitDuringRunnerRestartIsReportedWithItsStatus() {
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
