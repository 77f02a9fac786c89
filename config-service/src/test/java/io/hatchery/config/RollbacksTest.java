package io.hatchery.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.bus.BusRecord;
import io.hatchery.bus.Message;
import io.hatchery.protocol.Command;
import io.hatchery.protocol.ContainerStatus;
import io.hatchery.protocol.ContainerStatusBuilder;
import io.hatchery.protocol.Evaluation;
import io.hatchery.protocol.Evaluation.Built;
import io.hatchery.protocol.Evaluation.GivenSystem;
import io.hatchery.protocol.EvaluationBuilder;
import io.hatchery.protocol.Headers;
import io.hatchery.protocol.Phase;
import io.hatchery.protocol.Verb;
import io.hatchery.spec.ContainerDefinition;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Generation;
import io.hatchery.spec.HostName;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import io.hatchery.spec.option.EvaluationResult;
import io.hatchery.spec.option.Evaluator;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RollbacksTest {
    private static final ContainerName WEB = new ContainerName("web");
    private static final HostName H1 = new HostName("h1");
    private static final String OLD = "/nix/store/old";
    private static final String NEW = "/nix/store/new";

    private static Evaluation changed(boolean goesBack) {
        return changed(goesBack, 3);
    }

    private static Evaluation changed(boolean goesBack, long oldUntil) {
        var definition =
                new ContainerDefinition(Json.object().put("config", "x").put("rollbackOnFailure", goesBack));
        var good = (EvaluationResult.Good) Evaluator.evaluate(WEB, definition, Map.of());
        ContainerSpec spec = good.at(H1, new Generation(3), NEW);
        return EvaluationBuilder.builder()
                .container(WEB)
                .state(Evaluation.State.EVALUATED)
                .revision(9)
                .evaluatedRevision(9)
                .generation(spec.generation())
                .definition(definition)
                .spec(spec)
                .errors(List.of())
                .built(new Built("digest", NEW, List.of()))
                .systems(List.of(
                        new GivenSystem(new Generation(1), OLD, 4, Instant.EPOCH, new Generation(oldUntil)),
                        new GivenSystem(new Generation(3), NEW, 9, Instant.EPOCH, null)))
                .build();
    }

    private static ContainerStatus status(Phase phase, int begun, @Nullable Integer ready) {
        return ContainerStatusBuilder.builder()
                .container(WEB)
                .host(H1)
                .phase(phase)
                .generation(new Generation(3))
                .since(Instant.EPOCH)
                .restarts(0)
                .outdated(false)
                .begun(new Generation(begun))
                .ready(ready == null ? null : new Generation(ready))
                .build();
    }

    @Test
    void startedSystemThatDidNotBecomeReadyIsRolledBack() {
        for (Phase phase : List.of(Phase.FAILED, Phase.BACKOFF)) {
            assertThat(Rollbacks.rollbackOf(changed(true), status(phase, 3, 2))).hasValueSatisfying(definition -> {
                assertThat(definition.options().path("path").asText()).isEqualTo(OLD);
                assertThat(definition.options().has("config")).isFalse();
            });
        }
    }

    @Test
    void containerWhoseLastReadySpecHasNoSystemIsNotRolledBack() {
        assertThat(Rollbacks.rollbackOf(changed(true, 2), status(Phase.FAILED, 3, 2)))
                .isEmpty();
        assertThat(Rollbacks.rollbackOf(changed(true, 2), status(Phase.FAILED, 3, 1)))
                .isPresent();
    }

    @Test
    void systemThatNeverStartedOrWasReadyOrRunsIsKept() {
        assertThat(Rollbacks.rollbackOf(changed(true), status(Phase.FAILED, 2, 2)))
                .as("not begun")
                .isEmpty();
        assertThat(Rollbacks.rollbackOf(changed(true), status(Phase.FAILED, 3, 3)))
                .as("was ready")
                .isEmpty();
        assertThat(Rollbacks.rollbackOf(changed(true), status(Phase.FAILED, 3, null)))
                .as("nothing before")
                .isEmpty();
        assertThat(Rollbacks.rollbackOf(changed(true), status(Phase.RUNNING, 3, 2)))
                .as("runs")
                .isEmpty();
        assertThat(Rollbacks.rollbackOf(changed(false), status(Phase.FAILED, 3, 2)))
                .as("is not to")
                .isEmpty();
    }

    @Test
    void rollbackIsRequestedOnce() {
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

    /** The same evaluation with some fields of its JSON instead. */
    private static Evaluation changed(String json) {
        try {
            ObjectNode evaluation = Json.tree(changed(true));
            merge(evaluation, Json.readObject(json.getBytes(StandardCharsets.UTF_8)));
            return Json.convert(evaluation, Evaluation.class);
        } catch (UnreadableException e) {
            throw new AssertionError(e);
        }
    }

    private static void merge(ObjectNode into, ObjectNode from) {
        from.properties().forEach(field -> {
            if (field.getValue() instanceof ObjectNode object && into.get(field.getKey()) instanceof ObjectNode inner) {
                merge(inner, object);
            } else {
                into.set(field.getKey(), field.getValue());
            }
        });
    }

    private static boolean goesBack(String json) {
        return Rollbacks.rollbackOf(changed(json), status(Phase.FAILED, 3, 2)).isPresent();
    }

    @Test
    void onlyAnEvaluationThatIsInForceGoesBack() {
        assertThat(goesBack("{}")).isTrue();
        assertThat(goesBack("{\"state\": \"moving\"}")).isFalse();
        assertThat(goesBack("{\"state\": \"failed\"}")).isFalse();
        assertThat(goesBack("{\"definition\": null}")).isFalse();
        assertThat(goesBack("{\"spec\": null}")).isFalse();
    }

    @Test
    void statusOfAnotherHostTakesNothingBack() {
        assertThat(goesBack("{\"spec\": {\"host\": \"h2\"}}")).isFalse();
    }

    @Test
    void containerThatRunsNoSystemDoesNotGoBack() {
        assertThat(goesBack("{\"spec\": {\"payload\": {\"type\": \"boot\"}}}")).isFalse();
    }

    @Test
    void systemThatWasReadyIsNotRolledBack() {
        assertThat(goesBack("{\"systems\": [" + system(1, NEW) + "]}")).isFalse();
    }

    @Test
    void containerWithoutKnownSystemsIsNotRolledBack() {
        assertThat(goesBack("{\"systems\": []}")).isFalse();
    }

    @Test
    void rollbackChoosesTheNewestReadySystem() {
        Evaluation evaluation = changed("{\"systems\": [" + system(1, "/nix/store/oldest") + "," + system(2, OLD) + ","
                + system(3, NEW) + "]}");
        assertThat(Rollbacks.rollbackOf(evaluation, status(Phase.FAILED, 3, 2)))
                .hasValueSatisfying(definition ->
                        assertThat(definition.options().path("path").asText()).isEqualTo(OLD));
        assertThat(Rollbacks.rollbackOf(evaluation, status(Phase.FAILED, 3, 1)))
                .hasValueSatisfying(definition ->
                        assertThat(definition.options().path("path").asText()).isEqualTo("/nix/store/oldest"));
    }

    private static String system(int generation, String path) {
        return "{\"generation\": " + generation + ", \"path\": \"" + path
                + "\", \"revision\": 4, \"since\": \"1970-01-01T00:00:00Z\"}";
    }

    @Test
    void containerWithoutStatusIsLeftAlone() {
        assertThat(new Rollbacks("/config-service/test").follow(changed(true), Instant.EPOCH))
                .isEmpty();
    }

    @Test
    void evaluationWithoutSpecIsLeftAlone() {
        var rollbacks = new Rollbacks("/config-service/test");
        rollbacks.view(status(Phase.FAILED, 3, 2));
        assertThat(rollbacks.follow(changed("{\"spec\": null}"), Instant.EPOCH)).isEmpty();
    }

    @Test
    void rollbackIsRequestedAfterTheFailure() {
        var rollbacks = new Rollbacks("/config-service/test");
        rollbacks.view(status(Phase.STARTING, 3, 2));
        assertThat(rollbacks.follow(changed(true), Instant.EPOCH)).isEmpty();
        rollbacks.view(status(Phase.FAILED, 3, 2));
        assertThat(rollbacks.follow(changed(true), Instant.EPOCH)).hasSize(1);
    }

    @Test
    void rollbackMayFollowAFailedStatusOnly() {
        var rollbacks = new Rollbacks("/config-service/test");
        assertThat(rollbacks.view(status(Phase.FAILED, 3, 2))).isTrue();
        assertThat(rollbacks.view(status(Phase.BACKOFF, 3, 2))).isTrue();
        assertThat(rollbacks.view(status(Phase.RUNNING, 3, 2))).isFalse();
        assertThat(rollbacks.follow(changed(true), Instant.EPOCH))
                .as("it has recovered")
                .isEmpty();
    }

    @Test
    void rollbackIsRequestedAgainAfterForgetting() {
        var rollbacks = new Rollbacks("/config-service/test");
        rollbacks.view(status(Phase.FAILED, 3, 2));
        assertThat(rollbacks.follow(changed(true), Instant.EPOCH)).hasSize(1);
        rollbacks.forget(WEB);
        assertThat(rollbacks.follow(changed(true), Instant.EPOCH))
                .as("no status")
                .isEmpty();
        rollbacks.view(status(Phase.FAILED, 3, 2));
        assertThat(rollbacks.follow(changed(true), Instant.EPOCH)).hasSize(1);
    }

    @Test
    void rollbackExpectsTheFailedRevision() {
        var rollbacks = new Rollbacks("/config-service/test");
        rollbacks.view(status(Phase.FAILED, 3, 2));
        Message message = rollbacks.follow(changed(true), Instant.EPOCH).getFirst();
        assertThat(message.key()).isEqualTo("web");
        assertThat(message.headers())
                .containsEntry(Headers.IF_MATCH, "9")
                .containsEntry(Headers.REQUESTED_BY, "rollback")
                .containsEntry(Headers.ID, "rollback/web/3");
    }

    private static BusRecord definitionBy(@Nullable String requestedBy) {
        var record = new ConsumerRecord<>("hatchery.definitions", 0, 12, new byte[0], new byte[0]);
        record.headers().add(Headers.ID, "rollback/web/3".getBytes(StandardCharsets.UTF_8));
        if (requestedBy != null) {
            record.headers().add(Headers.REQUESTED_BY, requestedBy.getBytes(StandardCharsets.UTF_8));
        }
        return new BusRecord(record);
    }

    private static List<Message> start(@Nullable String requestedBy, @Nullable ContainerSpec published) {
        var decision = new EvaluationPlan(changed(true), published, null, null, null);
        return new Rollbacks("/config-service/test").start(definitionBy(requestedBy), decision, Instant.EPOCH);
    }

    @Test
    void specOfARollbackIsStarted() {
        ContainerSpec spec = changed(true).spec();
        assertThat(start("rollback", spec)).singleElement().satisfies(message -> {
            assertThat(message.topic()).isEqualTo("hatchery.host.h1.commands");
            assertThat(message.key()).isEqualTo("web");
            assertThat(message.value()).isEqualTo(new Command(Verb.START, WEB, new Generation(3), null, "rollback"));
            assertThat(message.headers()).containsEntry(Headers.ID, "rollback/web/3");
        });
    }

    @Test
    void specOfAnyoneElseIsNotStarted() {
        assertThat(start(null, changed(true).spec())).isEmpty();
        assertThat(start("anna", changed(true).spec())).isEmpty();
    }

    @Test
    void rollbackThatPublishesNoSpecStartsNothing() {
        assertThat(start("rollback", null)).isEmpty();
    }
}
