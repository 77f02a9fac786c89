package io.hatchery.runner.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.bus.Position;
import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.FleetEvent;
import io.hatchery.protocol.Phase;
import io.hatchery.runner.lifecycle.ContainerState;
import io.hatchery.runner.lifecycle.Input;
import io.hatchery.runner.lifecycle.Lifecycle;
import io.hatchery.runner.lifecycle.SpecsOfTests;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.HostName;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a journal keeps of the events that wait for the broker, and of the status that the fleet has. */
class OutboxTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final Position AT = new Position("hatchery.events", 1, 41);
    private static final ContainerState ABSENT =
            ContainerState.absent(new ContainerName("web"), new HostName("host1"), NOW);
    private static final ContainerState DEFINED = Lifecycle.step(
                    ABSENT, new Input.SpecArrived(SpecsOfTests.plain()), NOW)
            .state();

    private static Journal.Pending event(String id) {
        return new Journal.Pending(
                id,
                new FleetEvent.Transition(
                        new ContainerName("web"),
                        new HostName("host1"),
                        Phase.RUNNING,
                        Phase.BACKOFF,
                        null,
                        null,
                        null,
                        null,
                        null,
                        NOW));
    }

    @Test
    void stepAddsItsEventsInOrderAndCountsThem() {
        Journal journal = Journal.of(DEFINED)
                .after(DEFINED, List.of(event("a"), event("b")))
                .after(DEFINED, List.of(event("c")));
        assertThat(journal.outbox()).containsExactly(event("a"), event("b"), event("c"));
        assertThat(journal.events()).isEqualTo(3);
    }

    @Test
    void outboxOfExactlyTheBoundDropsNothing() {
        Journal journal = Journal.of(DEFINED);
        for (int i = 0; i < Journal.MAX_OUTBOX; i++) {
            journal = journal.after(DEFINED, List.of(event("e" + i)));
        }
        assertThat(journal.outbox()).hasSize(Journal.MAX_OUTBOX).startsWith(event("e0"), event("e1"));
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
        Journal journal = Journal.of(DEFINED).after(DEFINED, List.of(event("a"), event("b")));
        Journal told = journal.without(event("a"), AT);
        assertThat(told.told()).isEqualTo(AT);
        assertThat(told.outbox()).containsExactly(event("b"));
    }

    @Test
    void acknowledgedLaterEventMovesNoPosition() {
        Journal journal = Journal.of(DEFINED).after(DEFINED, List.of(event("a"), event("b")));
        Journal told = journal.without(event("b"), AT);
        assertThat(told.told()).isNull();
        assertThat(told.outbox()).containsExactly(event("a"));
    }

    @Test
    void acknowledgementOfNothingMovesNoPosition() {
        assertThat(Journal.of(DEFINED).without(event("a"), AT).told()).isNull();
    }

    @Test
    void earlierEventComesFirstAndIsSearchedFromTheStart() {
        Journal journal = Journal.of(DEFINED)
                .after(DEFINED, List.of(event("a"), event("b")))
                .without(event("a"), AT)
                .withEarlier(event("earlier"));
        assertThat(journal.outbox()).containsExactly(event("earlier"), event("b"));
        assertThat(journal.told()).isNull();
    }

    @Test
    void withdrawnStatusAnswersItsRemoval() {
        var id = new CommandId("rm");
        Journal journal = Journal.of(ABSENT).toUnshow(id);
        assertThat(journal.removed()).isEqualTo(id);
        assertThat(journal.shown()).isTrue();
        assertThat(journal.isBlank()).isFalse();
        assertThat(journal.unshown().removed()).isNull();
        assertThat(journal.unshown().isBlank()).isTrue();
    }

    @Test
    void journalWithAnEventOrAContainerIsNotBlank() {
        assertThat(Journal.of(ABSENT).isBlank()).isTrue();
        assertThat(Journal.of(ABSENT).after(ABSENT, List.of(event("a"))).isBlank())
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
