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
        disk = new FileDisk(folder);
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
        ledger.told(ONE);
        return ledger;
    }

    @Test
    void endedCommandIsRememberedOverARestartAndATornLine() throws IOException {
        withOne(Verb.STOP);
        Files.writeString(file(), "17672", StandardOpenOption.APPEND); // what a power cut may leave
        Ledger second = Ledger.open(disk);
        assertThat(second.hasEnded(ONE)).isTrue();
        assertThat(second.hasEnded(new CommandId("two"))).isFalse();
    }

    @Test
    void removalThatThePositionShowsAsOpenIsRememberedWhateverIsHandledLater() throws IOException {
        Ledger ledger = withOne(Verb.REMOVE);
        Positions positions = Positions.open(disk);
        var topic = new TopicPosition("t", 7, NOW.plus(Ledger.WINDOW).plusSeconds(60), new TreeSet<>(List.of(3L)));
        var open = new SpecsPosition.OpenRemoval(3, new ContainerName("web"), ONE, null, NOW);
        positions.keep(new SpecsPosition(topic, List.of(open), Collections.emptySortedSet()));
        ledger.prune(positions, id -> false);
        assertThat(Ledger.open(disk).hasEnded(ONE)).isTrue();
        positions.keep(new SpecsPosition(topic, List.of(), Collections.emptySortedSet()));
        ledger.prune(positions, id -> false);
        assertThat(Ledger.open(disk).hasEnded(ONE)).isFalse();
    }

    @Test
    void commandIsForgottenOnceCommandsOfAWindowLaterAreHandled() throws IOException {
        Ledger ledger = withOne(Verb.STOP);
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
    void removalIsNotForgottenForWhatCommandsAreHandled() throws IOException {
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
        ledger.told(ONE);
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
    void outcomeIsKeptUntilItIsTold() throws IOException {
        var event = ended(ONE, Verb.STOP);
        Ledger.open(disk).end(event, null);
        Ledger again = Ledger.open(disk);
        again.prune(commandsAt(NOW.plus(Duration.ofDays(90))), id -> false);
        assertThat(again.untold()).containsExactly(event);
        again.told(event.id());
        assertThat(Ledger.open(disk).untold()).isEmpty();
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

    @Test
    void theOldestToldOutcomesGoFirstWhenThereAreTooMany() throws IOException {
        var lines = new StringBuilder();
        for (int i = 0; i <= Ledger.MOST_TOLD; i++) {
            lines.append("1767225600 c").append(i).append('\n');
        }
        Files.writeString(file(), lines);
        Ledger ledger = Ledger.open(disk);
        assertThat(ledger.hasEnded(new CommandId("c0"))).isFalse();
        assertThat(ledger.hasEnded(new CommandId("c1"))).isTrue();
        ledger.end(ended(ONE, Verb.STOP), null);
        assertThat(ledger.hasEnded(new CommandId("c1")))
                .as("untold ones do not count")
                .isTrue();
        ledger.told(ONE);
        assertThat(ledger.hasEnded(new CommandId("c1"))).isFalse();
        assertThat(ledger.hasEnded(ONE)).isTrue();
    }

    @Test
    void fileHasGrownOnceItHasManySuperfluousLines() throws IOException {
        withOne(Verb.STOP);
        Files.writeString(file(), "1767225600 one\n".repeat(Ledger.MOST_SUPERFLUOUS), StandardOpenOption.APPEND);
        Ledger ledger = Ledger.open(disk);
        assertThat(ledger.hasGrown()).as("it is written anew at the start").isFalse();
    }
}
