package io.hatchery.runner.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.protocol.Exit;
import io.hatchery.protocol.Outcome;
import io.hatchery.protocol.Phase;
import io.hatchery.protocol.Verb;
import io.hatchery.runner.lifecycle.Tale.Wish;
import io.hatchery.spec.RestartPolicy;
import io.hatchery.spec.Span;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class StartsTest {
    private static final Wish ALWAYS = Wish.plain().restart(RestartPolicy.ALWAYS);

    @Test
    void lastWordsOfAnExitAreItsReason() {
        Tale tale = Tale.running();
        tale.give(new Input.Exited(tale.run(), 7, tale.now, "disk | is full", null))
                .cleanedUp();
        assertThat(tale.phase()).isEqualTo(Phase.BACKOFF);
        assertThat(tale.state.reason()).isEqualTo("it exited with status 7: disk | is full");
    }

    @Test
    void lastWordsFollowTheReasonOfAStartThatTimedOut() {
        Tale tale = new Tale()
                .define(Wish.plain())
                .command(Verb.START, "start")
                .prepared()
                .spawned()
                .after(Duration.ofHours(1));
        tale.give(new Input.Exited(tale.run(), 137, tale.now, "waits for a disk", null))
                .cleanedUp();
        assertThat(tale.outcome("start").outcome()).isEqualTo(Outcome.FAILED);
        assertThat(tale.outcome("start").reason())
                .startsWith("it was not ready")
                .endsWith(": waits for a disk");
    }

    @Test
    void lastWordsOfAnExitThatNobodySawAreItsReason() {
        Tale tale = Tale.running();
        tale.give(new Input.Adopted(new Observation(true, 4711L, true, new Exit(7, tale.now), "disk is full")))
                .cleanedUp();
        assertThat(tale.state.reason()).isEqualTo("it exited with status 7: disk is full");
    }

    @Test
    void startInBackoffStartsAtOnceAndCountsRestartsAnew() {
        Tale tale = Tale.running().exited(1).cleanedUp().command(Verb.START, "now");
        assertThat(tale.phase()).isEqualTo(Phase.PREPARING);
        assertThat(tale.state.restarts()).isZero();
    }

    @Test
    void restartInBackoffStartsAtOnce() {
        Tale tale = Tale.running().exited(1).cleanedUp().command(Verb.RESTART, "now");
        assertThat(tale.phase()).isEqualTo(Phase.PREPARING);
    }

    @Test
    void restartOfAStoppedContainerWantsItToRun() {
        Tale tale = new Tale()
                .define(ALWAYS)
                .command(Verb.RESTART, "restart")
                .prepared()
                .spawned()
                .ready();
        assertThat(tale.state.wanted()).isTrue();
        tale.exited(0).cleanedUp();
        assertThat(tale.phase()).isEqualTo(Phase.BACKOFF);
    }

    @Test
    void restartDuringAStopRunsAgain() {
        Tale tale = Tale.running(ALWAYS).command(Verb.STOP, "stop").command(Verb.RESTART, "restart");
        tale.exited(0).cleanedUp().prepared().spawned().ready();
        assertThat(tale.outcome("restart").outcome()).isEqualTo(Outcome.COMPLETED);
        assertThat(tale.state.wanted()).isTrue();
    }

    @Test
    void reasonOfTheLastRunIsGoneWithTheNext() {
        Tale tale =
                Tale.running(Wish.plain().restart(RestartPolicy.NO)).exited(1).cleanedUp();
        assertThat(tale.state.reason()).isEqualTo("it exited with status 1");
        tale.command(Verb.START, "start2");
        assertThat(tale.state.reason()).isNull();
    }

    @Test
    void troubleWithFetchingIsGoneOncePrepared() {
        Tale tale = new Tale().define(Wish.plain()).command(Verb.START, "start");
        tale.give(new Input.FetchTried(Wish.plain().spec(), "the cache is away"));
        assertThat(tale.state.reason()).isEqualTo("the cache is away");
        tale.prepared();
        assertThat(tale.state.reason()).isNull();
    }

    @Test
    void startTimeoutCountsFromTheFirstWordOfTheSpawn() {
        Tale tale = Tale.starting(Wish.plain());
        Instant due = tale.state.due();
        assertThat(due).isEqualTo(tale.now.plusSeconds(60));
        tale.now = tale.now.plusSeconds(5);
        tale.spawned();
        assertThat(tale.state.due()).isEqualTo(due);
    }

    @Test
    void infiniteStartTimeoutIsNeverDue() {
        Tale tale = new Tale().give(new Input.SpecArrived(SpecsOfTests.with("{\"startTimeout\": \"infinity\"}")));
        tale.command(Verb.START, "start").prepared().spawned();
        assertThat(tale.state.due()).isNull();
    }

    @Test
    void spanBeyondTheEndOfTimeIsNeverDue() {
        Instant late = Instant.MAX.minusSeconds(10);
        assertThat(Starts.after(late, Span.ofSeconds(9))).isEqualTo(late.plusSeconds(9));
        assertThat(Starts.after(late, Span.ofSeconds(10))).isNull();
        assertThat(Starts.after(late, Span.ofSeconds(11))).isNull();
    }

    @Test
    void runThatCannotBeSpawnedFails() {
        Tale tale = new Tale().define(Wish.plain()).command(Verb.START, "start").prepared();
        tale.give(new Input.NotStarted(1, "no such program")).cleanedUp();
        assertThat(tale.outcome("start").outcome()).isEqualTo(Outcome.FAILED);
        assertThat(tale.outcome("start").reason()).isEqualTo("no such program");
        assertThat(tale.state.wanted()).isFalse();
    }

    @Test
    void runThatExitsBeforeReadinessFailsWithItsLastWords() {
        Tale tale = Tale.starting(Wish.plain());
        tale.give(new Input.Exited(1, 3, tale.now, "no init", null)).cleanedUp();
        assertThat(tale.outcome("start").reason()).isEqualTo("it exited with status 3 before it was ready: no init");
    }

    @Test
    void runThatExitsBeforeReadinessWithoutAWordSaysItsStatus() {
        Tale tale = Tale.starting(Wish.plain()).exited(3).cleanedUp();
        assertThat(tale.outcome("start").reason()).isEqualTo("it exited with status 3 before it was ready");
    }

    @Test
    void rebootBeforeReadinessStartsAgain() {
        Tale tale = Tale.starting(Wish.plain()).exited(133).cleanedUp();
        assertThat(tale.phase()).isEqualTo(Phase.PREPARING);
        assertThat(tale.isPending("start")).isTrue();
    }

    @Test
    void startAfterARebootThatFailsIsTriedAgain() {
        Tale tale = Tale.running().exited(133).cleanedUp();
        tale.give(new Input.NotStarted(2, "no root")).cleanedUp();
        assertThat(tale.phase()).isEqualTo(Phase.BACKOFF);
    }

    @Test
    void restartThatFailsIsNotTriedAgain() {
        Tale tale = Tale.running().command(Verb.RESTART, "restart").exited(0).cleanedUp();
        tale.give(new Input.NotStarted(2, "no root")).cleanedUp();
        assertThat(tale.outcome("restart").outcome()).isEqualTo(Outcome.FAILED);
        assertThat(tale.phase()).isEqualTo(Phase.FAILED);
        assertThat(tale.state.due()).isNull();
    }

    @Test
    void automaticStartThatACommandJoinedAndThatFailsIsNotTriedAgain() {
        Tale tale = new Tale().define(Wish.plain().autoStart(true)).command(Verb.START, "start");
        tale.give(new Input.NotStarted(1, "no root")).cleanedUp();
        assertThat(tale.outcome("start").outcome()).isEqualTo(Outcome.FAILED);
        assertThat(tale.phase()).isEqualTo(Phase.FAILED);
        assertThat(tale.state.wanted()).isFalse();
    }

    @Test
    void automaticStartThatFailsWithACommandWaitingIsTriedAgain() {
        Tale tale = new Tale().define(Wish.plain().autoStart(true)).command(Verb.START, "later", 9);
        tale.give(new Input.NotStarted(1, "no root")).cleanedUp();
        assertThat(tale.phase()).isEqualTo(Phase.BACKOFF);
    }

    @Test
    void automaticStartThatIsKilledForItsTimeoutAndStoppedIsNotTriedAgain() {
        Tale tale = new Tale().define(Wish.plain().autoStart(true)).prepared().spawned();
        tale.after(Duration.ofMinutes(1)).command(Verb.STOP, "stop").exited(137).cleanedUp();
        assertThat(tale.phase()).isEqualTo(Phase.FAILED);
        assertThat(tale.outcome("stop").outcome()).isEqualTo(Outcome.COMPLETED);
    }
}
