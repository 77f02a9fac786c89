package io.hatchery.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hatchery.config.system.NixSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
    @TempDir
    Path folder;

    private static Settings settings(String key, String value) {
        return Settings.read(null, Map.of(), Map.of(key, value));
    }

    @ParameterizedTest
    @CsvSource({
        "runner.heartbeat, 5, write 5s",
        "config.build.timeout, 1.5, write 1.5s",
        "gateway.idle-timeout, 120, write 120s",
        "runner.console.size, 65536, write 64KiB",
        "runner.console.size, 10, write 10MiB",
        "config.evaluation.memory, 8192, write 8GiB"
    })
    void bareNumberIsRefusedWithTheCorrectedValue(String key, String value, String remedy) {
        assertThatThrownBy(() -> settings(key, value).check())
                .isInstanceOf(UserError.class)
                .hasMessageStartingWith(key + " is '" + value + "': a ")
                .hasMessageEndingWith(" needs a unit: " + remedy);
    }

    @ParameterizedTest
    @CsvSource({
        "runner.heartbeat, 301s, write a duration from 1s to 5min",
        "runner.heartbeat, 1500ms, write whole seconds",
        "config.build.timeout, infinity, write a duration from 1s to 365d",
        "runner.console.size, 1KiB, write a size from 64KiB to 1TiB",
        "runner.console.size, 10MB, 'write a size such as 10MiB'",
        "config.flake-paths, etc, is not absolute",
        "host.labels, zone, 'write name=value'"
    })
    void invalidValueIsRefusedWithARemedy(String key, String value, String remedy) {
        assertThatThrownBy(() -> settings(key, value).check())
                .isInstanceOf(UserError.class)
                .hasMessageStartingWith(key + " is '" + value + "': ")
                .hasMessageContaining(remedy);
    }

    @Test
    void everyInvalidValueIsReported() {
        Settings settings = Settings.read(null, Map.of(), Map.of("runner.heartbeat", "5", "gateway.port", "0"));
        assertThatThrownBy(settings::check).hasMessageContainingAll("runner.heartbeat", "gateway.port");
    }

    @ParameterizedTest
    @ValueSource(strings = {"runner.console.bytes", "runner.heartbeat-seconds"})
    void unknownKeyIsRefused(String key) {
        assertThatThrownBy(() -> settings(key, "5s")).hasMessageContaining("there is no configuration key '" + key);
    }

    @Test
    void listHasAKeyAndItsDescriptionOnLinesOfTheirOwn() {
        List<String> lines = settings("runner.heartbeat", "7s").format();
        assertThat(lines)
                .containsSequence(
                        "runner.heartbeat=7s",
                        "    Time between two heartbeats: whole seconds, 1s to 5min (HATCHERY_RUNNER_HEARTBEAT)")
                .noneMatch(line -> line.contains("\n"));
    }

    @Test
    void everyDefaultIsValid() {
        Settings.read(null, Map.of(), Map.of()).check();
    }

    @Test
    void flagOverridesEnvironmentWhichOverridesFile() throws IOException {
        Path file = Files.writeString(folder.resolve("h.properties"), "gateway.port=1\nbroker.port=1\ndata=/one\n");
        Settings settings = Settings.read(
                file,
                Map.of("HATCHERY_GATEWAY_PORT", "2", "HATCHERY_BROKER_PORT", "2", "PATH", "/bin"),
                Map.of("gateway.port", "3"));
        assertThat(settings.get(GatewaySettings.PORT)).isEqualTo(3);
        assertThat(settings.get(BrokerSettings.PORT)).isEqualTo(2);
        assertThat(FolderSettings.of(settings).data()).isEqualTo(Path.of("/one"));
    }

    @Test
    void evaluationLimitsAreReadWithUnits() {
        Settings settings = Settings.read(
                null,
                Map.of(),
                Map.of(
                        "config.evaluation.memory", "512MiB",
                        "config.evaluation.timeout", "1min 30s",
                        "config.evaluations", "3",
                        "config.nix-cache", "none"));
        NixSettings nix = EvaluationSettings.of(settings);
        assertThat(nix.limits())
                .isEqualTo(
                        new NixSettings.EvaluationLimits(3, 512L << 20, Duration.ofSeconds(90), Duration.ofHours(1)));
        assertThat(nix.cache()).isNull();
    }
}
