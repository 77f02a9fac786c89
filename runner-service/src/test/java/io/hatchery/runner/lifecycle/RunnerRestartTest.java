package io.hatchery.runner.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.protocol.Exit;
import io.hatchery.protocol.Outcome;
import io.hatchery.protocol.Phase;
import io.hatchery.protocol.Verb;
import io.hatchery.runner.lifecycle.Tale.Wish;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Generation;
import io.hatchery.spec.Payload;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A new runner goes on from what the last one wrote down and from what it sees. */
class RunnerRestartTest {
    private static ContainerSpec system(long generation, String json, String path) {
        return SpecsOfTests.with(json)
                .withGeneration(new Generation(generation))
                .withPayload(new Payload.SystemPath(path));
    }

    private static Tale adoptedRunning(Tale tale) {
        return tale.adopted(true, 4711L, true, null);
    }

    @Test
    void specIsDefinedAgain() {
        Tale tale = adoptedRunning(Tale.running());
        assertThat(tale.effects).containsExactly(new Effect.Define(Wish.plain().spec()));
    }

    @Test
    void nothingIsDefinedForAContainerWithoutSpec() {
        Tale tale = new Tale().command(Verb.START, "start", 1).adopted(false, null, false, null);
        assertThat(tale.effects).isEmpty();
        assertThat(tale.isPending("start")).isTrue();
    }

    @Test
    void nothingIsDefinedBesideARemoval() {
        Tale tale = new Tale()
                .define(Wish.plain())
                .remove("rm", false)
                .define(Wish.plain().generation(2));
        tale.adopted(false, null, false, null);
        assertThat(tale.effects).containsExactly(new Effect.Remove(Tale.WEB, new ContainerState.Removal("/r", false)));
    }

    @Test
    void nothingIsRemovedThatNobodyAskedFor() {
        Tale tale = new Tale().define(Wish.plain()).adopted(false, null, false, null);
        assertThat(tale.does(Effect.Remove.class)).isFalse();
    }

    @Test
    void backoffGoesOn() {
        Tale tale = Tale.running().exited(1).cleanedUp();
        var due = tale.state.due();
        tale.adopted(false, null, false, null);
        assertThat(tale.phase()).isEqualTo(Phase.BACKOFF);
        assertThat(tale.state.due()).isEqualTo(due);
    }

    @Test
    void preparationIsRepeated() {
        Tale tale = new Tale().define(Wish.plain()).command(Verb.START, "start").adopted(false, null, false, null);
        assertThat(tale.effects).contains(new Effect.Prepare(1, Wish.plain().spec()));
    }

    @Test
    void cleaningUpIsRepeated() {
        Tale tale = Tale.running().exited(0).adopted(true, null, true, new Exit(0, Tale.running().now));
        assertThat(tale.effects).contains(new Effect.CleanUp(1, Tale.WEB));
    }

    @Test
    void startThatIsNotReadyGoesOn() {
        Tale tale = new Tale().define(Wish.plain()).command(Verb.START, "start").prepared();
        tale.adopted(true, null, false, null);
        assertThat(tale.phase()).isEqualTo(Phase.STARTING);
        assertThat(tale.state.due()).isEqualTo(tale.now.plusSeconds(60));
        assertThat(tale.state.status().begun()).isEqualTo(new Generation(1));
    }

    @Test
    void leaderThatIsSeenIsTheLeader() {
        Tale tale = Tale.running().adopted(true, 99L, true, null);
        assertThat(tale.state.status().leader()).isEqualTo(99);
    }

    @Test
    void leaderThatIsNotSeenStaysTheLastKnown() {
        Tale tale = Tale.running().adopted(true, null, true, null);
        assertThat(tale.state.status().leader()).isEqualTo(4711);
    }

    @Test
    void startThatWasToBeStoppedBeforeItBeganIsPreparedAndEnded() {
        Tale tale = new Tale().define(Wish.plain()).command(Verb.START, "start").prepared();
        tale.command(Verb.STOP, "stop").adopted(false, null, false, null);
        assertThat(tale.run()).isEqualTo(2);
        assertThat(tale.phase()).isEqualTo(Phase.PREPARING);
        assertThat(tale.effects).contains(new Effect.Prepare(2, Wish.plain().spec()));
        tale.prepared();
        assertThat(tale.does(Effect.Spawn.class)).isFalse();
        tale.cleanedUp();
        assertThat(tale.outcome("stop").outcome()).isEqualTo(Outcome.COMPLETED);
        assertThat(tale.phase()).isEqualTo(Phase.STOPPED);
    }

