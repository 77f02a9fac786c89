package io.hatchery.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.bus.Message;
import io.hatchery.protocol.ContainerStatusBuilder;
import io.hatchery.protocol.Evaluation;
import io.hatchery.protocol.EvaluationBuilder;
import io.hatchery.protocol.FleetEvent;
import io.hatchery.protocol.Phase;
import io.hatchery.protocol.Topics;
import io.hatchery.spec.ContainerDefinition;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.Generation;
import io.hatchery.spec.HostName;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.option.EvaluationResult;
import io.hatchery.spec.option.Evaluator;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpRequest;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import io.vertx.ext.web.client.WebClientOptions;
import io.vertx.junit5.VertxExtension;
import io.vertx.junit5.VertxTestContext;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The routes over a log in memory: no broker, no other socket than that of the HTTP server. */
@ExtendWith(VertxExtension.class)
class RoutesTest {
    private static final String COMMANDS =
            Topics.commands(new HostName("host1")).name();

    private InMemoryGateway gateway;
    private WebClient client;
    private Vertx vertx;

    @BeforeEach
    void listen(Vertx runtime, VertxTestContext test) {
        vertx = runtime;
        gateway = new InMemoryGateway(vertx);
        gateway.listen().onComplete(test.succeeding(port -> {
            client = WebClient.create(
                    vertx, new WebClientOptions().setDefaultHost("127.0.0.1").setDefaultPort(port));
            test.completeNow();
        }));
    }

    private HttpRequest<Buffer> request(HttpMethod method, String path) {
        return client.request(method, path).bearerTokenAuthentication(InMemoryGateway.TOKEN);
    }

    private Future<HttpResponse<Buffer>> get(String path) {
        return request(HttpMethod.GET, path).send();
    }

    private static void check(
            VertxTestContext test, Future<HttpResponse<Buffer>> response, Consumer<HttpResponse<Buffer>> checks) {
        response.onComplete(test.succeeding(answer -> test.verify(() -> {
            checks.accept(answer);
            test.completeNow();
        })));
    }

    private static void requireProblem(HttpResponse<Buffer> response, int status, ProblemType type) {
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(response.getHeader("Content-Type")).startsWith("application/problem+json");
        assertThat(response.bodyAsJsonObject().getString("type")).endsWith(type.slug());
    }

