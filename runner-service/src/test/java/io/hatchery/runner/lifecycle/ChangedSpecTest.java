package io.hatchery.runner.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.protocol.Outcome;
import io.hatchery.protocol.Phase;
import io.hatchery.protocol.Verb;
import io.hatchery.runner.lifecycle.Tale.Wish;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Generation;
import io.hatchery.spec.Payload;
import io.hatchery.spec.RestartPolicy;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ChangedSpecTest {
    private static final Wish OTHER_ROOT = Wish.plain().generation(2).root("/other");

    private static ContainerSpec system(long generation, String path, String root) {
        return SpecsOfTests.with("{\"root\": \"" + root + "\"}")
                .withGeneration(new Generation(generation))
                .withPayload(new Payload.SystemPath(path));
    }

    @Test
    void everySpecIsDefined() {
        Tale tale = new Tale().define(Wish.plain());
        assertThat(tale.effects).containsExactly(new Effect.Define(Wish.plain().spec()));
        tale.define(OTHER_ROOT);
        assertThat(tale.effects).containsExactly(new Effect.Define(OTHER_ROOT.spec()));
    }

    @Test
    void hostThatCannotDefineItSaysWhy() {
        Tale tale = Tale.running().give(new Input.NotDefined("the unit cannot be written"));
        assertThat(tale.state.status().reason()).isEqualTo("the unit cannot be written");
        assertThat(tale.phase()).isEqualTo(Phase.RUNNING);
    }

    @Test
    void containerStartedByAutoStartIsWantedAndRestarts() {
        Tale tale = new Tale().define(Wish.plain().autoStart(true)).prepared().spawned();
        assertThat(tale.state.wanted()).isTrue();
        tale.exited(1).cleanedUp();
        assertThat(tale.phase()).isEqualTo(Phase.BACKOFF);
    }

    @Test
    void containerThatIsPreparedIsEndedAndPreparedAnew() {
        Tale tale = new Tale().define(Wish.plain()).command(Verb.START, "start").define(OTHER_ROOT);
        assertThat(tale.does(Effect.Abandon.class)).isTrue();
        tale.prepared().cleanedUp();
        assertThat(tale.phase()).isEqualTo(Phase.PREPARING);
        tale.prepared().spawned().ready();
        assertThat(tale.outcome("start").outcome()).isEqualTo(Outcome.COMPLETED);
        assertThat(tale.state.status().generation()).isEqualTo(new Generation(2));
    }

    @Test
    void liveChangeReachesAStartingRun() {
        Tale tale =
                Tale.starting(Wish.plain()).define(Wish.plain().generation(2).autoStart(true));
        assertThat(tale.state.status().generation()).isEqualTo(new Generation(2));
        assertThat(tale.phase()).isEqualTo(Phase.STARTING);
    }

    @Test
    void containerThatWasStoppedIsNotRelaunched() {
        Tale tale = Tale.running().command(Verb.STOP, "stop").define(OTHER_ROOT);
        assertThat(tale.state.relaunch()).isFalse();
    }

    @Test
    void containerThatIsStoppedFetchesNothing() {
        Tale tale = Tale.running(system(1, "/one", "/r")).command(Verb.STOP, "stop");
        tale.give(new Input.SpecArrived(system(2, "/two", "/r")));
        assertThat(tale.does(Effect.Fetch.class)).isFalse();
    }

    @Test
    void specThatArrivesAfterAnExitDoesNotSkipTheBackoff() {
        Tale tale = Tale.running().exited(1).define(OTHER_ROOT).cleanedUp();
        assertThat(tale.phase()).isEqualTo(Phase.BACKOFF);
    }

    @Test
    void systemThatArrivesAfterAnExitDoesNotSkipTheBackoff() {
        ContainerSpec two = system(2, "/two", "/r");
        Tale tale = Tale.running(system(1, "/one", "/r")).give(new Input.SpecArrived(two));
        tale.exited(1).give(new Input.Fetched(1, two)).cleanedUp();
        assertThat(tale.phase()).isEqualTo(Phase.BACKOFF);
    }

    @Test
    void changeThatKeepsTheSystemFetchesNothing() {
        Tale tale = Tale.running(system(1, "/one", "/r")).give(new Input.SpecArrived(system(2, "/one", "/s")));
        assertThat(tale.does(Effect.Fetch.class)).isFalse();
        assertThat(tale.phase()).isEqualTo(Phase.STOPPING);
    }

    @Test
    void troubleWithAnOlderSystemIsNotShown() {
        ContainerSpec two = system(2, "/two", "/r");
        Tale tale = Tale.running(system(1, "/one", "/r"))
                .give(new Input.SpecArrived(two))
                .give(new Input.SpecArrived(system(3, "/three", "/r")));
        tale.give(new Input.FetchTried(two, "the cache is away"));
        assertThat(tale.state.reason()).isNull();
    }

    @Test
    void troubleWithASystemIsNotShownForAContainerThatIsStopped() {
        ContainerSpec one = system(1, "/one", "/r");
        Tale tale = new Tale().give(new Input.SpecArrived(one)).give(new Input.FetchTried(one, "the cache is away"));
        assertThat(tale.state.reason()).isNull();
    }

    @Test
    void systemThatCannotBeFetchedIsTheReasonOfAnOutdatedRun() {
        ContainerSpec two = system(2, "/two", "/r");
        Tale tale = Tale.running(system(1, "/one", "/r")).give(new Input.SpecArrived(two));
        tale.give(new Input.NotFetched(1, two, "no cache has it"));
        assertThat(tale.phase()).isEqualTo(Phase.RUNNING);
        assertThat(tale.state.reason()).isEqualTo("no cache has it");
    }

    @Test
    void switchThatSucceedsClearsTheReasonAndIsReady() {
        String reloads = "{\"reloadIfChanged\": true}";
        ContainerSpec one = SpecsOfTests.with(reloads).withPayload(new Payload.SystemPath("/one"));
        ContainerSpec two = one.withGeneration(new Generation(2)).withPayload(new Payload.SystemPath("/two"));
        Tale tale = Tale.running(one).give(new Input.SpecArrived(two));
        tale.give(new Input.NotReloaded(1, two, "no such unit")).give(new Input.Reloaded(1, two));
        assertThat(tale.state.reason()).isNull();
        assertThat(tale.state.status().ready()).isEqualTo(new Generation(2));
        assertThat(tale.effects).isEmpty();
    }

    @Test
    void runThatTimedOutIsStartedAgainForANewSpec() {
        Tale tale = Tale.starting(Wish.plain()).after(Duration.ofMinutes(1)).define(OTHER_ROOT);
        tale.exited(137).cleanedUp();
        assertThat(tale.phase()).isEqualTo(Phase.PREPARING);
        assertThat(tale.isPending("start")).isTrue();
    }

    @Test
    void newestRestartPolicyCounts() {
        Tale tale = Tale.running()
                .define(OTHER_ROOT.restartIfChanged(false).restart(RestartPolicy.NO))
                .exited(1)
                .cleanedUp();
        assertThat(tale.phase()).isEqualTo(Phase.FAILED);
        assertThat(tale.state.wanted()).isFalse();
    }

    @Test
    void stopEndsARelaunch() {
        Tale tale = Tale.running().define(OTHER_ROOT);
        assertThat(tale.state.relaunch()).isTrue();
        tale.command(Verb.STOP, "stop");
        assertThat(tale.state.relaunch()).isFalse();
        tale.exited(0).cleanedUp();
        assertThat(tale.phase()).isEqualTo(Phase.STOPPED);
    }

    @Test
    void startKeepsARelaunch() {
        Tale tale = Tale.running().define(OTHER_ROOT).command(Verb.START, "again");
        assertThat(tale.state.relaunch()).isTrue();
    }

    @Test
    void relaunchIsOverOnceTheNextRunBegins() {
        Tale tale = Tale.running().define(OTHER_ROOT).exited(0).cleanedUp();
        assertThat(tale.state.relaunch()).isFalse();
        tale.prepared().spawned().ready().exited(0).cleanedUp();
        assertThat(tale.phase()).isEqualTo(Phase.STOPPED);
    }
}
