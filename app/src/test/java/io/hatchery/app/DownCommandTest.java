package io.hatchery.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DownCommandTest {
    @TempDir
    Path folder;

    @Test
    void folderWithoutMarkerIsLeftAlone() throws IOException {
        Path data = Files.createDirectories(folder.resolve("project"));
        Files.writeString(data.resolve("precious.txt"), "mine");
        Files.createDirectories(data.resolve("broker"));
        CommandRun run = down(data, "--yes", "--purge");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("is not an installation").contains("Nothing was changed");
        assertThat(names(data)).containsExactly("broker", "precious.txt");
    }

    @Test
    void copyOfAnInstallationIsLeftAlone() throws IOException {
        Path data = folder.resolve("data");
        claim(data);
        Path copy = Files.createDirectories(folder.resolve("copy"));
        Files.copy(data.resolve(Installation.MARKER), copy.resolve(Installation.MARKER));
        CommandRun run = down(copy, "--yes");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("is a copy, or was moved");
        assertThat(names(copy)).containsExactly(Installation.MARKER);
    }

    @Test
    void downWithoutTerminalRequiresYes() throws IOException {
        Path data = folder.resolve("data");
        claim(data);
        CommandRun run = down(data);
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("add --yes");
        assertThat(names(data)).containsExactly(Installation.MARKER);
    }

    @Test
    void downRefusesUrlAndExternalKafka() throws IOException {
        Path data = folder.resolve("data");
        claim(data);
        CommandRun url = down(data, "--yes", "--url", "http://fleet.example.org");
        assertThat(url.code()).isEqualTo(2);
        assertThat(url.err()).contains("--url");
        CommandRun kafka = down(data, "--yes", "--set", "kafka.bootstrap.servers=kafka.example.org:9092");
        assertThat(kafka.code()).isEqualTo(1);
        assertThat(kafka.err()).contains("kafka.bootstrap.servers");
        assertThat(names(data)).containsExactly(Installation.MARKER);
    }

    @Test
    void downUsesTheRuntimeFolderOfTheInstallation() throws IOException {
        Path data = folder.resolve("data");
        claim(data);
        CommandRun run = down(data, "--yes", "--set", "runtime=" + folder.resolve("other"));
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("HATCHERY_RUNTIME=" + folder.resolve("runtime"));
    }

    @Test
    void onlyFilesThatHatcheryMadeAreRemoved() throws IOException {
        Path data = folder.resolve("data");
        Installation installation = claim(data);
        Path runtime = Files.createDirectories(folder.resolve("runtime/c/web"))
                .getParent()
                .getParent();
        Files.createDirectories(data.resolve("broker/hatchery.events-0"));
        Files.createDirectories(data.resolve("examples/definitions"));
        Files.createDirectories(data.resolve("examples/roots/hello/bin"));
        Files.writeString(data.resolve("admin.token"), "t");
        Files.writeString(data.resolve("examples/definitions/hello.yaml"), "boot: true");
        Files.writeString(data.resolve("examples/definitions/mine.yaml"), "boot: true");
        Path elsewhere = Files.writeString(
                Files.createDirectories(folder.resolve("elsewhere")).resolve("file"), "x");
        Files.createSymbolicLink(data.resolve("runner"), elsewhere.getParent());
        Files.writeString(data.resolve("notes.txt"), "mine");

        assertThat(installation.made())
                .contains(data.resolve("broker"), runtime.resolve("c"))
                .doesNotContain(data.resolve("notes.txt"))
                .endsWith(data.resolve(Installation.MARKER));
        assertThat(installation.remove()).containsExactly(data.resolve("examples"), data.resolve("notes.txt"));
        assertThat(data.resolve("examples/definitions/mine.yaml")).exists();
        assertThat(data.resolve("examples/definitions/hello.yaml")).doesNotExist();
        assertThat(names(data)).containsExactly("examples", "notes.txt");
        assertThat(elsewhere).exists();
        assertThat(runtime).doesNotExist();
    }

    @Test
    void upRefusesAFolderWithFilesOfOthers() throws IOException {
        Path data = Files.createDirectories(folder.resolve("project"));
        Files.createDirectories(data.resolve("broker"));
        assertThatThrownBy(() -> claim(data))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("did not make (broker)");
        assertThat(names(data)).containsExactly("broker");
    }

    @Test
    void upAcceptsInstallationWithoutMarker() throws IOException {
        Path data = Files.createDirectories(folder.resolve("data"));
        Files.createDirectories(data.resolve("broker"));
        Files.writeString(data.resolve("broker.password"), "p");
        assertThat(claim(data).made()).contains(data.resolve("broker"));
    }

    private Installation claim(Path data) throws IOException {
        return Installation.claim(Settings.read(
                null, Map.of(), Map.of("data", data.toString(), "runtime", folder.resolve("runtime") + "")));
    }

    private CommandRun down(Path data, String... flags) {
        return CommandRun.of(Stream.concat(
                        Stream.of("down", "--set", "data=" + data, "--set", "runtime=" + folder.resolve("runtime")),
                        Stream.of(flags))
                .toArray(String[]::new));
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        }
    }
}
