package io.hatchery.runner.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.protocol.Phase;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Generation;
import io.hatchery.spec.Payload;
import org.junit.jupiter.api.Test;

/** A changed NixOS system with reloadIfChanged. */
class ReloadTest {
    private static ContainerSpec system(long generation, String path, boolean reloads) {
        return SpecsOfTests.with("{\"reloadIfChanged\": " + reloads + "}")
                .withGeneration(new Generation(generation))
                .withPayload(new Payload.SystemPath(path));
    }

    @Test
    void changedSystemIsReloaded() {
        ContainerSpec two = system(2, "/two", true);
        LifecycleScenario scenario =
                LifecycleScenario.running(system(1, "/one", true)).give(new Input.SpecArrived(two));
        assertThat(scenario.effects).contains(new Effect.Reload(1, two));
        assertThat(scenario.phase()).isEqualTo(Phase.RUNNING);
        assertThat(scenario.state.status().outdated()).isTrue();

        scenario.give(new Input.Reloaded(1, two));
        assertThat(scenario.state.status().outdated()).isFalse();
        assertThat(scenario.state.status().generation()).isEqualTo(new Generation(2));
        assertThat(scenario.run()).isEqualTo(1);
    }

    @Test
    void otherChangesRestart() {
        ContainerSpec booted = system(2, "/two", true).withPayload(new Payload.Boot());
        LifecycleScenario scenario = LifecycleScenario.running(system(1, "/one", true))
                .give(new Input.SpecArrived(booted))
                .give(new Input.Fetched(1, booted));
        assertThat(scenario.phase()).isEqualTo(Phase.STOPPING);
        ContainerSpec other = system(2, "/two", false);
        LifecycleScenario unasked = LifecycleScenario.running(system(1, "/one", true))
                .give(new Input.SpecArrived(other))
                .give(new Input.Fetched(1, other));
        assertThat(unasked.phase()).isEqualTo(Phase.STOPPING);
    }

    @Test
    void failedReloadIsReportedAndKeepsRunning() {
        ContainerSpec two = system(2, "/two", true);
        LifecycleScenario scenario = LifecycleScenario.running(system(1, "/one", true))
                .give(new Input.SpecArrived(two))
                .give(new Input.ReloadFailed(1, two, "no such unit"));
        assertThat(scenario.phase()).isEqualTo(Phase.RUNNING);
        assertThat(scenario.state.status().outdated()).isTrue();
        assertThat(scenario.state.history().reason()).isEqualTo("it is not switched to generation 2: no such unit");
    }

    @Test
    void newerSystemIsReloadedNext() {
        ContainerSpec two = system(2, "/two", true);
        ContainerSpec three = system(3, "/three", true);
        LifecycleScenario scenario = LifecycleScenario.running(system(1, "/one", true))
                .give(new Input.SpecArrived(two))
                .give(new Input.SpecArrived(three))
                .give(new Input.Reloaded(1, two));
        assertThat(scenario.effects).contains(new Effect.Reload(1, three));
    }

    @Test
    void newRunnerRepeatsTheReload() {
        ContainerSpec two = system(2, "/two", true);
        LifecycleScenario scenario = LifecycleScenario.running(system(1, "/one", true))
                .give(new Input.SpecArrived(two))
                .give(new Input.Adopted(new Observation(true, 4711L, true, null)));
        assertThat(scenario.effects).contains(new Effect.Reload(1, two));
    }
}
