package io.hatchery.runner.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.protocol.Outcome;
import io.hatchery.protocol.Phase;
import io.hatchery.protocol.StoppedBy;
import io.hatchery.protocol.Verb;
import io.hatchery.protocol.Via;
import io.hatchery.runner.lifecycle.Tale.Wish;
import io.hatchery.spec.RestartPolicy;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class OutsideTest {
    @Test
    void aStartOnTheHostIsARunOfTheFleetsAndStays() {
        Tale tale = new Tale().define(Wish.plain()).give(new Input.BegunOutside());

        assertThat(tale.effects)
                .containsExactly(new Effect.Adopt(1, Wish.plain().spec()));
        assertThat(tale.state.via()).isEqualTo(Via.SYSTEMD);

        tale.spawned().ready();

        assertThat(tale.phase()).isEqualTo(Phase.RUNNING);
        assertThat(tale.state.wanted()).isTrue();
        assertThat(tale.state.via()).isEqualTo(Via.SYSTEMD);
        tale.command(Verb.START, "again");
        assertThat(tale.outcome("again").outcome()).isEqualTo(Outcome.COMPLETED);
    }

    @Test
    void aStopOnTheHostIsAStopAndNothingStartsItAgain() {
        Tale tale = Tale.running(Wish.plain().restart(RestartPolicy.ALWAYS)).give(new Input.StopAskedOutside(1));

        assertThat(tale.phase()).isEqualTo(Phase.STOPPING);
        assertThat(tale.effects).isEmpty();

        tale.exited(0).cleanedUp();

        assertThat(tale.phase()).isEqualTo(Phase.STOPPED);
        assertThat(tale.state.via()).isEqualTo(Via.SYSTEMD);
        assertThat(tale.after(Duration.ofHours(1)).effects).isEmpty();
    }

    @Test
    void aStopOnTheHostOvertakesAStartThatIsNotReady() {
        Tale tale = new Tale()
                .define(Wish.plain())
                .command(Verb.START, "start")
                .prepared()
                .spawned()
                .give(new Input.StopAskedOutside(1));

        assertThat(tale.outcome("start").outcome()).isEqualTo(Outcome.SUPERSEDED);
        assertThat(tale.outcome("start").reason()).contains("systemd", "host1");
    }

    @Test
    void aStopOnTheHostEndsTheWaitForAnotherStart() {
        Tale tale = Tale.running().exited(1).cleanedUp();
        assertThat(tale.phase()).isEqualTo(Phase.BACKOFF);

        tale.give(new Input.StopAskedOutside(1));

        assertThat(tale.phase()).isEqualTo(Phase.STOPPED);
        assertThat(tale.after(Duration.ofHours(1)).effects).isEmpty();
    }

    @Test
    void aCommandAfterAStopOnTheHostIsObeyedAndNoLongerTheHosts() {
        Tale tale = Tale.running().give(new Input.StopAskedOutside(1));
        tale.exited(0)
                .cleanedUp()
                .command(Verb.START, "s2")
                .prepared()
                .spawned()
                .ready();

        assertThat(tale.phase()).isEqualTo(Phase.RUNNING);
        assertThat(tale.state.via()).isNull();
    }

    @Test
    void aKillFinishesAStopThatTheHostHasBegun() {
        Tale tale = Tale.running().give(new Input.StopAskedOutside(1)).command(Verb.KILL, "kill");
        assertThat(tale.does(Effect.Kill.class)).isTrue();

        tale.exited(137).cleanedUp();

        assertThat(tale.outcome("kill").outcome()).isEqualTo(Outcome.COMPLETED);
        assertThat(tale.outcome("kill").stoppedBy()).isEqualTo(StoppedBy.KILLED);
    }

    @Test
    void whoIsKilledByTheHostsTimeOutWasKilled() {
        Tale tale = Tale.running().command(Verb.STOP, "stop").exited(137).cleanedUp();

        assertThat(tale.outcome("stop").stoppedBy()).isEqualTo(StoppedBy.KILLED);
    }

    @Test
    void whatIsBegunForAContainerThatIsRemovedIsNotAdopted() {
        Tale tale = new Tale().give(new Input.BegunOutside());

        assertThat(tale.effects).isEmpty();
    }

    @Test
    void startOnTheHostEndsABackoff() {
        Tale tale = Tale.running().exited(1).cleanedUp().give(new Input.BegunOutside());

        assertThat(tale.phase()).isEqualTo(Phase.STARTING);
        assertThat(tale.state.restarts()).isZero();
        assertThat(tale.state.reason()).isNull();
        assertThat(tale.effects)
                .containsExactly(new Effect.Adopt(2, Wish.plain().spec()));
    }

    @Test
    void startOnTheHostEndsARelaunchThatFailed() {
        Tale tale =
                Tale.running().define(Wish.plain().generation(2).root("/other")).exited(0);
        tale.give(new Input.NotCleanedUp(1, "it is busy")).give(new Input.BegunOutside());

        assertThat(tale.state.relaunch()).isFalse();
    }

    @Test
    void startOnTheHostOfWhatRunsAlreadyIsNoOtherRun() {
        Tale tale = Tale.running().give(new Input.BegunOutside());

        assertThat(tale.effects).isEmpty();
        assertThat(tale.run()).isEqualTo(1);
    }

    @Test
    void startOnTheHostDuringARemovalIsNotAdopted() {
        Tale tale = new Tale()
                .define(Wish.plain())
                .remove("rm", false)
                .define(Wish.plain().generation(2));

        tale.give(new Input.BegunOutside());

        assertThat(tale.effects).isEmpty();
        assertThat(tale.phase()).isEqualTo(Phase.STOPPED);
    }

    @Test
    void stopOnTheHostInBackoffIsTheHosts() {
        Tale tale = Tale.running().exited(1).cleanedUp().give(new Input.StopAskedOutside(1));

        assertThat(tale.state.via()).isEqualTo(Via.SYSTEMD);
        assertThat(tale.state.wanted()).isFalse();
    }

    @Test
    void stopOnTheHostInAnyOtherPhaseChangesNothing() {
        Tale preparing = new Tale().define(Wish.plain()).command(Verb.START, "start");
        Tale stopping = Tale.running().command(Verb.STOP, "stop");
        Tale ending = Tale.running().exited(0);
        Tale stopped = Tale.running().exited(0).cleanedUp();
        for (Tale tale : List.of(preparing, stopping, ending, stopped)) {
            ContainerState before = tale.state;
            assertThat(tale.give(new Input.StopAskedOutside(1)).state).isEqualTo(before);
        }
    }

    @Test
    void stopOnTheHostLeavesWaitingCommandsAndStopsAlone() {
        Tale tale = Tale.starting(Wish.plain()).command(Verb.START, "later", 9).command(Verb.STOP, "stop");
        tale.command(Verb.START, "last", 9).give(new Input.StopAskedOutside(1));

        assertThat(tale.state.wanted()).isFalse();
        assertThat(tale.isPending("last")).isTrue();
        assertThat(tale.isPending("stop")).isTrue();
        tale.exited(0).cleanedUp();
        assertThat(tale.outcome("stop").outcome()).isEqualTo(Outcome.COMPLETED);
    }

    @Test
    void stopOrKillByTheFleetIsNotTheHosts() {
        for (Verb verb : List.of(Verb.STOP, Verb.KILL)) {
            Tale tale = new Tale().define(Wish.plain()).give(new Input.BegunOutside());
            tale.spawned().ready().command(verb, "end");
            assertThat(tale.state.via()).as(verb.word()).isNull();
        }
    }

    @Test
    void exitOfWhatTheHostStartedIsNotTheHosts() {
        Tale tale = new Tale().define(Wish.plain()).give(new Input.BegunOutside());
        tale.spawned().ready().exited(1);

        assertThat(tale.state.via()).isNull();
    }

    @Test
    void killOnTheHostIsTheHosts() {
        for (Tale tale : List.of(Tale.running(), Tale.starting(Wish.plain()))) {
            tale.give(new Input.Exited(1, 137, tale.now, null, Via.SYSTEMD));
            assertThat(tale.state.via()).isEqualTo(Via.SYSTEMD);
        }
    }

    @Test
    void killOnTheHostDuringAStopIsTheFleets() {
        Tale tale = Tale.running().command(Verb.STOP, "stop");
        tale.give(new Input.Exited(1, 137, tale.now, null, Via.SYSTEMD));

        assertThat(tale.state.via()).isNull();
    }

    @Test
    void startOnTheHostThatFailsIsNotTriedAgain() {
        Tale tale = new Tale().define(Wish.plain()).give(new Input.BegunOutside());
        tale.spawned().exited(1).cleanedUp();

        assertThat(tale.phase()).isEqualTo(Phase.FAILED);
        assertThat(tale.state.wanted()).isFalse();
    }

    @Test
    void stopByTheFleetBeforeReadinessIsNotTheHosts() {
        Tale tale = new Tale().define(Wish.plain()).give(new Input.BegunOutside());
        tale.spawned().command(Verb.STOP, "stop").exited(0).cleanedUp();

        assertThat(tale.phase()).isEqualTo(Phase.STOPPED);
        assertThat(tale.state.via()).isNull();
    }
}
