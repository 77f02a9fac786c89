package io.hatchery.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.bus.Message;
import io.hatchery.protocol.AuditEntry;
import io.hatchery.protocol.Evaluation;
import io.hatchery.protocol.EvaluationBuilder;
import io.hatchery.protocol.Topics;
import io.hatchery.spec.ContainerDefinition;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.Generation;
import io.hatchery.spec.HostName;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import io.hatchery.spec.option.EvaluationResult;
import io.hatchery.spec.option.Evaluator;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import io.vertx.ext.web.client.WebClientOptions;
import io.vertx.junit5.VertxExtension;
import io.vertx.junit5.VertxTestContext;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The audit trail over a log in memory. */
@ExtendWith(VertxExtension.class)
class AuditRoutesTest {
    private InMemoryGateway gateway;
    private WebClient client;

    @BeforeEach
    void listen(Vertx vertx, VertxTestContext test) {
        gateway = new InMemoryGateway(vertx);
        gateway.listen().onComplete(test.succeeding(port -> {
            client = WebClient.create(
                    vertx, new WebClientOptions().setDefaultHost("127.0.0.1").setDefaultPort(port));
            test.completeNow();
        }));
    }

    private Future<HttpResponse<Buffer>> send(String token, HttpMethod method, String path, @Nullable JsonObject body) {
        var request = client.request(method, path).bearerTokenAuthentication(token);
        return body == null ? request.send() : request.sendJsonObject(body);
    }

    private Future<JsonObject> trail(String query) {
        return send(InMemoryGateway.TOKEN, HttpMethod.GET, "/v1/audit" + query, null)
                .map(HttpResponse::bodyAsJsonObject);
    }

    private static <T> void check(VertxTestContext test, Future<T> last, Consumer<T> checks) {
        last.onComplete(test.succeeding(answer -> test.verify(() -> {
            checks.accept(answer);
            test.completeNow();
        })));
    }

    private static JsonObject entry(JsonArray items, int i) {
        return items.getJsonObject(i).getJsonObject("entry");
    }

    @Test
    void changesAndRefusalsAreEnteredAndReadsAreNot(VertxTestContext test) {
        var viewer = new JsonObject().put("name", "eve").put("role", "viewer");
        check(
                test,
                send(InMemoryGateway.TOKEN, HttpMethod.POST, "/v1/tokens", viewer)
                        .compose(created -> {
                            String secret = created.bodyAsJsonObject().getString("secret");
                            assertThat(created.getHeader("X-Request-Id")).isNotBlank();
                            return send(secret, HttpMethod.GET, "/v1/containers", null)
                                    .compose(read -> send(secret, HttpMethod.DELETE, "/v1/containers/web", null));
                        })
                        .compose(refused -> send("wrong", HttpMethod.GET, "/v1/hosts", null))
                        .compose(unknown -> send(
                                InMemoryGateway.TOKEN,
                                HttpMethod.PUT,
                                "/v1/profiles/base",
                                new JsonObject().put("boot", 7)))
                        .compose(wrong -> trail("")),
                page -> {
                    JsonArray items = page.getJsonArray("items");
                    assertThat(IntStream.range(0, items.size())
                                    .mapToObj(i -> entry(items, i))
                                    .map(entry -> entry.getString("principal") + " " + entry.getString("action") + " "
                                            + entry.getString("object") + " " + entry.getInteger("status")))
                            .containsExactly(
                                    "admin createToken /v1/tokens 201",
                                    "token/eve deleteContainer /v1/containers/web 403",
                                    "null GET /v1/hosts 401",
                                    "admin putProfile /v1/profiles/base 422");
                    assertThat(entry(items, 0).getString("detail")).isEqualTo("eve: viewer of the whole fleet");
                    assertThat(entry(items, 0).getString("remote")).isEqualTo("127.0.0.1");
                });
    }

    @Test
    void entriesFormAChain(VertxTestContext test) {
        Future<?> all = Future.succeededFuture();
        for (int i = 0; i < 5; i++) {
            String path = "/v1/profiles/p" + i;
            all = all.compose(
                    before -> send(InMemoryGateway.TOKEN, HttpMethod.PUT, path, new JsonObject().put("boot", true)));
        }
        check(
                test,
                all.compose(done -> trail("?limit=2"))
                        .compose(newest -> trail("?limit=3&before=" + newest.getString("previous"))
                                .map(older -> older.getJsonArray("items").addAll(newest.getJsonArray("items")))),
                items -> {
                    assertThat(items).hasSize(5);
                    for (int i = 0; i < items.size(); i++) {
                        assertThat(entry(items, i).getInteger("sequence")).isEqualTo(i);
                        assertThat(entry(items, i).getString("previous"))
                                .isEqualTo(
                                        i == 0 ? "" : items.getJsonObject(i - 1).getString("hash"));
                    }
                });
    }

