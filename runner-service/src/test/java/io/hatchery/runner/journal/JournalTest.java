package io.hatchery.runner.journal;

import static io.hatchery.runner.journal.EventsOfTests.NOW;
import static io.hatchery.runner.journal.EventsOfTests.ended;
import static io.hatchery.runner.journal.EventsOfTests.transition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hatchery.bus.Position;
import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.Exit;
import io.hatchery.protocol.FleetEvent;
import io.hatchery.protocol.Initiator;
import io.hatchery.protocol.StoppedBy;
import io.hatchery.protocol.Verb;
import io.hatchery.runner.lifecycle.ContainerState;
import io.hatchery.runner.lifecycle.LifecycleState;
import io.hatchery.runner.lifecycle.Removal;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.Generation;
import io.hatchery.spec.HostName;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The journals of a host, in the present format and in earlier ones. */
class JournalTest {
    @TempDir
    private Path folder;

    private Journal read() throws IOException {
        return new JournalFiles(FileDisk.durable(folder)).readAll().journals().getFirst();
    }

    /** Reads the fixture of format 3 with one part of its JSON replaced. */
    private Journal readFormat3(String before, String after) throws IOException {
        Path file = fixture(3);
        String json = Files.readString(file);
        assertThat(json).contains(before);
        Files.writeString(file, json.replace(before, after));
        return read();
    }

    /** Writes a journal as the first runner of that format wrote it. */
    private Path fixture(int version) throws IOException {
        Path file = Files.createDirectories(folder.resolve("c/web")).resolve("state.json");
        try (InputStream in = JournalTest.class.getResourceAsStream("state-" + version + ".json")) {
            Files.copy(in, file);
        }
        return file;
    }

    @Test
    void format1IsRead() throws IOException {
        fixture(1);
        Journal journal = read();
        ContainerState state = journal.state();
        assertThat(state.container()).isEqualTo(new ContainerName("web"));
        assertThat(state.phase().word()).isEqualTo("running");
        assertThat(state.status().leader()).isEqualTo(4711);
        assertThat(journal.outbox().pending()).hasSize(1);
    }

    @Test
    void format1OfAStopUnderWayIsRead() throws IOException {
        Path file = fixture(1);
        String running = Files.readString(file);
        String stopping = running.replaceFirst(
                "\"life\":\\{\"type\":\"running\"", "\"life\":{\"escalation\":\"SIGNALLED\",\"type\":\"stopping\"");
        assertThat(stopping).isNotEqualTo(running);
        Files.writeString(file, stopping);
        Journal journal = read();
        assertThat(journal.state().phase().word()).isEqualTo("stopping");
    }

    @Test
    void format2IsRead() throws IOException {
        fixture(2);
        Journal journal = read();
        assertThat(journal.state().phase().word()).isEqualTo("running");
        assertThat(journal.outbox().acknowledged()).isEqualTo(new Position("hatchery.events", 1, 41));
        assertThat(journal.status().exists()).isTrue();
        Journal later = journal.byClock(Instant.parse("2026-01-01T00:00:00Z"));
        assertThat(later.state().current().since())
                .isEqualTo(journal.state().current().since().plus(Duration.ofHours(1)));
    }

    @Test
    void format2OfAStartUnderWayIsRead() throws IOException {
        Path file = fixture(2);
        String running = Files.readString(file);
        String starting = running.replaceFirst(
                "\"life\":\\{\"type\":\"running\"",
                "\"life\":{\"automatic\":false,\"stopAsked\":false,\"due\":\"2026-01-01T00:01:00Z\",\"type\":\"starting\"");
        assertThat(starting).isNotEqualTo(running);
        Files.writeString(file, starting);
        Journal journal = read();
        assertThat(journal.state().lifecycle())
                .isInstanceOfSatisfying(
                        LifecycleState.Starting.class,
                        state -> assertThat(state.spawned()).isTrue());
    }

    @Test
    void format3IsRead() throws IOException {
        fixture(3);
        Journal journal = read();
        assertThat(journal.state().phase().word()).isEqualTo("starting");
        assertThat(journal.status().tombstoneConfirms()).isEqualTo(new CommandId("op-1"));
    }

    private static final String LIFE_OF_FORMAT_3 = "\"life\":{\"type\":\"starting\"";

    @Test
    void format3OfAnEndedRunIsRead() throws IOException {
        Journal journal = readFormat3(
                LIFE_OF_FORMAT_3,
                "\"life\":{\"cause\":{\"type\":\"unasked\",\"secondsReady\":7,\"said\":\"oops\"},\"type\":\"ending\"");
        assertThat(journal.state().lifecycle())
                .isInstanceOfSatisfying(
                        LifecycleState.CleaningUp.class,
                        cleaningUp -> assertThat(cleaningUp.cause())
                                .isEqualTo(new LifecycleState.Cause.Unexpected(7, "oops")));
    }

