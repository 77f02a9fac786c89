package io.hatchery.runner.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.runner.lifecycle.SpecsOfTests;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
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
        cache = new SpecCache(new FileDisk(folder));
    }

    private Path file() {
        return folder.resolve("specs/web.json");
    }

    @Test
    void aSpecIsKeptForRootAloneAndUnderAChecksum() throws IOException {
        cache.keep(SPEC);

        assertThat(cache.specs()).containsExactly(SPEC);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
                .isEqualTo("rw-------");
        assertThat(Files.readString(file())).matches("(?s)\\{.*}\nsha256:[0-9a-f]{64}\n");
    }

    @Test
    void aDamagedSpecIsNotUsedUntilItIsKeptAnew() throws IOException {
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
    void aSpecThatWasKeptWithoutAChecksumIsReadStill() throws IOException {
        Files.createDirectories(folder.resolve("specs"));
        Files.write(file(), Json.bytes(SPEC));

        assertThat(cache.specs()).containsExactly(SPEC);
    }
}
