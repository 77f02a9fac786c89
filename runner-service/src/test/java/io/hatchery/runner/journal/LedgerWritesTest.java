package io.hatchery.runner.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.FleetEvent;
import io.hatchery.protocol.FleetEventEndedBuilder;
import io.hatchery.protocol.Outcome;
import io.hatchery.protocol.Verb;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.HostName;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the ledger writes, and when that is durable. */
class LedgerWritesTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final CommandId ONE = new CommandId("one");
    private static final CommandId TWO = new CommandId("two");

    @TempDir
    private Path folder;

    private RecordingDisk disk;
    private Ledger ledger;

    @BeforeEach
    void open() throws IOException {
        disk = new RecordingDisk(FileDisk.durable(folder));
        ledger = Ledger.open(disk);
        disk.writes.clear();
    }

    private static FleetEvent.Ended ended(CommandId id, Outcome outcome) {
        return FleetEventEndedBuilder.builder()
                .id(id)
                .command(Verb.STOP)
                .container(new ContainerName("web"))
                .host(new HostName("host1"))
                .submitted(NOW)
                .outcome(outcome)
                .steps(List.of())
                .at(NOW)
                .build();
    }

    private Ledger reopened() throws IOException {
        return Ledger.open(disk);
    }

    @Test
    void outcomeIsDurableAfterASync() throws IOException {
        ledger.end(ended(ONE, Outcome.COMPLETED), null);
        assertThat(ledger.sync().succeeded()).isTrue();
        assertThat(disk.writes).containsExactly("append outcomes.log", "sync outcomes.log");
        assertThat(ledger.hasEnded(ONE)).isTrue();
        assertThat(ledger.pending()).containsExactly(ended(ONE, Outcome.COMPLETED));
    }

    @Test
    void firstOutcomeOfACommandIsTheOnlyOne() throws IOException {
        ledger.end(ended(ONE, Outcome.COMPLETED), null);
        disk.writes.clear();
        ledger.end(ended(ONE, Outcome.FAILED), null);
        assertThat(disk.writes).isEmpty();
        assertThat(ledger.pending()).containsExactly(ended(ONE, Outcome.COMPLETED));
        assertThat(reopened().pending()).containsExactly(ended(ONE, Outcome.COMPLETED));
    }

    @Test
    void acknowledgementIsRecordedOnce() throws IOException {
        ledger.end(ended(ONE, Outcome.COMPLETED), null);
        ledger.end(ended(TWO, Outcome.COMPLETED), null);
        disk.writes.clear();
        ledger.acknowledge(ONE);
        ledger.acknowledge(ONE);
        assertThat(disk.writes).containsExactly("append outcomes.log");
        assertThat(ledger.pending()).containsExactly(ended(TWO, Outcome.COMPLETED));
        assertThat(ledger.hasEnded(ONE)).isTrue();
    }

    @Test
    void acknowledgementOfAnUnknownOutcomeIsIgnored() throws IOException {
        ledger.acknowledge(ONE);
        assertThat(disk.writes).isEmpty();
        assertThat(ledger.hasEnded(ONE)).isFalse();
    }

    @Test
    void appendThatFailsIsFollowedByAWholeFile() throws IOException {
        ledger.end(ended(ONE, Outcome.COMPLETED), null);
        disk.failNextAppend();
        assertThatThrownBy(() -> ledger.end(ended(TWO, Outcome.COMPLETED), null))
                .isInstanceOf(IOException.class);
        assertThat(ledger.hasEnded(TWO)).isFalse();
        disk.writes.clear();
        ledger.end(ended(TWO, Outcome.COMPLETED), null);
        assertThat(disk.writes).containsExactly("replace outcomes.log");
        assertThat(reopened().pending()).containsExactly(ended(ONE, Outcome.COMPLETED), ended(TWO, Outcome.COMPLETED));
    }

    @Test
    void appendsFollowTheWholeFile() throws IOException {
        disk.failNextAppend();
        assertThatThrownBy(() -> ledger.end(ended(ONE, Outcome.COMPLETED), null))
                .isInstanceOf(IOException.class);
        ledger.end(ended(ONE, Outcome.COMPLETED), null);
        disk.writes.clear();
        ledger.end(ended(TWO, Outcome.COMPLETED), null);
        assertThat(disk.writes).containsExactly("append outcomes.log");
    }

    @Test
    void syncMakesAcknowledgementsDurableOnce() throws IOException {
        ledger.end(ended(ONE, Outcome.COMPLETED), null);
        ledger.acknowledge(ONE);
        disk.writes.clear();
        assertThat(ledger.sync().succeeded()).isTrue();
        assertThat(ledger.sync().succeeded()).isTrue();
        assertThat(disk.writes).containsExactly("sync outcomes.log");
    }

    @Test
    void syncThatFailsIsFollowedByAWholeFile() throws IOException {
        ledger.end(ended(ONE, Outcome.COMPLETED), null);
        disk.failNextSync();
        assertThat(ledger.sync().failed()).isTrue();
        disk.writes.clear();
        ledger.end(ended(ONE, Outcome.COMPLETED), null);
        assertThat(ledger.sync().succeeded()).isTrue();
        assertThat(disk.writes).containsExactly("replace outcomes.log");
    }

    @Test
    void syncAfterAWholeFileHasNothingToDo() throws IOException {
        ledger.end(ended(ONE, Outcome.COMPLETED), null);
        ledger.acknowledge(ONE);
        disk.failNextAppend();
        assertThatThrownBy(() -> ledger.end(ended(TWO, Outcome.COMPLETED), null))
                .isInstanceOf(IOException.class);
        ledger.end(ended(TWO, Outcome.COMPLETED), null);
        disk.writes.clear();
        assertThat(ledger.sync().succeeded()).isTrue();
        assertThat(disk.writes).isEmpty();
    }

    @Test
    void syncRepairsAFailedAppend() throws IOException {
        ledger.end(ended(ONE, Outcome.COMPLETED), null);
        ledger.acknowledge(ONE);
        disk.failNextAppend();
        assertThatThrownBy(() -> ledger.end(ended(TWO, Outcome.COMPLETED), null))
                .isInstanceOf(IOException.class);
        assertThat(ledger.sync().succeeded()).isTrue();
        disk.writes.clear();
        ledger.end(ended(TWO, Outcome.COMPLETED), null);
        assertThat(disk.writes).containsExactly("append outcomes.log");
        assertThat(reopened().pending()).containsExactly(ended(TWO, Outcome.COMPLETED));
    }

    private void endAndAcknowledge(Ledger bounded, CommandId id) throws IOException {
        bounded.end(ended(id, Outcome.COMPLETED), null);
        bounded.acknowledge(id);
    }

    @Test
    void fileHasGrownWithTheBoundOfSuperfluousLines() throws IOException {
        Ledger bounded = Ledger.open(disk, new Ledger.Bounds(100, 2));
        endAndAcknowledge(bounded, ONE);
        assertThat(bounded.hasGrown()).isFalse();
        endAndAcknowledge(bounded, TWO);
        assertThat(bounded.hasGrown()).isTrue();
        bounded.prune(Positions.open(disk), id -> false);
        assertThat(bounded.hasGrown()).isFalse();
    }

    @Test
    void linesAreCountedAnewAfterAFailedAppend() throws IOException {
        Ledger bounded = Ledger.open(disk, new Ledger.Bounds(100, 2));
        disk.failNextAppend();
        assertThatThrownBy(() -> bounded.end(ended(ONE, Outcome.COMPLETED), null))
                .isInstanceOf(IOException.class);
        endAndAcknowledge(bounded, ONE);
        assertThat(bounded.hasGrown()).isFalse();
        endAndAcknowledge(bounded, TWO);
        assertThat(bounded.hasGrown()).isTrue();
    }

    @Test
    void acknowledgementCountsAlsoIfItCannotBeWritten() throws IOException {
        ledger.end(ended(ONE, Outcome.COMPLETED), null);
        disk.failNextAppend();
        assertThatThrownBy(() -> ledger.acknowledge(ONE)).isInstanceOf(IOException.class);
        assertThat(ledger.pending()).isEmpty();
    }
}
