package io.hatchery.runner.journal;

import static io.hatchery.runner.journal.EventsOfTests.NOW;
import static io.hatchery.runner.journal.EventsOfTests.ended;
import static io.hatchery.runner.journal.EventsOfTests.transition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hatchery.bus.Position;
import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.Verb;
import io.hatchery.runner.lifecycle.ContainerState;
import io.hatchery.runner.lifecycle.LifecycleState;
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

/** What a runner writes down is what the next one reads. */
class JournalTest {

    @TempDir
    private Path folder;

    /** Format 1 as it was first written; later versions read it for as long as they say so. */
    private Path fixture() throws IOException {
        return fixture(1);
    }

    private Path fixture(int version) throws IOException {
        Path file = Files.createDirectories(folder.resolve("c/web")).resolve("state.json");
        try (InputStream in = JournalTest.class.getResourceAsStream("state-" + version + ".json")) {
            Files.copy(in, file);
        }
        return file;
    }

    @Test
    void format1IsRead() throws IOException {
        fixture();
        Journal journal =
                new JournalFiles(new FileDisk(folder)).readAll().journals().getFirst();
        ContainerState state = journal.state();
        assertThat(state.container()).isEqualTo(new ContainerName("web"));
        assertThat(state.phase().word()).isEqualTo("running");
        assertThat(state.status().leader()).isEqualTo(4711);
        assertThat(journal.outbox()).hasSize(1);
    }

    @Test
    void format1OfAStopUnderWayIsRead() throws IOException {
        Path file = fixture();
        String running = Files.readString(file);
        String stopping = running.replaceFirst(
                "\"life\":\\{\"type\":\"running\"", "\"life\":{\"escalation\":\"SIGNALLED\",\"type\":\"stopping\"");
        assertThat(stopping).isNotEqualTo(running);
        Files.writeString(file, stopping);
        Journal journal =
                new JournalFiles(new FileDisk(folder)).readAll().journals().getFirst();
        assertThat(journal.state().phase().word()).isEqualTo("stopping");
    }

    @Test
    void format2IsRead() throws IOException {
        fixture(2);
        Journal journal =
                new JournalFiles(new FileDisk(folder)).readAll().journals().getFirst();
        assertThat(journal.state().phase().word()).isEqualTo("running");
        assertThat(journal.told()).isEqualTo(new Position("hatchery.events", 1, 41));
        assertThat(journal.shown()).isTrue();
        Journal later = journal.by(Instant.parse("2026-01-01T00:00:00Z"));
        assertThat(later.state().since()).isEqualTo(journal.state().since().plus(Duration.ofHours(1)));
    }

    @Test
    void format2OfAStartUnderWayIsRead() throws IOException {
        Path file = fixture(2);
        String running = Files.readString(file);
        String starting = running.replaceFirst(
                "\"life\":\\{\"type\":\"running\"",
                "\"life\":{\"automatic\":false,\"stopRequested\":false,\"due\":\"2026-01-01T00:01:00Z\",\"type\":\"starting\"");
        assertThat(starting).isNotEqualTo(running);
        Files.writeString(file, starting);
        Journal journal =
                new JournalFiles(new FileDisk(folder)).readAll().journals().getFirst();
        assertThat(journal.state().lifecycle())
                .isInstanceOfSatisfying(
                        LifecycleState.Starting.class,
                        life -> assertThat(life.spawned()).isTrue());
    }

    @Test
    void format3IsRead() throws IOException {
        fixture(3);
        Journal journal =
                new JournalFiles(new FileDisk(folder)).readAll().journals().getFirst();
        assertThat(journal.state().phase().word()).isEqualTo("starting");
        assertThat(journal.removed()).isEqualTo(new CommandId("op-1"));
    }

    @Test
    void whatIsWrittenIsRead() throws IOException {
        fixture();
        var files = new JournalFiles(new FileDisk(folder));
        Journal journal = files.readAll().journals().getFirst();
        files.write(journal);
        assertThat(files.readAll().journals()).containsExactly(journal);
    }

    @Test
    void aFormatOfTheFutureIsRefusedAloud() throws IOException {
        Path file = fixture();
        Files.writeString(file, Files.readString(file).replace("\"version\":1", "\"version\":4"));
        assertThatThrownBy(() -> new JournalFiles(new FileDisk(folder)).readAll())
                .hasMessageContaining("has format 4")
                .hasMessageContaining("run the version that wrote it");
    }

    @Test
    void longOutageDropsOldTransitionsAndNoOutcome() {
        var state = ContainerState.absent(new ContainerName("web"), new HostName("host1"), NOW);
        var outcome = Journal.PendingEvent.of(ended(new CommandId("one"), Verb.STOP));
        Journal journal = Journal.of(state).after(state, List.of(transition("t0"), outcome));
        for (int i = 1; i <= Journal.MAX_OUTBOX + 100; i++) {
            journal = journal.after(state, List.of(transition("t" + i)));
        }
        assertThat(journal.outbox())
                .hasSize(Journal.MAX_OUTBOX)
                .startsWith(transition("t0"), outcome)
                .endsWith(transition("t" + (Journal.MAX_OUTBOX + 100)));
    }

    @Test
    void outcomesAreKeptBeyondTheBoundOfTheOutbox() {
        var state = ContainerState.absent(new ContainerName("web"), new HostName("host1"), NOW);
        Journal journal = Journal.of(state);
        for (int i = 0; i <= Journal.MAX_OUTBOX; i++) {
            journal = journal.after(state, List.of(Journal.PendingEvent.of(ended(new CommandId("c" + i), Verb.STOP))));
        }
        assertThat(journal.outbox()).hasSize(Journal.MAX_OUTBOX + 1);
    }

    @Test
    void anotherBootBeginsAnewAndTheSameBootGoesOn() throws IOException {
        var files = new JournalFiles(new FileDisk(folder));
        files.beginBoot("one");
        fixture();
        files.beginBoot("one");
        assertThat(files.readAll().journals()).hasSize(1);
        files.beginBoot("two");
        assertThat(files.readAll().journals()).isEmpty();
    }

    @Test
    void aBlankJournalIsNoFile() throws IOException {
        Path file = fixture();
        var absent = ContainerState.absent(new ContainerName("web"), new HostName("host1"), NOW);
        new JournalFiles(new FileDisk(folder)).write(Journal.of(absent));
        assertThat(file).doesNotExist();
    }

    @Test
    void aRemovalThatHasBegunIsKeptUntilItHasEnded() throws IOException {
        var cache = new SpecCache(new FileDisk(folder));
        var removal = new SpecCache.OpenRemoval(
                new ContainerName("web"), new CommandId("one"), new Generation(3), null, "/srv/web", true, "ann", NOW);
        cache.beginRemoval(removal);
        assertThat(cache.removals()).containsExactly(removal);
        assertThat(cache.specs()).isEmpty();
        cache.endRemoval(removal.container());
        assertThat(cache.removals()).isEmpty();
    }
}