    /** Publishes the evaluation that config-service would make of a container on host1. */
    private void evaluated(String name) {
        try {
            var container = new ContainerName(name);
            var definition = new ContainerDefinition(Json.readObject(
                    "{\"boot\":true,\"host\":\"host1\"}".getBytes(java.nio.charset.StandardCharsets.UTF_8)));
            var spec = ((EvaluationResult.Good) Evaluator.evaluate(container, definition, Map.of()))
                    .at(new HostName("host1"), Generation.FIRST, null);
            var evaluation = EvaluationBuilder.builder()
                    .container(container)
                    .state(Evaluation.State.EVALUATED)
                    .revision(0)
                    .evaluatedRevision(0)
                    .generation(Generation.FIRST)
                    .definition(definition)
                    .spec(spec)
                    .errors(List.of())
                    .systems(List.of())
                    .build();
            gateway.publish(
                    Message.of(Topics.EVALUATIONS.name(), name, evaluation, null, "/config/test", InMemoryGateway.NOW));
        } catch (io.hatchery.spec.json.UnreadableException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void requestWithoutTokenIsRefused(VertxTestContext test) {
        check(
                test,
                client.get("/v1/hosts").send(),
                response -> requireProblem(response, 401, ProblemType.NOT_AUTHENTICATED));
    }

    @Test
    void requestBeforeTheGatewayIsReadyIsRefusedWithTheReason(VertxTestContext test) {
        gateway.setUnready("catching up with the topics");
        check(test, get("/v1/hosts"), response -> {
            requireProblem(response, 503, ProblemType.NOT_READY);
            assertThat(response.bodyAsString()).contains("catching up with the topics");
        });
    }

    @Test
    void unknownQueryParameterIsRefused(VertxTestContext test) {
        check(test, get("/v1/hosts?nmae=x"), response -> requireProblem(response, 400, ProblemType.UNKNOWN_PARAMETER));
    }

    @Test
    void profileThatIsPutIsShownWithItsRevision(VertxTestContext test) {
        var put = request(HttpMethod.PUT, "/v1/profiles/base").sendJsonObject(new JsonObject().put("boot", true));
        check(
                test,
                put.compose(response -> {
                    assertThat(response.statusCode()).isEqualTo(200);
                    return get("/v1/profiles/base");
                }),
                response -> {
                    assertThat(response.statusCode()).isEqualTo(200);
                    assertThat(response.getHeader("ETag")).startsWith("\"0");
                    assertThat(response.bodyAsJsonObject()
                                    .getJsonObject("definition")
                                    .getBoolean("boot"))
                            .isTrue();
                });
    }

    @Test
    void profileWithAnotherRevisionThanIfMatchIsNotChanged(VertxTestContext test) {
        var put = request(HttpMethod.PUT, "/v1/profiles/base")
                .putHeader("If-Match", "\"7\"")
                .sendJsonObject(new JsonObject().put("boot", true));
        check(test, put, response -> requireProblem(response, 412, ProblemType.PRECONDITION_FAILED));
    }

    @Test
    void invalidProfileIsRefusedWithItsErrors(VertxTestContext test) {
        var put = request(HttpMethod.PUT, "/v1/profiles/base").sendJsonObject(new JsonObject().put("boot", 7));
        check(test, put, response -> {
            requireProblem(response, 422, ProblemType.INVALID_DEFINITION);
            assertThat(response.bodyAsJsonObject().getJsonArray("errors")).isNotEmpty();
        });
    }

    private void status(String name, String phase) {
        var status = ContainerStatusBuilder.builder()
                .container(new ContainerName(name))
                .host(new HostName("host2"))
                .phase(Phase.valueOf(phase))
                .since(InMemoryGateway.NOW)
                .build();
        gateway.publish(Message.of(Topics.STATUS.name(), name, status, null, "/runner/host2", InMemoryGateway.NOW));
    }

    @Test
    void containersAreListedInTheOrderThatIsAskedFor(VertxTestContext test) {
        List.of("a", "b", "c").forEach(this::evaluated);
        check(
                test,
                get("/v1/containers?sort=-name&limit=2").compose(response -> {
                    var page = response.bodyAsJsonObject();
                    assertThat(page.getJsonArray("items").stream().map(item -> ((JsonObject) item).getString("name")))
                            .containsExactly("c", "b");
                    return get("/v1/containers?sort=-name&cursor=" + page.getString("next"));
                }),
                response -> {
                    var page = response.bodyAsJsonObject();
                    assertThat(page.getJsonArray("items").getJsonObject(0).getString("name"))
                            .isEqualTo("a");
                    assertThat(page.getValue("next")).isNull();
                });
    }

    @Test
    void cursorOfAnotherOrderIsRefused(VertxTestContext test) {
        List.of("a", "b").forEach(this::evaluated);
        check(
                test,
                get("/v1/containers?sort=host&limit=1").compose(response -> {
                    String next = response.bodyAsJsonObject().getString("next");
                    return get("/v1/containers?cursor=" + next);
                }),
                response -> {
                    requireProblem(response, 400, ProblemType.INVALID_REQUEST);
                    assertThat(response.bodyAsString()).contains("sorted by host");
                });
    }

    @Test
    void containersAreCountedByPhase(VertxTestContext test) {
        List.of("a", "b", "c").forEach(this::evaluated);
        status("a", "RUNNING");
        check(test, get("/v1/container-counts?host=host1"), response -> {
            var counts = response.bodyAsJsonObject();
            assertThat(counts.getInteger("total")).isEqualTo(3);
            // No heartbeat of host1 was read: its containers are in the phase unknown.
            assertThat(counts.getJsonObject("phases").getInteger("unknown")).isEqualTo(3);
            assertThat(counts.getJsonObject("phases").getInteger("running")).isZero();
        });
    }

    @Test
    void invalidDefinitionOfManyIsRefusedByItself(VertxTestContext test) {
        var definitions = new JsonObject()
                .put("good", new JsonObject().put("boot", true))
                .put("bad", new JsonObject().put("boot", 7));
        var put = request(HttpMethod.PUT, "/v1/containers")
                .sendJsonObject(new JsonObject().put("definitions", definitions));
        vertx.setTimer(200, later -> evaluated("good"));
        check(test, put, response -> {
            assertThat(response.statusCode()).isEqualTo(200);
            var items = response.bodyAsJsonObject().getJsonArray("items");
            assertThat(items.getJsonObject(0).getString("name")).isEqualTo("good");
            assertThat(items.getJsonObject(0).getInteger("status")).isEqualTo(201);
            assertThat(items.getJsonObject(0).getJsonObject("container").getString("host"))
                    .isEqualTo("host1");
            assertThat(items.getJsonObject(1).getInteger("status")).isEqualTo(422);
            assertThat(items.getJsonObject(1).getJsonObject("problem").getJsonArray("errors"))
                    .isNotEmpty();
        });
    }

    @Test
    void nameOfManyThatIsNoneIsRefusedByItself(VertxTestContext test) {
        var definitions = new JsonObject().put("Not A Name", new JsonObject()).put("text", 7);
        check(
                test,
                request(HttpMethod.PUT, "/v1/containers")
                        .sendJsonObject(new JsonObject().put("definitions", definitions)),
                response -> {
                    assertThat(response.statusCode()).isEqualTo(200);
                    var items = response.bodyAsJsonObject().getJsonArray("items");
                    assertThat(items.getJsonObject(0).getInteger("status")).isEqualTo(400);
                    assertThat(items.getJsonObject(1).getInteger("status")).isEqualTo(400);
                    assertThat(items.getJsonObject(0).getJsonObject("problem").getString("detail"))
                            .contains("Not A Name");
                });
    }

    @Test
    void listHasTheSameTagAsLongAsItShowsTheSame(VertxTestContext test) {
        evaluated("web");
        check(
                test,
                get("/v1/containers").compose(first -> {
                    gateway.publish(Message.of(
                            Topics.EVENTS.name(),
                            "x",
                            new FleetEvent.HeartbeatRefused(new HostName("host9"), "late", InMemoryGateway.NOW),
                            null,
                            "/config/test",
                            InMemoryGateway.NOW));
                    return request(HttpMethod.GET, "/v1/containers")
                            .putHeader("If-None-Match", first.getHeader("ETag"))
                            .send();
                }),
                response -> assertThat(response.statusCode()).isEqualTo(304));
    }

    @Test
    void forgedCursorIsRefused(VertxTestContext test) {
        String forged = java.util.Base64.getUrlEncoder()
                .encodeToString(
                        "{\"s\":\"CHANGED\",\"d\":false,\"k\":\"x\",\"n\":\"a\"}".getBytes(StandardCharsets.UTF_8));
        check(
                test,
                get("/v1/containers?sort=changed&cursor=" + forged),
                response -> requireProblem(response, 400, ProblemType.INVALID_REQUEST));
    }

    @Test
    void commandIsPublishedToItsHostAndPending(VertxTestContext test) {
        evaluated("web");
        var stop = request(HttpMethod.POST, "/v1/containers/web/stop")
                .putHeader("Idempotency-Key", "key-1")
                .send();
        check(
                test,
                stop.compose(response -> {
                    assertThat(response.statusCode()).isEqualTo(202);
                    assertThat(response.getHeader("Location")).isEqualTo("/v1/operations/key-1");
                    assertThat(gateway.last(COMMANDS).id()).isEqualTo("key-1");
                    return get("/v1/operations/key-1");
                }),
                response -> assertThat(response.bodyAsJsonObject().getString("outcome"))
                        .isEqualTo("pending"));
    }

    @Test
    void commandIsForgottenAfterFailedWrite(VertxTestContext test) {
        evaluated("web");
        gateway.failWrites(new TimeoutException("no answer"));
        var stop = request(HttpMethod.POST, "/v1/containers/web/stop")
                .putHeader("Idempotency-Key", "key-1")
                .send();
        check(
                test,
                stop.compose(response -> {
                    requireProblem(response, 503, ProblemType.BROKER_UNAVAILABLE);
                    return get("/v1/operations/key-1");
                }),
                response -> requireProblem(response, 404, ProblemType.NOT_FOUND));
    }

    @Test
    void commandToAnUnknownContainerIsNotPublished(VertxTestContext test) {
        check(
                test,
                request(HttpMethod.POST, "/v1/containers/web/stop").send(),
                response -> requireProblem(response, 404, ProblemType.NOT_FOUND));
    }

    @Test
    void methodThatAPathDoesNotTakeIs405WithThoseThatItTakes(VertxTestContext test) {
        check(test, request(HttpMethod.DELETE, "/v1/hosts").send(), response -> {
            requireProblem(response, 405, ProblemType.METHOD_NOT_ALLOWED);
            assertThat(response.getHeader("Allow")).isEqualTo("GET, HEAD, OPTIONS");
        });
    }
}
