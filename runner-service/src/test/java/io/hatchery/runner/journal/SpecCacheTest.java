package io.hatchery.runner.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.protocol.CommandId;
import io.hatchery.runner.lifecycle.SpecsOfTests;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Generation;
import io.hatchery.spec.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SpecCacheTest {
    private static final ContainerSpec SPEC = SpecsOfTests.plain();

    @TempDir
    private Path folder;

    private SpecCache cache;

    @BeforeEach
    void open() {
        cache = new SpecCache(FileDisk.durable(folder));
    }

    private Path file() {
        return folder.resolve("specs/web.json");
    }

    @Test
    void specFileIsPrivateAndHasAChecksum() throws IOException {
        cache.keep(SPEC);

        assertThat(cache.specs()).containsExactly(SPEC);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
                .isEqualTo("rw-------");
        assertThat(Files.readString(file())).matches("(?s)\\{.*}\nsha256:[0-9a-f]{64}\n");
    }

    @Test
    void damagedSpecIsNotUsed() throws IOException {
        cache.keep(SPEC);
        Files.writeString(file(), Files.readString(file()).replace("/r", "/x"));
        assertThat(cache.specs()).isEmpty();

        cache.keep(SPEC);
        byte[] whole = Files.readAllBytes(file());
        Files.write(file(), Arrays.copyOf(whole, whole.length / 2));
        assertThat(cache.specs()).isEmpty();
        assertThat(cache.generationOf(SPEC.name())).isNull();

        cache.keep(SPEC);
        assertThat(cache.specs()).containsExactly(SPEC);
    }

    @Test
    void specWithoutChecksumIsRead() throws IOException {
        Files.createDirectories(folder.resolve("specs"));
        Files.write(file(), Json.bytes(SPEC));

        assertThat(cache.specs()).containsExactly(SPEC);
    }

    private static SpecCache.OpenRemoval removal(@Nullable Generation generation) {
        return removal(SPEC.name(), generation);
    }

    private static SpecCache.OpenRemoval removal(ContainerName container, @Nullable Generation generation) {
        return SpecCacheOpenRemovalBuilder.builder()
                .container(container)
                .id(new CommandId("one"))
                .generation(generation)
                .root("/r")
                .submitted(Instant.EPOCH)
                .build();
    }

    private static ContainerSpec spec(long generation) {
        return SPEC.withGeneration(new Generation(generation));
    }

    @Test
    void generationOfAKeptSpecIsKnown() throws IOException {
        assertThat(cache.generationOf(SPEC.name())).isNull();
        cache.keep(spec(7));
        assertThat(cache.generationOf(SPEC.name())).isEqualTo(new Generation(7));
    }

    @Test
    void specIsGoneAsSoonAsItsRemovalBegins() throws IOException {
        cache.keep(spec(3));
        cache.beginRemoval(removal(new Generation(3)));
        assertThat(file()).doesNotExist();
        assertThat(cache.specs()).isEmpty();
        assertThat(cache.removals()).containsExactly(removal(new Generation(3)));
    }

    @Test
    void specThatIsBeingRemovedIsNotUsed() throws IOException {
        cache.beginRemoval(removal(new Generation(3)));
        cache.keep(spec(3));
        assertThat(cache.specs()).isEmpty();
        cache.keep(spec(2));
        assertThat(cache.specs()).isEmpty();
    }

    @Test
    void newerSpecOfAContainerThatIsBeingRemovedIsUsed() throws IOException {
        cache.beginRemoval(removal(new Generation(3)));
        cache.keep(spec(4));
        assertThat(cache.specs()).containsExactly(spec(4));
    }

    @Test
    void specBesideARemovalWithoutGenerationIsUsed() throws IOException {
        cache.beginRemoval(removal(null));
        cache.keep(spec(1));
        assertThat(cache.specs()).containsExactly(spec(1));
    }

    @Test
    void specOfAnotherContainerIsNotRemoved() throws IOException {
        ContainerSpec other = SpecsOfTests.with("{\"name\": \"api\"}");
        cache.keep(other);
        cache.beginRemoval(removal(new Generation(9)));
        assertThat(cache.specs()).containsExactly(other);
        cache.endRemoval(SPEC.name());
        assertThat(cache.specs()).containsExactly(other);
    }

    @Test
    void endOfARemovalDropsTheSpecThatACrashLeft() throws IOException {
        cache.beginRemoval(removal(new Generation(3)));
        cache.keep(spec(3));
        cache.endRemoval(SPEC.name());
        assertThat(cache.removals()).isEmpty();
        assertThat(cache.specs()).isEmpty();
        assertThat(file()).doesNotExist();
    }

    @Test
    void endOfARemovalKeepsANewerSpec() throws IOException {
        cache.beginRemoval(removal(new Generation(3)));
        cache.keep(spec(4));
        cache.endRemoval(SPEC.name());
        assertThat(cache.specs()).containsExactly(spec(4));
    }

    @Test
    void endOfARemovalLeavesThoseOfOthers() throws IOException {
        cache.beginRemoval(removal(new Generation(3)));
        cache.endRemoval(new ContainerName("api"));
        assertThat(cache.removals()).hasSize(1);
    }

    @Test
    void fileThatAnInterruptedWriteLeftIsNotUsed() throws IOException {
        cache.keep(SPEC);
        Files.copy(file(), folder.resolve("specs/.api.json.new"));
        Files.copy(file(), folder.resolve("specs/.api.json"));
        cache.beginRemoval(removal(new ContainerName("api"), null));
        Files.move(folder.resolve("specs/api.removal.json"), folder.resolve("specs/.api.removal.json"));
        Files.copy(file(), folder.resolve("specs/web.json.damaged"));
        assertThat(cache.specs()).containsExactly(SPEC);
        assertThat(cache.removals()).isEmpty();
    }

    @Test
    void fileThatIsNoSpecIsNotUsed() throws IOException {
        Files.createDirectories(folder.resolve("specs"));
        Files.writeString(file(), "{}");
        assertThat(cache.specs()).isEmpty();
    }

    @Test
    void endOfARemovalKeepsTheSpecOfAnotherContainerThatACrashLeft() throws IOException {
        ContainerSpec other = SpecsOfTests.with("{\"name\": \"api\"}");
        cache.keep(spec(3));
        cache.beginRemoval(removal(other.name(), other.generation()));
        cache.keep(other);
        cache.endRemoval(SPEC.name());
        assertThat(cache.specs()).containsExactly(spec(3));
    }
}
