package io.hatchery.runner.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.protocol.Outcome;
import io.hatchery.protocol.Phase;
import io.hatchery.protocol.Verb;
import io.hatchery.runner.lifecycle.LifecycleScenario.SpecBuilder;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Generation;
import io.hatchery.spec.Payload;
import io.hatchery.spec.RestartPolicy;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ChangedSpecTest {
    private static final SpecBuilder OTHER_ROOT =
            SpecBuilder.plain().generation(2).root("/other");

    private static ContainerSpec system(long generation, String path, String root) {
        return SpecsOfTests.with("{\"root\": \"" + root + "\"}")
                .withGeneration(new Generation(generation))
                .withPayload(new Payload.SystemPath(path));
    }

    @Test
    void everySpecIsDefined() {
        LifecycleScenario scenario = new LifecycleScenario().define(SpecBuilder.plain());
        assertThat(scenario.effects)
                .containsExactly(new Effect.Define(SpecBuilder.plain().spec()));
        scenario.define(OTHER_ROOT);
        assertThat(scenario.effects).containsExactly(new Effect.Define(OTHER_ROOT.spec()));
    }

    @Test
    void failedDefinitionOnHostIsTheReasonOfTheStatus() {
        LifecycleScenario scenario =
                LifecycleScenario.running().give(new Input.DefineFailed("the unit cannot be written"));
        assertThat(scenario.state.status().reason()).isEqualTo("the unit cannot be written");
        assertThat(scenario.phase()).isEqualTo(Phase.RUNNING);
    }

    @Test
    void containerStartedByAutoStartIsWantedAndRestarts() {
        LifecycleScenario scenario = new LifecycleScenario()
                .define(SpecBuilder.plain().autoStart(true))
                .prepared()
                .spawned();
        assertThat(scenario.state.intent().desiredRunning()).isTrue();
        scenario.exited(1).cleanedUp();
        assertThat(scenario.phase()).isEqualTo(Phase.BACKOFF);
    }

    @Test
    void containerThatIsPreparedIsEndedAndPreparedAnew() {
        LifecycleScenario scenario = new LifecycleScenario()
                .define(SpecBuilder.plain())
                .command(Verb.START, "start")
                .define(OTHER_ROOT);
        assertThat(scenario.does(Effect.CancelPrepare.class)).isTrue();
        scenario.prepared().cleanedUp();
        assertThat(scenario.phase()).isEqualTo(Phase.PREPARING);
        scenario.prepared().spawned().ready();
        assertThat(scenario.outcome("start").outcome()).isEqualTo(Outcome.COMPLETED);
        assertThat(scenario.state.status().generation()).isEqualTo(new Generation(2));
    }

    @Test
    void liveChangeReachesAStartingRun() {
        LifecycleScenario scenario = LifecycleScenario.starting(SpecBuilder.plain())
                .define(SpecBuilder.plain().generation(2).autoStart(true));
        assertThat(scenario.state.status().generation()).isEqualTo(new Generation(2));
        assertThat(scenario.phase()).isEqualTo(Phase.STARTING);
    }

    @Test
    void containerThatWasStoppedIsNotRelaunched() {
        LifecycleScenario scenario =
                LifecycleScenario.running().command(Verb.STOP, "stop").define(OTHER_ROOT);
        assertThat(scenario.state.intent().restartPending()).isFalse();
    }

    @Test
    void containerThatIsStoppedFetchesNothing() {
        LifecycleScenario scenario =
                LifecycleScenario.running(system(1, "/one", "/r")).command(Verb.STOP, "stop");
        scenario.give(new Input.SpecArrived(system(2, "/two", "/r")));
        assertThat(scenario.does(Effect.Fetch.class)).isFalse();
    }

    @Test
    void specThatArrivesAfterAnExitDoesNotSkipTheBackoff() {
        LifecycleScenario scenario =
                LifecycleScenario.running().exited(1).define(OTHER_ROOT).cleanedUp();
        assertThat(scenario.phase()).isEqualTo(Phase.BACKOFF);
    }

    @Test
    void systemThatArrivesAfterAnExitDoesNotSkipTheBackoff() {
        ContainerSpec two = system(2, "/two", "/r");
        LifecycleScenario scenario =
                LifecycleScenario.running(system(1, "/one", "/r")).give(new Input.SpecArrived(two));
        scenario.exited(1).give(new Input.Fetched(1, two)).cleanedUp();
        assertThat(scenario.phase()).isEqualTo(Phase.BACKOFF);
    }

    @Test
    void changeThatTheHostDoesNotAllowKeepsTheRun() {
        ContainerSpec two = system(2, "/one", "/s");
        LifecycleScenario scenario =
                LifecycleScenario.running(system(1, "/one", "/r")).give(new Input.SpecArrived(two));
        assertThat(scenario.effects).contains(new Effect.Fetch(1, two));
        scenario.give(new Input.FetchFailed(1, two, "rule baseline/root"));
        assertThat(scenario.phase()).isEqualTo(Phase.RUNNING);
        assertThat(scenario.state.status().outdated()).isTrue();
        assertThat(scenario.state.history().reason()).isEqualTo("rule baseline/root");
    }

    @Test
    void changeThatTheHostAllowsRestartsTheRun() {
        ContainerSpec two = system(2, "/one", "/s");
        LifecycleScenario scenario = LifecycleScenario.running(system(1, "/one", "/r"))
                .give(new Input.SpecArrived(two))
                .give(new Input.Fetched(1, two));
        assertThat(scenario.phase()).isEqualTo(Phase.STOPPING);
    }

    @Test
    void troubleWithAnOlderSystemIsNotShown() {
        ContainerSpec two = system(2, "/two", "/r");
        LifecycleScenario scenario = LifecycleScenario.running(system(1, "/one", "/r"))
                .give(new Input.SpecArrived(two))
                .give(new Input.SpecArrived(system(3, "/three", "/r")));
        scenario.give(new Input.FetchAttempted(two, "the cache is away"));
        assertThat(scenario.state.history().reason()).isNull();
    }

    @Test
    void troubleWithASystemIsNotShownForAContainerThatIsStopped() {
        ContainerSpec one = system(1, "/one", "/r");
        LifecycleScenario scenario = new LifecycleScenario()
                .give(new Input.SpecArrived(one))
                .give(new Input.FetchAttempted(one, "the cache is away"));
        assertThat(scenario.state.history().reason()).isNull();
    }

    @Test
    void systemThatCannotBeFetchedIsTheReasonOfAnOutdatedRun() {
        ContainerSpec two = system(2, "/two", "/r");
        LifecycleScenario scenario =
                LifecycleScenario.running(system(1, "/one", "/r")).give(new Input.SpecArrived(two));
        scenario.give(new Input.FetchFailed(1, two, "no cache has it"));
        assertThat(scenario.phase()).isEqualTo(Phase.RUNNING);
        assertThat(scenario.state.history().reason()).isEqualTo("no cache has it");
    }

    @Test
    void switchThatSucceedsClearsTheReasonAndIsReady() {
        String reloads = "{\"reloadIfChanged\": true}";
        ContainerSpec one = SpecsOfTests.with(reloads).withPayload(new Payload.SystemPath("/one"));
        ContainerSpec two = one.withGeneration(new Generation(2)).withPayload(new Payload.SystemPath("/two"));
        LifecycleScenario scenario = LifecycleScenario.running(one).give(new Input.SpecArrived(two));
        scenario.give(new Input.ReloadFailed(1, two, "no such unit")).give(new Input.Reloaded(1, two));
        assertThat(scenario.state.history().reason()).isNull();
        assertThat(scenario.state.status().ready()).isEqualTo(new Generation(2));
        assertThat(scenario.effects).isEmpty();
    }

    @Test
    void runThatTimedOutIsStartedAgainForANewSpec() {
        LifecycleScenario scenario = LifecycleScenario.starting(SpecBuilder.plain())
                .after(Duration.ofMinutes(1))
                .define(OTHER_ROOT);
        scenario.exited(137).cleanedUp();
        assertThat(scenario.phase()).isEqualTo(Phase.PREPARING);
        assertThat(scenario.isPending("start")).isTrue();
    }

    @Test
    void newestRestartPolicyCounts() {
        LifecycleScenario scenario = LifecycleScenario.running()
                .define(OTHER_ROOT.restartIfChanged(false).restart(RestartPolicy.NO))
                .exited(1)
                .cleanedUp();
        assertThat(scenario.phase()).isEqualTo(Phase.FAILED);
        assertThat(scenario.state.intent().desiredRunning()).isFalse();
    }

    @Test
    void stopEndsARelaunch() {
        LifecycleScenario scenario = LifecycleScenario.running().define(OTHER_ROOT);
        assertThat(scenario.state.intent().restartPending()).isTrue();
        scenario.command(Verb.STOP, "stop");
        assertThat(scenario.state.intent().restartPending()).isFalse();
        scenario.exited(0).cleanedUp();
        assertThat(scenario.phase()).isEqualTo(Phase.STOPPED);
    }

    @Test
    void startKeepsARelaunch() {
        LifecycleScenario scenario =
                LifecycleScenario.running().define(OTHER_ROOT).command(Verb.START, "again");
        assertThat(scenario.state.intent().restartPending()).isTrue();
    }

    @Test
    void relaunchIsOverOnceTheNextRunBegins() {
        LifecycleScenario scenario =
                LifecycleScenario.running().define(OTHER_ROOT).exited(0).cleanedUp();
        assertThat(scenario.state.intent().restartPending()).isFalse();
        scenario.prepared().spawned().ready().exited(0).cleanedUp();
        assertThat(scenario.phase()).isEqualTo(Phase.STOPPED);
    }

    @Test
    void liveChangeDuringCleanUpAppliesToTheRun() {
        LifecycleScenario scenario = LifecycleScenario.running()
                .exited(1)
                .define(SpecBuilder.plain().generation(2).restart(RestartPolicy.NO));
        assertThat(scenario.state.status().generation()).isEqualTo(new Generation(2));
        assertThat(scenario.state.status().outdated()).isFalse();
    }
}
