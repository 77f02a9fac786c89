package io.hatchery.runner.journal;

import static io.hatchery.runner.journal.EventsOfTests.NOW;
import static io.hatchery.runner.journal.EventsOfTests.ended;
import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.Verb;
import io.hatchery.spec.ContainerName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LedgerTest {
    private static final CommandId ONE = new CommandId("one");

    @TempDir
    private Path folder;

    private Disk disk;

    @BeforeEach
    void open() {
        disk = FileDisk.durable(folder);
    }

    private Path file() {
        return folder.resolve("outcomes.log");
    }

    private Positions commandsAt(Instant at) throws IOException {
        Positions positions = Positions.open(disk);
        positions.keep(new TopicPosition("t", 7, at, Collections.emptySortedSet()));
        return positions;
    }

    private Ledger withOne(Verb verb) throws IOException {
        Ledger ledger = Ledger.open(disk);
        ledger.end(ended(ONE, verb), null);
        ledger.acknowledge(ONE);
        return ledger;
    }

    @Test
    void endedCommandIsRememberedOverARestartAndATornLine() throws IOException {
        withOne(Verb.STOP);
        Files.writeString(file(), "17672", StandardOpenOption.APPEND); // what a power cut may leave
        Ledger second = Ledger.open(disk);
        assertThat(second.hasEnded(ONE)).isTrue();
        assertThat(second.hasEnded(new CommandId("two"))).isFalse();
        assertThat(folder.resolve("outcomes.log.damaged")).doesNotExist();
    }

    @Test
    void openRemovalIsKept() throws IOException {
        Ledger ledger = withOne(Verb.REMOVE);
        Positions positions = Positions.open(disk);
        var topic = new TopicPosition("t", 7, NOW.plus(Ledger.WINDOW).plusSeconds(60), new TreeSet<>(List.of(3L)));
        var open = new SpecsPosition.UnconfirmedRemoval(3, new ContainerName("web"), ONE, null, NOW);
        positions.keep(new SpecsPosition(topic, List.of(open), Collections.emptySortedSet()));
        ledger.prune(positions, id -> false);
        assertThat(Ledger.open(disk).hasEnded(ONE)).isTrue();
        positions.keep(new SpecsPosition(topic, List.of(), Collections.emptySortedSet()));
        ledger.prune(positions, id -> false);
        assertThat(Ledger.open(disk).hasEnded(ONE)).isFalse();
    }

    @Test
    void commandIsForgottenOnceCommandsOfAWindowLaterAreHandled() throws IOException {
        withOne(Verb.STOP);
        Ledger ledger = Ledger.open(disk);
        ledger.prune(commandsAt(NOW.plus(Ledger.WINDOW)), id -> false);
        assertThat(ledger.hasEnded(ONE)).isTrue();
        Positions later = commandsAt(NOW.plus(Ledger.WINDOW).plusSeconds(1));
        ledger.prune(later, ONE::equals);
        assertThat(ledger.hasEnded(ONE)).as("what is needed").isTrue();
        ledger.prune(later, id -> false);
        assertThat(ledger.hasEnded(ONE)).isFalse();
        assertThat(Ledger.open(disk).hasEnded(ONE)).isFalse();
    }

    @Test
    void handledCommandsDoNotPruneRemovals() throws IOException {
        Ledger ledger = withOne(Verb.REMOVE);
        ledger.prune(commandsAt(NOW.plus(Duration.ofDays(90))), id -> false);
        assertThat(ledger.hasEnded(ONE)).isTrue();
        Ledger again = Ledger.open(disk);
        again.prune(commandsAt(NOW.plus(Duration.ofDays(90))), id -> false);
        assertThat(again.hasEnded(ONE)).isTrue();
        Positions positions = Positions.open(disk);
        var topic = new TopicPosition("s", 7, NOW.plus(Duration.ofDays(9)), Collections.emptySortedSet());
        positions.keep(new SpecsPosition(topic, List.of(), Collections.emptySortedSet()));
        again.prune(positions, id -> false);
        assertThat(again.hasEnded(ONE)).isFalse();
    }

    @Test
    void commandThatWaitedForLongIsRememberedFromWhereItEnded() throws IOException {
        Ledger ledger = Ledger.open(disk);
        Instant known = NOW.plus(Duration.ofDays(30));
        ledger.end(ended(ONE, Verb.STOP), known);
        ledger.acknowledge(ONE);
        ledger.prune(commandsAt(known.plus(Ledger.WINDOW)), id -> false);
        assertThat(ledger.hasEnded(ONE)).isTrue();
    }

    @Test
    void nothingIsForgottenWithoutAPosition() throws IOException {
        Ledger ledger = withOne(Verb.STOP);
        ledger.prune(Positions.open(disk), id -> false);
        assertThat(ledger.hasEnded(ONE)).isTrue();
    }

    @Test
    void outcomeIsKeptUntilAcknowledged() throws IOException {
        var event = ended(ONE, Verb.STOP);
        Ledger.open(disk).end(event, null);
        Ledger again = Ledger.open(disk);
        again.prune(commandsAt(NOW.plus(Duration.ofDays(90))), id -> false);
        assertThat(again.pending()).containsExactly(event);
        again.acknowledge(event.id());
        assertThat(Ledger.open(disk).pending()).isEmpty();
    }

    @Test
    void lineThatCannotBeReadIsSetAsideAndTheOthersAreRead() throws IOException {
        withOne(Verb.STOP);
        Files.writeString(file(), "rubbish\n17672256OO two\n1767225600 three\n", StandardOpenOption.APPEND);
        Ledger second = Ledger.open(disk);
        assertThat(second.hasEnded(ONE)).isTrue();
        assertThat(second.hasEnded(new CommandId("three"))).isTrue();
        assertThat(Files.readString(folder.resolve("outcomes.log.damaged"))).isEqualTo("rubbish\n17672256OO two\n");
        assertThat(Files.readString(file())).doesNotContain("rubbish");
    }

    private static CommandId id(int number) {
        return new CommandId("c" + number);
    }

    private Ledger bounded(int acknowledged) throws IOException {
        return Ledger.open(disk, new Ledger.Bounds(acknowledged, Integer.MAX_VALUE));
    }

    private static void endAndAcknowledge(Ledger ledger, CommandId id) throws IOException {
        ledger.end(ended(id, Verb.STOP), null);
        ledger.acknowledge(id);
    }

    @Test
    void oldestAcknowledgedOutcomeIsForgottenBeyondTheBound() throws IOException {
        Ledger ledger = bounded(2);
        endAndAcknowledge(ledger, id(1));
        endAndAcknowledge(ledger, id(2));
        ledger.end(ended(id(3), Verb.STOP), null);
        assertThat(ledger.hasEnded(id(1))).as("outcomes that wait do not count").isTrue();
        ledger.acknowledge(id(3));
        assertThat(ledger.hasEnded(id(1))).isFalse();
        assertThat(ledger.hasEnded(id(2))).isTrue();
        assertThat(ledger.hasEnded(id(3))).isTrue();
    }

    @Test
    void outcomeThatWaitsIsNeverForgottenForTheBound() throws IOException {
        Ledger ledger = bounded(1);
        ledger.end(ended(id(1), Verb.STOP), null);
        endAndAcknowledge(ledger, id(2));
        endAndAcknowledge(ledger, id(3));
        assertThat(ledger.hasEnded(id(1))).isTrue();
        assertThat(ledger.hasEnded(id(2))).isFalse();
        assertThat(ledger.hasEnded(id(3))).isTrue();
    }

    @Test
    void outcomeInTwoLinesCountsOnce() throws IOException {
        Files.writeString(file(), "1767225600 c1\n1767225600 c1\n1767225600 c2\n");
        Ledger ledger = bounded(2);
        assertThat(ledger.hasEnded(id(1))).isTrue();
        assertThat(ledger.hasEnded(id(2))).isTrue();
    }

    @Test
    void prunedOutcomesDoNotCount() throws IOException {
        Ledger ledger = bounded(2);
        endAndAcknowledge(ledger, id(1));
        endAndAcknowledge(ledger, id(2));
        ledger.prune(commandsAt(NOW.plus(Duration.ofDays(90))), id -> false);
        endAndAcknowledge(ledger, id(3));
        endAndAcknowledge(ledger, id(4));
        assertThat(ledger.hasEnded(id(3))).isTrue();
        assertThat(ledger.hasEnded(id(4))).isTrue();
    }

    @Test
    void keptOutcomesCount() throws IOException {
        Ledger ledger = bounded(2);
        endAndAcknowledge(ledger, id(1));
        endAndAcknowledge(ledger, id(2));
        ledger.prune(commandsAt(NOW), id -> false);
        endAndAcknowledge(ledger, id(3));
        assertThat(ledger.hasEnded(id(1))).isFalse();
        assertThat(ledger.hasEnded(id(2))).isTrue();
    }

    @Test
    void emptyFirstLineHidesNoOther() throws IOException {
        Files.writeString(file(), "\n1767225600 three\n");
        assertThat(Ledger.open(disk).hasEnded(new CommandId("three"))).isTrue();
    }

    @Test
    void commandSubmittedAfterTheLastHandledRecordIsRememberedFromItsSubmission() throws IOException {
        Ledger ledger = Ledger.open(disk);
        ledger.end(ended(ONE, Verb.STOP), NOW.minus(Duration.ofDays(30)));
        ledger.acknowledge(ONE);
        ledger.prune(commandsAt(NOW.plus(Ledger.WINDOW)), id -> false);
        assertThat(ledger.hasEnded(ONE)).isTrue();
    }
}
