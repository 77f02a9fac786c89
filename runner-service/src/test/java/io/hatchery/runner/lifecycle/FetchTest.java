package io.hatchery.runner.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.protocol.Phase;
import io.hatchery.protocol.Verb;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Generation;
import io.hatchery.spec.Payload;
import org.junit.jupiter.api.Test;

/** A run is ended for another system only once that is on the host. */
class FetchTest {
    private static ContainerSpec system(long generation, String path) {
        return SpecsOfTests.with("{}")
                .withGeneration(new Generation(generation))
                .withPayload(new Payload.SystemPath(path));
    }

    @Test
    void theOldSystemRunsUntilTheNewOneIsThere() {
        ContainerSpec two = system(2, "/two");
        Tale tale = Tale.running(system(1, "/one")).give(new Input.SpecArrived(two));
        assertThat(tale.effects).contains(new Effect.Fetch(1, two));
        assertThat(tale.phase()).isEqualTo(Phase.RUNNING);

        tale.give(new Input.FetchTried(two, "the cache is away"));
        assertThat(tale.phase()).isEqualTo(Phase.RUNNING);
        assertThat(tale.state.status().reason()).isEqualTo("the cache is away");
        assertThat(tale.state.status().outdated()).isTrue();

        tale.give(new Input.Fetched(1, two));
        assertThat(tale.phase()).isEqualTo(Phase.STOPPING);
        assertThat(tale.state.status().reason()).isNull();
    }

    @Test
    void troubleThatIsOverIsNotToldAnyLonger() {
        ContainerSpec two = SpecsOfTests.with("{\"restartIfChanged\": false}")
                .withGeneration(new Generation(2))
                .withPayload(new Payload.SystemPath("/two"));
        Tale tale = Tale.running(system(1, "/one")).give(new Input.SpecArrived(two));
        tale.give(new Input.FetchTried(two, "the cache is away"));
        assertThat(tale.state.status().reason()).isEqualTo("the cache is away");
        tale.give(new Input.FetchTried(two, null));
        assertThat(tale.state.status().reason()).isNull();
        assertThat(tale.phase()).isEqualTo(Phase.RUNNING);
    }

    @Test
    void whatWasFetchedForAnOlderSpecEndsNothing() {
        ContainerSpec two = system(2, "/two");
        Tale tale = Tale.running(system(1, "/one"))
                .give(new Input.SpecArrived(two))
                .give(new Input.SpecArrived(system(3, "/three")));
        tale.give(new Input.Fetched(1, two));
        assertThat(tale.phase()).isEqualTo(Phase.RUNNING);
    }

    @Test
    void aRunnerThatComesBackFetchesWhatTheLastOneDidNot() {
        ContainerSpec two = system(2, "/two");
        Tale tale = Tale.running(system(1, "/one")).give(new Input.SpecArrived(two));
        tale.give(new Input.Adopted(new Observation(true, 7L, true, null)));
        assertThat(tale.effects).contains(new Effect.Fetch(1, two));
    }

    @Test
    void aStopEndsTheWaitForASystem() {
        Tale tale = new Tale().give(new Input.SpecArrived(system(1, "/one"))).command(Verb.START, "start");
        tale.command(Verb.STOP, "stop");
        assertThat(tale.effects).contains(new Effect.Abandon(1, tale.state.container()));
        tale.give(new Input.NotStarted(1, "nobody waits for it"));
        tale.give(new Input.CleanedUp(1));
        assertThat(tale.phase()).isEqualTo(Phase.STOPPED);
    }

    @Test
    void theStatusTellsWhatWasBegunAndWhatWasReadyLast() {
        Tale tale = Tale.running(system(1, "/one")).give(new Input.SpecArrived(system(2, "/two")));
        assertThat(tale.state.status().ready()).isEqualTo(new Generation(1));
        assertThat(tale.state.status().begun()).isEqualTo(new Generation(1));
    }
}
