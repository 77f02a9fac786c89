package io.hatchery.runner.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.protocol.Exit;
import io.hatchery.protocol.Outcome;
import io.hatchery.protocol.Phase;
import io.hatchery.protocol.Verb;
import io.hatchery.runner.lifecycle.LifecycleScenario.SpecBuilder;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Generation;
import io.hatchery.spec.Payload;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A new runner continues from the journal and its observations. */
class RunnerRestartTest {
    private static ContainerSpec system(long generation, String json, String path) {
        return SpecsOfTests.with(json)
                .withGeneration(new Generation(generation))
                .withPayload(new Payload.SystemPath(path));
    }

    private static LifecycleScenario adoptedRunning(LifecycleScenario scenario) {
        return scenario.adopted(true, 4711L, true, null);
    }

    @Test
    void specIsDefinedAgain() {
        LifecycleScenario scenario = adoptedRunning(LifecycleScenario.running());
        assertThat(scenario.effects)
                .containsExactly(new Effect.Define(SpecBuilder.plain().spec()));
    }

    @Test
    void nothingIsDefinedForAContainerWithoutSpec() {
        LifecycleScenario scenario =
                new LifecycleScenario().command(Verb.START, "start", 1).adopted(false, null, false, null);
        assertThat(scenario.effects).isEmpty();
        assertThat(scenario.isPending("start")).isTrue();
    }

    @Test
    void nothingIsDefinedBesideARemoval() {
        LifecycleScenario scenario = new LifecycleScenario()
                .define(SpecBuilder.plain())
                .remove("rm", false)
                .define(SpecBuilder.plain().generation(2));
        scenario.adopted(false, null, false, null);
        assertThat(scenario.effects)
                .containsExactly(new Effect.Remove(LifecycleScenario.WEB, new Removal("/r", false)));
    }

    @Test
    void nothingIsRemovedWithoutRemoval() {
        LifecycleScenario scenario =
                new LifecycleScenario().define(SpecBuilder.plain()).adopted(false, null, false, null);
        assertThat(scenario.does(Effect.Remove.class)).isFalse();
    }

    @Test
    void backoffContinues() {
        LifecycleScenario scenario = LifecycleScenario.running().exited(1).cleanedUp();
        var due = scenario.state.due();
        scenario.adopted(false, null, false, null);
        assertThat(scenario.phase()).isEqualTo(Phase.BACKOFF);
        assertThat(scenario.state.due()).isEqualTo(due);
    }

    @Test
    void preparationIsRepeated() {
        LifecycleScenario scenario = new LifecycleScenario()
                .define(SpecBuilder.plain())
                .command(Verb.START, "start")
                .adopted(false, null, false, null);
        assertThat(scenario.effects)
                .contains(new Effect.Prepare(1, SpecBuilder.plain().spec()));
    }

    @Test
    void cleaningUpIsRepeated() {
        LifecycleScenario scenario = LifecycleScenario.running()
                .exited(0)
                .adopted(true, null, true, new Exit(0, LifecycleScenario.running().now));
        assertThat(scenario.effects).contains(new Effect.CleanUp(1, LifecycleScenario.WEB));
    }

    @Test
    void startContinuesUntilReadiness() {
        LifecycleScenario scenario = new LifecycleScenario()
                .define(SpecBuilder.plain())
                .command(Verb.START, "start")
                .prepared();
        scenario.adopted(true, null, false, null);
        assertThat(scenario.phase()).isEqualTo(Phase.STARTING);
        assertThat(scenario.state.due()).isEqualTo(scenario.now.plusSeconds(60));
        assertThat(scenario.state.status().begun()).isEqualTo(new Generation(1));
    }

    @Test
    void observedLeaderReplacesTheKnownOne() {
        LifecycleScenario scenario = LifecycleScenario.running().adopted(true, 99L, true, null);
        assertThat(scenario.state.status().leader()).isEqualTo(99);
    }

    @Test
    void unobservedLeaderStaysTheKnownOne() {
        LifecycleScenario scenario = LifecycleScenario.running().adopted(true, null, true, null);
        assertThat(scenario.state.status().leader()).isEqualTo(4711);
    }

    @Test
    void startThatWasToBeStoppedBeforeItBeganIsPreparedAndEnded() {
        LifecycleScenario scenario = new LifecycleScenario()
                .define(SpecBuilder.plain())
                .command(Verb.START, "start")
                .prepared();
        scenario.command(Verb.STOP, "stop").adopted(false, null, false, null);
        assertThat(scenario.run()).isEqualTo(2);
        assertThat(scenario.phase()).isEqualTo(Phase.PREPARING);
        assertThat(scenario.effects)
                .contains(new Effect.Prepare(2, SpecBuilder.plain().spec()));
        scenario.prepared();
        assertThat(scenario.does(Effect.Spawn.class)).isFalse();
        scenario.cleanedUp();
        assertThat(scenario.outcome("stop").outcome()).isEqualTo(Outcome.COMPLETED);
        assertThat(scenario.phase()).isEqualTo(Phase.STOPPED);
    }

