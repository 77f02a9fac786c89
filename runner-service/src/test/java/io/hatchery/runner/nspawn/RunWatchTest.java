package io.hatchery.runner.nspawn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.hatchery.runner.lifecycle.Input;
import io.hatchery.runner.process.ProcessRef;
import io.hatchery.spec.ContainerName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a runner takes for true of a run that it did not begin itself. */
class RunWatchTest {
    private static final ContainerName WEB = new ContainerName("web");
    private static final long RUN = 3;
    private static final Duration SEVERAL_LOOKS = Duration.ofSeconds(5);

    @TempDir
    private Path folder;

    private final List<Input> told = new CopyOnWriteArrayList<>();
    private final ProcessRef self = ProcessRef.of(ProcessHandle.current().pid()).orElseThrow();
    private RunDirectory directory;
    private RunWatch watch;

    @BeforeEach
    void follow() throws IOException {
        directory = new RunDirectory(folder);
        watch = new RunWatch((container, input) -> told.add(input));
        Files.createDirectory(folder.resolve("claim"));
        note("leader", "4711 99");
    }

    @AfterEach
    void close() throws IOException {
        watch.close();
    }

    private void note(String name, String text) throws IOException {
        Path file = Files.writeString(folder.resolve("." + name), text + "\n");
        Files.move(file, folder.resolve(name));
    }

    @Test
    void whatHappenedBeforeAndAfterIsToldOnceAndInItsOrder() throws IOException {
        note("shim", self.pid() + " " + self.startTime());
        note("ready", "ready");
        watch.follow(WEB, RUN, directory);
        await().until(() -> told.size() == 2);
        note("exit", "7");
        await().until(() -> told.size() == 3);
        assertThat(told.subList(0, 2)).containsExactly(new Input.LeaderKnown(RUN, 4711), new Input.Ready(RUN));
        assertThat(told.get(2)).isInstanceOfSatisfying(Input.Exited.class, exited -> {
            assertThat(exited.run()).isEqualTo(RUN);
            assertThat(exited.status()).isEqualTo(7);
        });
    }

    @Test
    void aShimThatLivesIsBelieved() throws IOException {
        note("shim", self.pid() + " " + self.startTime());
        watch.follow(WEB, RUN, directory);
        await().during(SEVERAL_LOOKS)
                .atMost(SEVERAL_LOOKS.plusSeconds(2))
                .until(() -> told.stream().noneMatch(Input.Exited.class::isInstance));
    }

    @Test
    void aPidThatAnotherProcessHasByNowIsNotTheShim() throws IOException {
        note("shim", self.pid() + " " + (self.startTime() - 1));
        watch.follow(WEB, RUN, directory);
        await().atMost(SEVERAL_LOOKS.multipliedBy(2))
                .until(() -> told.stream().anyMatch(Input.Exited.class::isInstance));
    }

    @Test
    void whoClaimsARunFirstDecidesWhetherItBegins() throws IOException {
        assertThat(directory.preventBeginning()).isFalse();
        var other = new RunDirectory(folder.resolve("4"));
        assertThat(other.preventBeginning()).isTrue();
        assertThat(other.preventBeginning()).isFalse();
    }
}
