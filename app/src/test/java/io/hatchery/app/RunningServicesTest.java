package io.hatchery.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunningServicesTest {
    @TempDir
    Path folder;

    private Path file;
    private Settings settings;

    @BeforeEach
    void prepare() {
        file = folder.resolve("up.pid");
        settings = Settings.read(null, Map.of(), Map.of());
    }

    @Test
    void recordedProcessIsFoundWithItsGateway() throws IOException {
        assertThat(RunningServices.of(file, settings)).isNull();
        RunningServices.write(file, "http://127.0.0.1:1234");
        RunningServices running = RunningServices.of(file, settings);
        assertThat(running.process()).isEqualTo(ProcessHandle.current());
        assertThat(running.gateway()).isEqualTo("http://127.0.0.1:1234");
    }

    @Test
    void laterProcessWithThatPidIsNotFound() throws IOException {
        RunningServices.write(file, "http://127.0.0.1:1234");
        Files.writeString(file, Files.readString(file).replaceFirst(" \\d+\n", " 1\n"));
        assertThat(RunningServices.of(file, settings)).isNull();
    }

    @Test
    void fileWithoutPidIsRefused() throws IOException {
        Files.writeString(file, "");
        assertThatThrownBy(() -> RunningServices.of(file, settings))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("does not begin with the pid");
    }
}
