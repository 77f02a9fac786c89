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

/** The pending events and the published status of a journal. */
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
        assertThat(journal.outbox().pending()).containsExactly(transition("a"), transition("b"), transition("c"));
        assertThat(journal.outbox().lastSequence()).isEqualTo(NOW.toEpochMilli() + 3);
    }

    @Test
    void outboxOfExactlyTheBoundDropsNothing() {
        Journal journal = Journal.of(DEFINED);
        for (int i = 0; i < Outbox.MAX_PENDING; i++) {
            journal = journal.after(DEFINED, List.of(transition("e" + i)));
        }
        assertThat(journal.outbox().pending())
                .hasSize(Outbox.MAX_PENDING)
                .startsWith(transition("e0"), transition("e1"));
    }

    @Test
    void statusIsShownOnceTheContainerIsThere() {
        assertThat(Journal.of(ABSENT).after(ABSENT, List.of()).status().exists())
                .isFalse();
        Journal shown = Journal.of(ABSENT).after(DEFINED, List.of());
        assertThat(shown.status().exists()).isTrue();
        assertThat(shown.after(ABSENT, List.of()).status().exists())
                .as("until it is withdrawn")
                .isTrue();
    }

    @Test
    void acknowledgedFirstEventMovesThePosition() {
        Journal journal = Journal.of(DEFINED).after(DEFINED, List.of(transition("a"), transition("b")));
        Journal acknowledged = journal.withAcknowledged(transition("a"), AT);
        assertThat(acknowledged.outbox().acknowledged()).isEqualTo(AT);
        assertThat(acknowledged.outbox().pending()).containsExactly(transition("b"));
    }

    @Test
    void acknowledgedLaterEventMovesNoPosition() {
        Journal journal = Journal.of(DEFINED).after(DEFINED, List.of(transition("a"), transition("b")));
        Journal acknowledged = journal.withAcknowledged(transition("b"), AT);
        assertThat(acknowledged.outbox().acknowledged()).isNull();
        assertThat(acknowledged.outbox().pending()).containsExactly(transition("a"));
    }

    @Test
    void acknowledgementOfNothingMovesNoPosition() {
        assertThat(Journal.of(DEFINED)
                        .withAcknowledged(transition("a"), AT)
                        .outbox()
                        .acknowledged())
                .isNull();
    }

    @Test
    void earlierEventComesFirstAndIsSearchedFromTheStart() {
        Journal journal = Journal.of(DEFINED)
                .after(DEFINED, List.of(transition("a"), transition("b")))
                .withAcknowledged(transition("a"), AT)
                .withEarlierEvent(transition("earlier"));
        assertThat(journal.outbox().pending()).containsExactly(transition("earlier"), transition("b"));
        assertThat(journal.outbox().acknowledged()).isNull();
    }

    @Test
    void withdrawnStatusAnswersItsRemoval() {
        var id = new CommandId("rm");
        Journal journal = Journal.of(ABSENT).withStatusTombstonePending(id);
        assertThat(journal.status().tombstoneConfirms()).isEqualTo(id);
        assertThat(journal.status().exists()).isTrue();
        assertThat(journal.isBlank()).isFalse();
        assertThat(journal.withoutStatus().status().tombstoneConfirms()).isNull();
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
        Journal journal = Journal.of(DEFINED).byClock(NOW);
        assertThat(journal.booted()).isEqualTo(NOW);
        assertThat(journal.state()).isEqualTo(DEFINED);
        Journal ahead = journal.byClock(NOW.plus(Duration.ofHours(1)));
        assertThat(ahead.booted()).isEqualTo(NOW.plus(Duration.ofHours(1)));
        assertThat(ahead.state().current().since())
                .isEqualTo(DEFINED.current().since().plus(Duration.ofHours(1)));
        Journal back = journal.byClock(NOW.minus(Duration.ofHours(1)));
        assertThat(back.state().current().since())
                .isEqualTo(DEFINED.current().since().minus(Duration.ofHours(1)));
    }

    @Test
    void clockThatIsSlewedShiftsNothing() {
        Journal journal = Journal.of(DEFINED).byClock(NOW);
        assertThat(journal.byClock(NOW.plusSeconds(1))).isSameAs(journal);
        assertThat(journal.byClock(NOW.minusSeconds(1))).isSameAs(journal);
        assertThat(journal.byClock(NOW.plusMillis(1001)).state().current().since())
                .isEqualTo(DEFINED.current().since().plusMillis(1001));
    }
}
