package io.hatchery.config.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlakePathsTest {
    @TempDir
    private Path folder;

    private Path listed;
    private Path other;
    private FlakePaths paths;

    @BeforeEach
    void folders() throws IOException {
        listed = Files.createDirectories(folder.resolve("listed"));
        other = Files.createDirectories(folder.resolve("listed-too-not"));
        paths = new FlakePaths(List.of(listed));
    }

    @Test
    void listedPathAndWhatIsBelowAreAllowed() throws IOException {
        assertThat(paths.allows(listed)).isTrue();
        assertThat(paths.allows(listed.resolve("a/b"))).isTrue();
        assertThat(paths.allows(Path.of("/nix/store/abc-source"))).isTrue();
    }

    @Test
    void othersAreRefused() throws IOException {
        assertThat(paths.allows(folder)).isFalse();
        assertThat(paths.allows(other)).isFalse();
        assertThat(paths.allows(Path.of("/"))).isFalse();
        assertThat(paths.allows(Path.of("/nix/store"))).isFalse();
        assertThat(new FlakePaths(List.of()).allows(listed)).isFalse();
    }

    @Test
    void dotsDoNotLeadOut() throws IOException {
        assertThat(paths.allows(listed.resolve("../listed-too-not"))).isFalse();
        assertThat(paths.allows(listed.resolve("none/../../listed-too-not"))).isFalse();
        assertThat(paths.allows(Path.of("/nix/store/abc-source/../../../etc"))).isFalse();
        assertThat(paths.allows(listed.resolve("a/../b"))).isTrue();
    }

    @Test
    void symbolicLinksAreResolved() throws IOException {
        Files.createSymbolicLink(listed.resolve("out"), other);
        Files.createSymbolicLink(other.resolve("in"), listed);
        Files.createSymbolicLink(listed.resolve("dangling"), other.resolve("none"));
        assertThat(paths.allows(listed.resolve("out"))).isFalse();
        assertThat(paths.allows(listed.resolve("out/below"))).isFalse();
        assertThat(paths.allows(listed.resolve("dangling"))).isFalse();
        assertThat(paths.allows(other.resolve("in/below"))).isTrue();
        Path link = Files.createSymbolicLink(folder.resolve("link"), listed);
        assertThat(new FlakePaths(List.of(link)).allows(listed.resolve("a"))).isTrue();
    }
}