    @Test
    void stopOfARunThatNeverBeganHasNothingToWaitFor() {
        LifecycleScenario scenario = new LifecycleScenario()
                .define(SpecBuilder.plain())
                .command(Verb.START, "start")
                .prepared()
                .spawned();
        scenario.command(Verb.KILL, "kill").adopted(false, null, false, null);
        assertThat(scenario.does(Effect.CleanUp.class)).isTrue();
        scenario.cleanedUp();
        assertThat(scenario.outcome("kill").outcome()).isEqualTo(Outcome.COMPLETED);
        assertThat(scenario.phase()).isEqualTo(Phase.STOPPED);
    }

    @Test
    void failedStartOfARunThatNeverBeganStaysFailed() {
        LifecycleScenario scenario =
                LifecycleScenario.starting(SpecBuilder.plain()).after(Duration.ofMinutes(1));
        scenario.give(new Input.LaunchFailed(1, "never began")).cleanedUp();
        assertThat(scenario.outcome("start").outcome()).isEqualTo(Outcome.FAILED);
        assertThat(scenario.outcome("start").reason()).contains("startTimeout");
    }

    @Test
    void killIsRepeated() {
        LifecycleScenario scenario = adoptedRunning(LifecycleScenario.running().command(Verb.KILL, "kill"));
        assertThat(scenario.effects).contains(new Effect.Kill(1, LifecycleScenario.WEB));
    }

    @Test
    void signalAndSigtermAreNotRepeated() {
        LifecycleScenario scenario = adoptedRunning(
                LifecycleScenario.running().command(Verb.STOP, "stop").after(Duration.ofMinutes(3)));
        assertThat(scenario.effects).allMatch(Effect.Define.class::isInstance);
        assertThat(scenario.phase()).isEqualTo(Phase.STOPPING);
    }

    @Test
    void killOfARunThatHasEndedIsNotRepeated() {
        LifecycleScenario scenario = LifecycleScenario.running().command(Verb.KILL, "kill");
        scenario.adopted(true, 4711L, true, new Exit(137, scenario.now));
        assertThat(scenario.does(Effect.Kill.class)).isFalse();
        assertThat(scenario.does(Effect.CleanUp.class)).isTrue();
    }

    @Test
    void relaunchUnderWayFetchesNothing() {
        ContainerSpec two = system(2, "{}", "/two");
        LifecycleScenario scenario = LifecycleScenario.running(system(1, "{}", "/one"))
                .give(new Input.SpecArrived(two))
                .give(new Input.Fetched(1, two));
        assertThat(adoptedRunning(scenario).does(Effect.Fetch.class)).isFalse();
    }

    @Test
    void switchInsideFetchesNothing() {
        String reloads = "{\"reloadIfChanged\": true}";
        ContainerSpec two = system(2, reloads, "/two");
        LifecycleScenario scenario = adoptedRunning(
                LifecycleScenario.running(system(1, reloads, "/one")).give(new Input.SpecArrived(two)));
        assertThat(scenario.effects).contains(new Effect.Reload(1, two));
        assertThat(scenario.does(Effect.Fetch.class)).isFalse();
    }

    @Test
    void switchInsideIsNotRepeatedInARunThatHasEnded() {
        String reloads = "{\"reloadIfChanged\": true}";
        LifecycleScenario scenario = LifecycleScenario.running(system(1, reloads, "/one"))
                .give(new Input.SpecArrived(system(2, reloads, "/two")));
        scenario.adopted(true, 4711L, true, new Exit(0, scenario.now));
        assertThat(scenario.does(Effect.Reload.class)).isFalse();
    }

    @Test
    void runThatIsToKeepItsSystemFetchesNothing() {
        LifecycleScenario scenario = LifecycleScenario.running(system(1, "{}", "/one"))
                .give(new Input.SpecArrived(system(2, "{\"restartIfChanged\": false}", "/two")));
        assertThat(adoptedRunning(scenario).does(Effect.Fetch.class)).isFalse();
    }

    @Test
    void newRunnerChecksAgainWhetherTheHostAllowsAChange() {
        LifecycleScenario scenario = LifecycleScenario.running()
                .command(Verb.STOP, "stop")
                .define(SpecBuilder.plain().generation(2).root("/other"))
                .command(Verb.START, "start2");
        assertThat(adoptedRunning(scenario).does(Effect.Fetch.class)).isTrue();
    }
}
