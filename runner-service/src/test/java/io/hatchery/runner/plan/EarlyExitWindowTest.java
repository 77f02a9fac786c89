package io.hatchery.runner.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.runner.lifecycle.SpecsOfTests;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Readiness;
import io.hatchery.spec.Span;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class EarlyExitWindowTest {
    private static ContainerSpec spec(Readiness readiness, String startTimeout) {
        return SpecsOfTests.with("{}").withReadiness(readiness).withStartTimeout(Span.parse(startTimeout));
    }

    @Test
    void startedContainerIsReadyAfterHalfASecond() {
        assertThat(EarlyExitWindow.of(spec(Readiness.STARTED, "1min"))).isEqualTo(Duration.ofMillis(500));
        assertThat(EarlyExitWindow.of(spec(Readiness.STARTED, "1s"))).isEqualTo(Duration.ofMillis(500));
        assertThat(EarlyExitWindow.of(spec(Readiness.STARTED, "infinity"))).isEqualTo(Duration.ofMillis(500));
    }

    @Test
    void shortStartTimeoutHalvesTheWindow() {
        assertThat(EarlyExitWindow.of(spec(Readiness.STARTED, "600ms"))).isEqualTo(Duration.ofMillis(300));
    }

    @Test
    void notifyingContainerHasNoWindow() {
        assertThat(EarlyExitWindow.of(spec(Readiness.NOTIFY, "1min"))).isZero();
    }
}
