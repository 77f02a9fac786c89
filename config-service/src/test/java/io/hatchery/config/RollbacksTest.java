package io.hatchery.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.protocol.ContainerStatus;
import io.hatchery.protocol.Evaluation;
import io.hatchery.protocol.Evaluation.Built;
import io.hatchery.protocol.Evaluation.GivenSystem;
import io.hatchery.protocol.Phase;
import io.hatchery.spec.ContainerDefinition;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Generation;
import io.hatchery.spec.HostName;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.option.Evaluated;
import io.hatchery.spec.option.Evaluator;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RollbacksTest {
    private static final ContainerName WEB = new ContainerName("web");
    private static final HostName H1 = new HostName("h1");
    private static final String OLD = "/nix/store/old";
    private static final String NEW = "/nix/store/new";

    private static Evaluation changed(boolean goesBack) {
        var definition =
                new ContainerDefinition(Json.object().put("config", "x").put("rollbackOnFailure", goesBack));
        var good = (Evaluated.Good) Evaluator.evaluate(WEB, definition, Map.of());
        ContainerSpec spec = good.at(H1, new Generation(3), NEW);
        return new Evaluation(
                WEB,
                Evaluation.State.EVALUATED,
                9,
                9,
                null,
                spec.generation(),
                definition,
                spec,
                null,
                null,
                List.of(),
                new Built("digest", NEW, List.of()),
                List.of(
                        new GivenSystem(new Generation(1), OLD, 4, Instant.EPOCH),
                        new GivenSystem(new Generation(3), NEW, 9, Instant.EPOCH)));
    }

    private static ContainerStatus status(Phase phase, int begun, @Nullable Integer ready) {
        return new ContainerStatus(
                WEB,
                H1,
                phase,
                new Generation(3),
                null,
                Instant.EPOCH,
                null,
                0,
                false,
                null,
                null,
                null,
                new Generation(begun),
                ready == null ? null : new Generation(ready),
                null);
    }

    @Test
    void whatWasBegunAndDidNotBecomeReadyGoesBackToWhatWas() {
        for (Phase phase : List.of(Phase.FAILED, Phase.BACKOFF)) {
            assertThat(Rollbacks.wayBack(changed(true), status(phase, 3, 2))).hasValueSatisfying(definition -> {
                assertThat(definition.options().path("path").asText()).isEqualTo(OLD);
                assertThat(definition.options().has("config")).isFalse();
            });
        }
    }

    @Test
    void whatNeverWasBegunOrWasReadyOrRunsStays() {
        assertThat(Rollbacks.wayBack(changed(true), status(Phase.FAILED, 2, 2)))
                .as("not begun")
                .isEmpty();
        assertThat(Rollbacks.wayBack(changed(true), status(Phase.FAILED, 3, 3)))
                .as("was ready")
                .isEmpty();
        assertThat(Rollbacks.wayBack(changed(true), status(Phase.FAILED, 3, null)))
                .as("nothing before")
                .isEmpty();
        assertThat(Rollbacks.wayBack(changed(true), status(Phase.RUNNING, 3, 2)))
                .as("runs")
                .isEmpty();
        assertThat(Rollbacks.wayBack(changed(false), status(Phase.FAILED, 3, 2)))
                .as("is not to")
                .isEmpty();
    }

    @Test
    void itIsAskedForOnce() {
        var rollbacks = new Rollbacks("/config-service/test");
        rollbacks.view(status(Phase.FAILED, 3, 2));
        assertThat(rollbacks.follow(changed(true), Instant.EPOCH))
                .singleElement()
                .satisfies(message -> {
                    assertThat(message.topic()).isEqualTo("hatchery.definitions");
                    assertThat(message.headers())
                            .containsValue("rollback/web/3")
                            .containsValue("9");
                });
        assertThat(rollbacks.follow(changed(true), Instant.EPOCH)).isEmpty();
    }
}
