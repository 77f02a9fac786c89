package io.hatchery.config.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.hatchery.protocol.FleetEvent.Source;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.SystemSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluationPoolTest {
    private static final ContainerName WEB = new ContainerName("web");

    @TempDir
    private Path folder;

    private EvaluationPool pool(Clock clock) {
        var settings = new NixSettings(
                folder,
                null,
                new NixSettings.EvaluationLimits(1, 1L << 30, Duration.ofMinutes(1), Duration.ofMinutes(1)),
                false,
                List.of(),
                "",
                null);
        return new EvaluationPool(
                settings,
                new EvaluationPool.BuildListener() {
                    @Override
                    public void ended(ContainerName container, Source source, @Nullable String path, Duration took) {}

                    @Override
                    public void printed(ContainerName container, List<String> lines) {}
                },
                clock);
    }

    private boolean isKept(String link) {
        return Files.exists(folder.resolve("systems").resolve(link), LinkOption.NOFOLLOW_LINKS);
    }

    @Test
    void unusedOldSystemsAreReleased() throws IOException {
        Path links = Files.createDirectories(folder.resolve("systems"));
        Files.createSymbolicLink(links.resolve("used"), Path.of("/nix/store/used"));
        Files.createSymbolicLink(links.resolve("unused"), Path.of("/nix/store/unused"));
        pool(Clock.systemUTC()).keep(Set.of("/nix/store/used"));
        assertThat(isKept("unused")).as("it is young").isTrue();

        pool(Clock.offset(Clock.systemUTC(), Duration.ofDays(2))).keep(Set.of("/nix/store/used"));
        assertThat(isKept("used")).isTrue();
        assertThat(isKept("unused")).isFalse();
    }

    @Test
    void evaluationThatCannotStartFailsWithOneEvent() {
        var module = new SystemSource.Module(new TreeMap<>(Map.of("a.nix", "{ }")), "a.nix");
        try (EvaluationPool pool = pool(Clock.systemUTC())) {
            var source = new SystemSource.Configuration(List.of(module), null, "{}");
            assertThat(pool.of(WEB, 1, source)).isEqualTo(new Systems.PendingSystem());
            await().until(() -> pool.news().contains(WEB));
            assertThat(pool.news()).isEmpty();
            assertThat(pool.of(WEB, 1, source))
                    .isInstanceOfSatisfying(
                            Systems.Failed.class,
                            failed -> assertThat(failed.problems().getFirst().format())
                                    .contains("containers.web.config: no nixpkgs is given", "config.nixpkgs"));
        }
    }
}
