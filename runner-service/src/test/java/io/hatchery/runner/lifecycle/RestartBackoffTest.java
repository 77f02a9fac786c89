package io.hatchery.runner.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.spec.ContainerName;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RestartBackoffTest {
    private static final ContainerName WEB = new ContainerName("web");

    @Test
    void waitDoublesUpToAMinuteLessAFifthAtMost() {
        for (int n = 1; n <= 100; n++) {
            long full = Math.min(60_000, 1_000L << Math.min(n - 1, 20));
            for (int i = 0; i < 50; i++) {
                Duration wait = RestartBackoff.before(n, new ContainerName("c" + i));
                assertThat(wait.toMillis()).as("restart %d of c%d", n, i).isBetween(full * 8 / 10, full);
            }
        }
    }

    @Test
    void waitIsTheSameEachTime() {
        assertThat(IntStream.rangeClosed(1, 4)
                        .mapToObj(n -> RestartBackoff.before(n, WEB).toMillis()))
                .containsExactly(942L, 1880L, 3752L, 7488L);
    }

    @Test
    void waitsOfContainersSpreadEvenly() {
        long distinct = IntStream.range(0, 100)
                .mapToObj(i -> RestartBackoff.before(7, new ContainerName("c" + i)))
                .distinct()
                .count();
        assertThat(distinct).isGreaterThan(50);
    }
}