    @Test
    void format3OfAStoppedRunIsRead() throws IOException {
        Journal journal = readFormat3(
                LIFE_OF_FORMAT_3, "\"life\":{\"cause\":{\"type\":\"asked\",\"by\":\"halted\"},\"type\":\"ending\"");
        assertThat(journal.state().lifecycle())
                .isInstanceOfSatisfying(
                        LifecycleState.CleaningUp.class,
                        cleaningUp -> assertThat(cleaningUp.cause())
                                .isEqualTo(new LifecycleState.Cause.Requested(StoppedBy.HALTED)));
    }

    @Test
    void format3OfAStartThatTimedOutIsRead() throws IOException {
        Journal journal = readFormat3(
                LIFE_OF_FORMAT_3 + ",\"run\":1",
                "\"life\":{\"failure\":\"too slow\",\"escalation\":\"KILLED\",\"before\":\"SIGNALLED\",\"run\":1,\"type\":\"stopping\"");
        assertThat(journal.state().lifecycle()).isInstanceOfSatisfying(LifecycleState.Stopping.class, stopping -> {
            assertThat(stopping.failure()).isEqualTo(new LifecycleState.Cause.StartFailed("too slow", false));
            assertThat(stopping.escalation()).isEqualTo(LifecycleState.Escalation.KILLED);
            assertThat(stopping.previous()).isEqualTo(LifecycleState.Escalation.SIGNALLED);
        });
    }

    @Test
    void format3OfAnInactiveContainerIsRead() throws IOException {
        Journal journal = readFormat3(LIFE_OF_FORMAT_3, "\"life\":{\"failed\":true,\"type\":\"resting\"");
        assertThat(journal.state().lifecycle()).isEqualTo(new LifecycleState.Inactive(true));
    }

    @Test
    void format3OfAPendingOperationIsRead() throws IOException {
        Journal journal = readFormat3(
                "\"jobs\":[]",
                "\"jobs\":[{\"id\":\"op-2\",\"verb\":\"stop\",\"by\":\"ann\",\"submitted\":\"2026-01-01T00:00:00Z\","
                        + "\"begun\":true,\"steps\":[{\"step\":\"accepted\",\"at\":\"2026-01-01T00:00:00Z\"}]}]");
        assertThat(journal.state().operations()).singleElement().satisfies(operation -> {
            assertThat(operation.id()).isEqualTo(new CommandId("op-2"));
            assertThat(operation.verb()).isEqualTo(Verb.STOP);
            assertThat(operation.request().requestedBy()).isEqualTo("ann");
            assertThat(operation.inProgress()).isTrue();
            assertThat(operation.steps()).hasSize(1);
        });
    }

    @Test
    void format3OfIntentAndHistoryIsRead() throws IOException {
        Journal journal = readFormat3(
                "\"wanted\":true,\"relaunch\":false,\"jobs\":[],\"restarts\":0,\"runs\":1",
                "\"wanted\":true,\"relaunch\":true,\"jobs\":[],\"restarts\":3,\"runs\":4,\"via\":\"systemd\",\"reason\":\"why\","
                        + "\"removal\":{\"root\":\"/srv/web\",\"purge\":true},\"past\":{\"begun\":2,\"ready\":1},"
                        + "\"exit\":{\"status\":9,\"at\":\"2026-01-01T00:00:00Z\"}");
        ContainerState state = journal.state();
        assertThat(state.intent().desiredRunning()).isTrue();
        assertThat(state.intent().restartPending()).isTrue();
        assertThat(state.removal()).isEqualTo(new Removal("/srv/web", true));
        assertThat(state.spec()).isNotNull();
        assertThat(state.current().runs()).isEqualTo(4);
        assertThat(state.history().restarts()).isEqualTo(3);
        assertThat(state.history().reason()).isEqualTo("why");
        assertThat(state.history().initiator()).isEqualTo(Initiator.HOST);
        assertThat(state.history().exit()).isEqualTo(new Exit(9, NOW));
        assertThat(state.history().spawnedGeneration()).isEqualTo(new Generation(2));
        assertThat(state.history().readyGeneration()).isEqualTo(new Generation(1));
    }

