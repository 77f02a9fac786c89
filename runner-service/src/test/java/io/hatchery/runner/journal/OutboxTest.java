package io.hatchery.runner.journal;

import static io.hatchery.runner.journal.EventsOfTests.NOW;
import static io.hatchery.runner.journal.EventsOfTests.transition;
import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.bus.Position;
import io.hatchery.protocol.CommandId;
import io.hatchery.runner.lifecycle.ContainerState;
import io.hatchery.runner.lifecycle.Input;
import io.hatchery.runner.lifecycle.Lifecycle;
import io.hatchery.runner.lifecycle.SpecsOfTests;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.HostName;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a journal keeps of the events that wait for the broker, and of the status that the fleet has. */
class OutboxTest {
    private static final Position AT = new Position("hatchery.events", 1, 41);
    private static final ContainerState ABSENT =
            ContainerState.absent(new ContainerName("web"), new HostName("host1"), NOW);
    private static final ContainerState DEFINED = Lifecycle.step(
                    ABSENT, new Input.SpecArrived(SpecsOfTests.plain()), NOW)
            .state();

    @Test
    void stepAddsItsEventsInOrderAndCountsThem() {
        Journal journal = Journal.of(DEFINED)
                .after(DEFINED, List.of(transition("a"), transition("b")))
                .after(DEFINED, List.of(transition("c")));
        assertThat(journal.outbox()).containsExactly(transition("a"), transition("b"), transition("c"));
        assertThat(journal.events()).isEqualTo(NOW.toEpochMilli() + 3);
    }

    @Test
    void outboxOfExactlyTheBoundDropsNothing() {
        Journal journal = Journal.of(DEFINED);
        for (int i = 0; i < Journal.MAX_OUTBOX; i++) {
            journal = journal.after(DEFINED, List.of(transition("e" + i)));
        }
        assertThat(journal.outbox()).hasSize(Journal.MAX_OUTBOX).startsWith(transition("e0"), transition("e1"));
    }

    @Test
    void statusIsShownOnceTheContainerIsThere() {
        assertThat(Journal.of(ABSENT).after(ABSENT, List.of()).shown()).isFalse();
        Journal shown = Journal.of(ABSENT).after(DEFINED, List.of());
        assertThat(shown.shown()).isTrue();
        assertThat(shown.after(ABSENT, List.of()).shown())
                .as("until it is withdrawn")
                .isTrue();
    }

    @Test
    void acknowledgedFirstEventMovesThePosition() {
        Journal journal = Journal.of(DEFINED).after(DEFINED, List.of(transition("a"), transition("b")));
        Journal told = journal.without(transition("a"), AT);
        assertThat(told.told()).isEqualTo(AT);
        assertThat(told.outbox()).containsExactly(transition("b"));
    }

    @Test
    void acknowledgedLaterEventMovesNoPosition() {
        Journal journal = Journal.of(DEFINED).after(DEFINED, List.of(transition("a"), transition("b")));
        Journal told = journal.without(transition("b"), AT);
        assertThat(told.told()).isNull();
        assertThat(told.outbox()).containsExactly(transition("a"));
    }

    @Test
    void acknowledgementOfNothingMovesNoPosition() {
        assertThat(Journal.of(DEFINED).without(transition("a"), AT).told()).isNull();
    }

    @Test
    void earlierEventComesFirstAndIsSearchedFromTheStart() {
        Journal journal = Journal.of(DEFINED)
                .after(DEFINED, List.of(transition("a"), transition("b")))
                .without(transition("a"), AT)
                .withEarlier(transition("earlier"));
        assertThat(journal.outbox()).containsExactly(transition("earlier"), transition("b"));
        assertThat(journal.told()).isNull();
    }

    @Test
    void withdrawnStatusAnswersItsRemoval() {
        var id = new CommandId("rm");
        Journal journal = Journal.of(ABSENT).withStatusTombstonePending(id);
        assertThat(journal.removed()).isEqualTo(id);
        assertThat(journal.shown()).isTrue();
        assertThat(journal.isBlank()).isFalse();
        assertThat(journal.withoutStatus().removed()).isNull();
        assertThat(journal.withoutStatus().isBlank()).isTrue();
    }

    @Test
    void journalWithAnEventOrAContainerIsNotBlank() {
        assertThat(Journal.of(ABSENT).isBlank()).isTrue();
        assertThat(Journal.of(ABSENT).after(ABSENT, List.of(transition("a"))).isBlank())
                .isFalse();
        assertThat(Journal.of(DEFINED).isBlank()).isFalse();
    }

    @Test
    void clockThatWasSetShiftsTheState() {
        Journal journal = Journal.of(DEFINED).by(NOW);
        assertThat(journal.booted()).isEqualTo(NOW);
        assertThat(journal.state()).isEqualTo(DEFINED);
        Journal ahead = journal.by(NOW.plus(Duration.ofHours(1)));
        assertThat(ahead.booted()).isEqualTo(NOW.plus(Duration.ofHours(1)));
        assertThat(ahead.state().since()).isEqualTo(DEFINED.since().plus(Duration.ofHours(1)));
        Journal back = journal.by(NOW.minus(Duration.ofHours(1)));
        assertThat(back.state().since()).isEqualTo(DEFINED.since().minus(Duration.ofHours(1)));
    }

    @Test
    void clockThatIsSlewedShiftsNothing() {
        Journal journal = Journal.of(DEFINED).by(NOW);
        assertThat(journal.by(NOW.plusSeconds(1))).isSameAs(journal);
        assertThat(journal.by(NOW.minusSeconds(1))).isSameAs(journal);
        assertThat(journal.by(NOW.plusMillis(1001)).state().since())
                .isEqualTo(DEFINED.since().plusMillis(1001));
    }
}
