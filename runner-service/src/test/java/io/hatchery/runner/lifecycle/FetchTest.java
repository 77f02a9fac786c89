package io.hatchery.runner.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.protocol.Phase;
import io.hatchery.protocol.Verb;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Generation;
import io.hatchery.spec.Payload;
import org.junit.jupiter.api.Test;

/** A run ends for another system only after that is fetched. */
class FetchTest {
    private static ContainerSpec system(long generation, String path) {
        return SpecsOfTests.with("{}")
                .withGeneration(new Generation(generation))
                .withPayload(new Payload.SystemPath(path));
    }

    @Test
    void runKeepsOldSystemUntilNewOneIsFetched() {
        ContainerSpec two = system(2, "/two");
        LifecycleScenario scenario =
                LifecycleScenario.running(system(1, "/one")).give(new Input.SpecArrived(two));
        assertThat(scenario.effects).contains(new Effect.Fetch(1, two));
        assertThat(scenario.phase()).isEqualTo(Phase.RUNNING);

        scenario.give(new Input.FetchAttempted(two, "the cache is away"));
        assertThat(scenario.phase()).isEqualTo(Phase.RUNNING);
        assertThat(scenario.state.status().reason()).isEqualTo("the cache is away");
        assertThat(scenario.state.status().outdated()).isTrue();

        scenario.give(new Input.Fetched(1, two));
        assertThat(scenario.phase()).isEqualTo(Phase.STOPPING);
        assertThat(scenario.state.status().reason()).isNull();
    }

    @Test
    void successfulFetchAttemptClearsTheReason() {
        ContainerSpec two = SpecsOfTests.with("{\"restartIfChanged\": false}")
                .withGeneration(new Generation(2))
                .withPayload(new Payload.SystemPath("/two"));
        LifecycleScenario scenario =
                LifecycleScenario.running(system(1, "/one")).give(new Input.SpecArrived(two));
        scenario.give(new Input.FetchAttempted(two, "the cache is away"));
        assertThat(scenario.state.status().reason()).isEqualTo("the cache is away");
        scenario.give(new Input.FetchAttempted(two, null));
        assertThat(scenario.state.status().reason()).isNull();
        assertThat(scenario.phase()).isEqualTo(Phase.RUNNING);
    }

    @Test
    void fetchOfOlderSpecDoesNotRestart() {
        ContainerSpec two = system(2, "/two");
        LifecycleScenario scenario = LifecycleScenario.running(system(1, "/one"))
                .give(new Input.SpecArrived(two))
                .give(new Input.SpecArrived(system(3, "/three")));
        scenario.give(new Input.Fetched(1, two));
        assertThat(scenario.phase()).isEqualTo(Phase.RUNNING);
    }

    @Test
    void newRunnerRepeatsTheFetch() {
        ContainerSpec two = system(2, "/two");
        LifecycleScenario scenario =
                LifecycleScenario.running(system(1, "/one")).give(new Input.SpecArrived(two));
        scenario.give(new Input.Adopted(new Observation(true, 7L, true, null)));
        assertThat(scenario.effects).contains(new Effect.Fetch(1, two));
    }

    @Test
    void newRunnerRepeatsTheFetchOfAStartingContainerForAReload() {
        ContainerSpec two = reloadable(2, "/two");
        LifecycleScenario scenario = new LifecycleScenario()
                .give(new Input.SpecArrived(reloadable(1, "/one")))
                .command(Verb.START, "start")
                .prepared()
                .spawned()
                .give(new Input.SpecArrived(two));
        assertThat(scenario.effects).contains(new Effect.Fetch(1, two));
        scenario.give(new Input.Adopted(new Observation(true, 7L, false, null)));
        assertThat(scenario.effects).contains(new Effect.Fetch(1, two));
    }

    private static ContainerSpec reloadable(long generation, String path) {
        return SpecsOfTests.with("{\"reloadIfChanged\": true}")
                .withGeneration(new Generation(generation))
                .withPayload(new Payload.SystemPath(path));
    }

    @Test
    void fetchForASpecThatForbidsRestartsDoesNotRestart() {
        ContainerSpec two = SpecsOfTests.with("{\"restartIfChanged\": false}")
                .withGeneration(new Generation(2))
                .withPayload(new Payload.SystemPath("/two"));
        LifecycleScenario scenario = LifecycleScenario.running(system(1, "/one"))
                .give(new Input.SpecArrived(two))
                .give(new Input.Fetched(1, two));
        assertThat(scenario.phase()).isEqualTo(Phase.RUNNING);
    }

    @Test
    void stopCancelsPreparation() {
        LifecycleScenario scenario = new LifecycleScenario()
                .give(new Input.SpecArrived(system(1, "/one")))
                .command(Verb.START, "start");
        scenario.command(Verb.STOP, "stop");
        assertThat(scenario.effects).contains(new Effect.CancelPrepare(1, scenario.state.container()));
        scenario.give(new Input.LaunchFailed(1, "cancelled"));
        scenario.give(new Input.CleanedUp(1));
        assertThat(scenario.phase()).isEqualTo(Phase.STOPPED);
    }

    @Test
    void statusHasSpawnedAndReadyGeneration() {
        LifecycleScenario scenario =
                LifecycleScenario.running(system(1, "/one")).give(new Input.SpecArrived(system(2, "/two")));
        assertThat(scenario.state.status().ready()).isEqualTo(new Generation(1));
        assertThat(scenario.state.status().begun()).isEqualTo(new Generation(1));
    }
}