    @Test
    void format3OfAPendingOutcomeIsRead() throws IOException {
        Journal journal = readFormat3(
                "\"outbox\":[]",
                "\"outbox\":[{\"id\":\"op-3#outcome\",\"event\":{\"type\":\"outcome\",\"id\":\"op-3\",\"command\":\"stop\","
                        + "\"container\":\"web\",\"host\":\"host1\",\"by\":\"ann\",\"submitted\":\"2026-01-01T00:00:00Z\","
                        + "\"outcome\":\"completed\",\"steps\":[],\"at\":\"2026-01-01T00:00:00Z\"}}]");
        assertThat(journal.outbox().pending())
                .extracting(PendingEvent::event)
                .singleElement()
                .isInstanceOfSatisfying(
                        FleetEvent.Ended.class,
                        ended -> assertThat(ended.requestedBy()).isEqualTo("ann"));
    }

    @Test
    void format4IsRead() throws IOException {
        fixture(4);
        Journal journal = read();
        assertThat(journal.state().phase().word()).isEqualTo("stopping");
        assertThat(journal.outbox().lastSequence()).isEqualTo(4);
        assertThat(journal.status().tombstoneConfirms()).isEqualTo(new CommandId("op-1"));
    }

    @Test
    void journalIsReadAsItWasWritten() throws IOException {
        fixture(1);
        var files = new JournalFiles(FileDisk.durable(folder));
        Journal journal = files.readAll().journals().getFirst();
        files.write(journal);
        assertThat(files.readAll().journals()).containsExactly(journal);
    }

    @Test
    void laterFormatIsRefused() throws IOException {
        Path file = fixture(1);
        Files.writeString(
                file, Files.readString(file).replace("\"version\":1", "\"version\":" + (Journal.VERSION + 1)));
        assertThatThrownBy(() -> new JournalFiles(FileDisk.durable(folder)).readAll())
                .hasMessageContaining("has format " + (Journal.VERSION + 1))
                .hasMessageContaining("run the version that wrote it");
    }

    @Test
    void fullOutboxDropsOldPhaseChangesAndNoOutcome() {
        var state = ContainerState.absent(new ContainerName("web"), new HostName("host1"), NOW);
        var outcome = PendingEvent.of(ended(new CommandId("one"), Verb.STOP));
        Journal journal = Journal.of(state).after(state, List.of(transition("t0"), outcome));
        for (int i = 1; i <= Outbox.MAX_PENDING + 100; i++) {
            journal = journal.after(state, List.of(transition("t" + i)));
        }
        assertThat(journal.outbox().pending())
                .hasSize(Outbox.MAX_PENDING)
                .startsWith(transition("t0"), outcome)
                .endsWith(transition("t" + (Outbox.MAX_PENDING + 100)));
    }

    @Test
    void outboxKeepsOutcomesBeyondItsBound() {
        var state = ContainerState.absent(new ContainerName("web"), new HostName("host1"), NOW);
        Journal journal = Journal.of(state);
        for (int i = 0; i <= Outbox.MAX_PENDING; i++) {
            journal = journal.after(state, List.of(PendingEvent.of(ended(new CommandId("c" + i), Verb.STOP))));
        }
        assertThat(journal.outbox().pending()).hasSize(Outbox.MAX_PENDING + 1);
    }

    @Test
    void rebootDeletesJournals() throws IOException {
        var files = new JournalFiles(FileDisk.durable(folder));
        files.beginBoot("one");
        fixture(1);
        files.beginBoot("one");
        assertThat(files.readAll().journals()).hasSize(1);
        files.beginBoot("two");
        assertThat(files.readAll().journals()).isEmpty();
    }

    @Test
    void journalsWithoutTheBootThatWroteThemAreDeleted() throws IOException {
        fixture(1);
        Files.deleteIfExists(folder.resolve("boot-id"));
        var files = new JournalFiles(FileDisk.durable(folder));
        files.beginBoot("one");
        assertThat(files.readAll().journals()).isEmpty();
    }

    @Test
    void blankJournalHasNoFile() throws IOException {
        Path file = fixture(1);
        var absent = ContainerState.absent(new ContainerName("web"), new HostName("host1"), NOW);
        new JournalFiles(FileDisk.durable(folder)).write(Journal.of(absent));
        assertThat(file).doesNotExist();
    }

    @Test
    void specCacheKeepsRemovalUntilItEnds() throws IOException {
        var cache = new SpecCache(FileDisk.durable(folder));
        SpecCache.OpenRemoval removal = SpecCacheOpenRemovalBuilder.builder()
                .container(new ContainerName("web"))
                .id(new CommandId("one"))
                .generation(new Generation(3))
                .root("/srv/web")
                .purge(true)
                .requestedBy("ann")
                .submitted(NOW)
                .build();
        cache.beginRemoval(removal);
        assertThat(cache.removals()).containsExactly(removal);
        assertThat(cache.specs()).isEmpty();
        cache.endRemoval(removal.container());
        assertThat(cache.removals()).isEmpty();
    }
}