    @Test
    void requestsWithoutATokenCannotFillTheTrail(VertxTestContext test) {
        var requests = IntStream.range(0, 50)
                .mapToObj(i -> send("wrong", HttpMethod.GET, "/v1/hosts", null))
                .toList();
        check(
                test,
                Future.all(requests).compose(done -> trail("")),
                page -> assertThat(page.getJsonArray("items")).hasSize(10));
    }

    @Test
    void manyDefinitionsAreEnteredWithTheOutcomeOfEach(VertxTestContext test) {
        var definitions =
                new JsonObject().put("bad", new JsonObject().put("boot", 7)).put("B ad", new JsonObject());
        check(
                test,
                send(
                                InMemoryGateway.TOKEN,
                                HttpMethod.PUT,
                                "/v1/containers",
                                new JsonObject().put("definitions", definitions))
                        .compose(put -> trail("")),
                page -> {
                    assertThat(entry(page.getJsonArray("items"), 0).getString("detail"))
                            .isEqualTo("bad=422");
                    assertThat(gateway.find(Topics.DEFINITIONS.name())).isEmpty();
                });
    }

    private Future<HttpResponse<Buffer>> ofPage(String path, String origin) {
        return client.request(HttpMethod.POST, path)
                .bearerTokenAuthentication(InMemoryGateway.TOKEN)
                .putHeader("Origin", origin)
                .send();
    }

    @Test
    void requestsOfForeignPagesAndOfTheNixCacheAreEnteredAtABoundedRate(VertxTestContext test) {
        check(
                test,
                ofPage("/v1/containers/web/stop", "https://evil.example.org")
                        .compose(refused ->
                                client.get("/nix-cache/nix-cache-info").send())
                        .compose(refused -> Future.all(IntStream.range(0, 30)
                                .mapToObj(i -> ofPage("/v1/hosts", "https://evil.example.org"))
                                .toList()))
                        .compose(refused -> trail("")),
                page -> {
                    JsonArray items = page.getJsonArray("items");
                    assertThat(items).hasSize(10);
                    assertThat(IntStream.range(0, 2)
                                    .mapToObj(i -> entry(items, i))
                                    .map(entry -> entry.getString("object") + " " + entry.getInteger("status")))
                            .containsExactly("/v1/containers/web/stop 403", "/nix-cache/nix-cache-info 401");
                });
    }

    private void evaluated(String name, String before, String now) throws UnreadableException {
        var container = new ContainerName(name);
        var definition = new ContainerDefinition(
                Json.readObject(("{\"path\":\"" + now + "\",\"host\":\"host1\"}").getBytes(StandardCharsets.UTF_8)));
        var spec = ((EvaluationResult.Good) Evaluator.evaluate(container, definition, Map.of()))
                .at(new HostName("host1"), new Generation(2), null);
        var evaluation = EvaluationBuilder.builder()
                .container(container)
                .state(Evaluation.State.EVALUATED)
                .revision(0)
                .evaluatedRevision(0)
                .generation(new Generation(2))
                .definition(definition)
                .spec(spec)
                .errors(List.of())
                .systems(List.of(
                        new Evaluation.GivenSystem(Generation.FIRST, before, 0, InMemoryGateway.NOW, new Generation(2)),
                        new Evaluation.GivenSystem(new Generation(2), now, 0, InMemoryGateway.NOW, null)))
                .build();
        gateway.publish(
                Message.of(Topics.EVALUATIONS.name(), name, evaluation, null, "/config/test", InMemoryGateway.NOW));
    }

    @Test
    void purgeAndTargetOfARollbackAreEntered(VertxTestContext test) throws UnreadableException {
        evaluated("web", "/nix/store/old", "/nix/store/new");
        gateway.failWrites(new IllegalStateException("the broker is away"));
        check(
                test,
                send(InMemoryGateway.TOKEN, HttpMethod.POST, "/v1/containers/web/rollback", null)
                        .compose(failed ->
                                send(InMemoryGateway.TOKEN, HttpMethod.DELETE, "/v1/containers/web?purge=true", null))
                        .compose(failed -> send(InMemoryGateway.TOKEN, HttpMethod.DELETE, "/v1/containers/web", null)),
                done -> assertThat(gateway.attempted(Topics.AUDIT.name()).stream()
                                .map(Message::value)
                                .map(AuditEntry.class::cast)
                                .map(entry -> entry.action() + " " + entry.detail()))
                        .containsExactly(
                                "rollbackContainer to /nix/store/old",
                                "deleteContainer purge=true",
                                "deleteContainer null"));
    }
}