    @Test
    void stopOfARunThatNeverBeganHasNothingToWaitFor() {
        Tale tale = new Tale()
                .define(Wish.plain())
                .command(Verb.START, "start")
                .prepared()
                .spawned();
        tale.command(Verb.KILL, "kill").adopted(false, null, false, null);
        assertThat(tale.does(Effect.CleanUp.class)).isTrue();
        tale.cleanedUp();
        assertThat(tale.outcome("kill").outcome()).isEqualTo(Outcome.COMPLETED);
        assertThat(tale.phase()).isEqualTo(Phase.STOPPED);
    }

    @Test
    void failedStartOfARunThatNeverBeganStaysFailed() {
        Tale tale = Tale.starting(Wish.plain()).after(Duration.ofMinutes(1));
        tale.give(new Input.NotStarted(1, "never began")).cleanedUp();
        assertThat(tale.outcome("start").outcome()).isEqualTo(Outcome.FAILED);
        assertThat(tale.outcome("start").reason()).contains("startTimeout");
    }

    @Test
    void killIsRepeated() {
        Tale tale = adoptedRunning(Tale.running().command(Verb.KILL, "kill"));
        assertThat(tale.effects).contains(new Effect.Kill(1, Tale.WEB));
    }

    @Test
    void signalAndSigtermAreNotRepeated() {
        Tale tale = adoptedRunning(Tale.running().command(Verb.STOP, "stop").after(Duration.ofMinutes(3)));
        assertThat(tale.effects).allMatch(Effect.Define.class::isInstance);
        assertThat(tale.phase()).isEqualTo(Phase.STOPPING);
    }

    @Test
    void killOfARunThatHasEndedIsNotRepeated() {
        Tale tale = Tale.running().command(Verb.KILL, "kill");
        tale.adopted(true, 4711L, true, new Exit(137, tale.now));
        assertThat(tale.does(Effect.Kill.class)).isFalse();
        assertThat(tale.does(Effect.CleanUp.class)).isTrue();
    }

    @Test
    void relaunchUnderWayFetchesNothing() {
        ContainerSpec two = system(2, "{}", "/two");
        Tale tale = Tale.running(system(1, "{}", "/one"))
                .give(new Input.SpecArrived(two))
                .give(new Input.Fetched(1, two));
        assertThat(adoptedRunning(tale).does(Effect.Fetch.class)).isFalse();
    }

    @Test
    void switchInsideFetchesNothing() {
        String reloads = "{\"reloadIfChanged\": true}";
        ContainerSpec two = system(2, reloads, "/two");
        Tale tale = adoptedRunning(Tale.running(system(1, reloads, "/one")).give(new Input.SpecArrived(two)));
        assertThat(tale.effects).contains(new Effect.Reload(1, two));
        assertThat(tale.does(Effect.Fetch.class)).isFalse();
    }

    @Test
    void switchInsideIsNotRepeatedInARunThatHasEnded() {
        String reloads = "{\"reloadIfChanged\": true}";
        Tale tale = Tale.running(system(1, reloads, "/one")).give(new Input.SpecArrived(system(2, reloads, "/two")));
        tale.adopted(true, 4711L, true, new Exit(0, tale.now));
        assertThat(tale.does(Effect.Reload.class)).isFalse();
    }

    @Test
    void runThatIsToKeepItsSystemFetchesNothing() {
        Tale tale = Tale.running(system(1, "{}", "/one"))
                .give(new Input.SpecArrived(system(2, "{\"restartIfChanged\": false}", "/two")));
        assertThat(adoptedRunning(tale).does(Effect.Fetch.class)).isFalse();
    }

    @Test
    void changeOfAnythingButTheSystemFetchesNothing() {
        Tale tale = Tale.running()
                .command(Verb.STOP, "stop")
                .define(Wish.plain().generation(2).root("/other"))
                .command(Verb.START, "start2");
        assertThat(adoptedRunning(tale).does(Effect.Fetch.class)).isFalse();
    }
}
