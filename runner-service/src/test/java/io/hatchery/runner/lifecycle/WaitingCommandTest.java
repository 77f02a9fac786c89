package io.hatchery.runner.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.protocol.Outcome;
import io.hatchery.protocol.Phase;
import io.hatchery.protocol.Verb;
import io.hatchery.runner.lifecycle.Tale.Wish;
import io.hatchery.spec.Generation;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A command that names a generation waits for it, and only for it. */
class WaitingCommandTest {
    @Test
    void commandForTheGenerationInForceBeginsAtOnce() {
        Tale tale = new Tale().define(Wish.plain().generation(2)).command(Verb.START, "start", 2);
        assertThat(tale.phase()).isEqualTo(Phase.PREPARING);
    }

    @Test
    void commandForAnOlderGenerationBeginsAtOnce() {
        Tale tale = new Tale().define(Wish.plain().generation(2)).command(Verb.START, "start", 1);
        assertThat(tale.phase()).isEqualTo(Phase.PREPARING);
    }

    @Test
    void commandWaitsThroughOlderGenerations() {
        Tale tale =
                new Tale().command(Verb.START, "start", 3).define(Wish.plain().generation(2));
        assertThat(tale.phase()).isEqualTo(Phase.STOPPED);
        assertThat(tale.isPending("start")).isTrue();
        tale.define(Wish.plain().generation(3));
        assertThat(tale.phase()).isEqualTo(Phase.PREPARING);
    }

    @Test
    void commandThatHasExpiredIsNotBegunByItsSpec() {
        Tale tale = new Tale();
        tale.command(Verb.START, "start", new Generation(1), tale.now.plusSeconds(5));
        tale.now = tale.now.plusSeconds(5);
        tale.define(Wish.plain());
        assertThat(tale.outcome("start").outcome()).isEqualTo(Outcome.REJECTED);
        assertThat(tale.phase()).isEqualTo(Phase.STOPPED);
    }

    @Test
    void commandThatHasNotExpiredWaitsThroughOtherSpecs() {
        Tale tale = new Tale();
        tale.command(Verb.START, "start", new Generation(9), tale.now.plusSeconds(5));
        tale.define(Wish.plain());
        assertThat(tale.isPending("start")).isTrue();
    }

    @Test
    void commandThatHasBegunIsNotBegunAgainByALaterSpec() {
        Tale tale = Tale.running().command(Verb.RESTART, "restart").exited(0).cleanedUp();
        tale.prepared().spawned().define(Wish.plain().generation(2).autoStart(true));
        tale.after(Duration.ofSeconds(20)).ready();
        assertThat(tale.phase()).isEqualTo(Phase.RUNNING);
        assertThat(tale.outcome("restart").outcome()).isEqualTo(Outcome.COMPLETED);
    }

    @Test
    void waitingCommandIsNotCompletedByAStart() {
        Tale tale = Tale.running().command(Verb.RESTART, "later", 9).command(Verb.START, "again");
        assertThat(tale.outcome("again").outcome()).isEqualTo(Outcome.COMPLETED);
        assertThat(tale.isPending("later")).isTrue();
    }

    @Test
    void waitingCommandIsNotCompletedByReadiness() {
        Tale tale =
                Tale.starting(Wish.plain()).command(Verb.RESTART, "later", 9).ready();
        assertThat(tale.outcome("start").outcome()).isEqualTo(Outcome.COMPLETED);
        assertThat(tale.isPending("later")).isTrue();
    }

    @Test
    void waitingCommandIsNotFailedByAStartThatFails() {
        Tale tale = Tale.starting(Wish.plain())
                .command(Verb.START, "later", 9)
                .exited(1)
                .cleanedUp();
        assertThat(tale.outcome("start").outcome()).isEqualTo(Outcome.FAILED);
        assertThat(tale.isPending("later")).isTrue();
    }

    @Test
    void waitingStartDoesNotStartWhatExits() {
        Tale tale = Tale.running().command(Verb.START, "later", 9).exited(0).cleanedUp();
        assertThat(tale.phase()).isEqualTo(Phase.STOPPED);
        assertThat(tale.isPending("later")).isTrue();
    }

    @Test
    void waitingStopIsNotCompletedByAnotherStop() {
        Tale tale =
                new Tale().define(Wish.plain()).command(Verb.STOP, "later", 9).command(Verb.STOP, "stop");
        assertThat(tale.outcome("stop").outcome()).isEqualTo(Outcome.COMPLETED);
        assertThat(tale.isPending("later")).isTrue();
    }

    @Test
    void waitingStopIsNotCompletedByAnExit() {
        Tale tale = Tale.running().command(Verb.STOP, "later", 9).exited(0).cleanedUp();
        assertThat(tale.isPending("later")).isTrue();
    }

    @Test
    void waitingKillKillsNothingYet() {
        Tale tale = new Tale().define(Wish.plain()).command(Verb.START, "start").prepared();
        tale.command(Verb.KILL, "later", 9).spawned();
        assertThat(tale.does(Effect.Kill.class)).isFalse();
        assertThat(tale.phase()).isEqualTo(Phase.STARTING);
    }

    @Test
    void waitingStartIsSupersededByALaterStop() {
        Tale tale =
                new Tale().define(Wish.plain()).command(Verb.START, "start", 2).command(Verb.STOP, "stop");
        assertThat(tale.outcome("start").outcome()).isEqualTo(Outcome.SUPERSEDED);
    }

    @Test
    void commandsBeginInTheirOrder() {
        Tale tale = new Tale()
                .command(Verb.START, "start", 1)
                .command(Verb.STOP, "stop", 1)
                .define(Wish.plain());
        assertThat(tale.outcome("start").outcome()).isEqualTo(Outcome.SUPERSEDED);
        tale.prepared().cleanedUp();
        assertThat(tale.outcome("stop").outcome()).isEqualTo(Outcome.COMPLETED);
        assertThat(tale.phase()).isEqualTo(Phase.STOPPED);
    }

    @Test
    void startAfterAStopIsNotSupersededByIt() {
        Tale tale = new Tale()
                .command(Verb.STOP, "stop", 1)
                .command(Verb.START, "start", 1)
                .define(Wish.plain());
        assertThat(tale.outcome("stop").outcome()).isEqualTo(Outcome.COMPLETED);
        assertThat(tale.phase()).isEqualTo(Phase.PREPARING);
        tale.prepared().spawned().ready();
        assertThat(tale.outcome("start").outcome()).isEqualTo(Outcome.COMPLETED);
    }

    @Test
    void stopThatWaitedSupersedesAStartThatHasBegunMeanwhile() {
        Tale tale =
                new Tale().define(Wish.plain()).command(Verb.STOP, "stop", 2).command(Verb.START, "start");
        tale.define(Wish.plain().generation(2));
        assertThat(tale.outcome("start").outcome()).isEqualTo(Outcome.SUPERSEDED);
        tale.prepared().cleanedUp();
        assertThat(tale.phase()).isEqualTo(Phase.STOPPED);
    }
}
