package io.hatchery.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.bus.Message;
import io.hatchery.protocol.Evaluation;
import io.hatchery.protocol.EvaluationBuilder;
import io.hatchery.protocol.Headers;
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
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tokens, and what their holders may change, over a log in memory. */
@ExtendWith(VertxExtension.class)
class AccessRoutesTest {
    private static final JsonObject WEB = new JsonObject().put("tier", "web");
    private static final JsonObject OPERATOR_OF_WEB =
            new JsonObject().put("name", "web").put("role", "operator").put("selector", "tier=web");

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

    private Future<HttpResponse<Buffer>> admin(HttpMethod method, String path, @Nullable JsonObject body) {
        return send(InMemoryGateway.TOKEN, method, path, body);
    }

    /** Creates a token and goes on with its secret. */
    private <T> Future<T> with(JsonObject asked, Function<String, Future<T>> next) {
        return admin(HttpMethod.POST, "/v1/tokens", asked).compose(created -> {
            assertThat(created.statusCode()).as(created.bodyAsString()).isEqualTo(201);
            return next.apply(created.bodyAsJsonObject().getString("secret"));
        });
    }

    private static <T> void check(VertxTestContext test, Future<T> last, java.util.function.Consumer<T> checks) {
        last.onComplete(test.succeeding(answer -> test.verify(() -> {
            checks.accept(answer);
            test.completeNow();
        })));
    }

    private static void requireProblem(HttpResponse<Buffer> response, int status, String... words) {
        assertThat(response.statusCode()).as(response.bodyAsString()).isEqualTo(status);
        assertThat(response.bodyAsString()).contains(words);
    }

    private static ContainerDefinition definition(String labels) {
        try {
            return new ContainerDefinition(Json.readObject(
                    ("{\"boot\":true,\"host\":\"host1\",\"labels\":" + labels + "}").getBytes(StandardCharsets.UTF_8)));
        } catch (UnreadableException e) {
            throw new AssertionError(e);
        }
    }

    /** Publishes the evaluation that config-service would make. */
    private void evaluated(String name, String labels, long revision) {
        var container = new ContainerName(name);
        ContainerDefinition definition = definition(labels);
        var spec = ((EvaluationResult.Good) Evaluator.evaluate(container, definition, Map.of()))
                .at(new HostName("host1"), Generation.FIRST, null);
        var evaluation = EvaluationBuilder.builder()
                .container(container)
                .state(Evaluation.State.EVALUATED)
                .revision(revision)
                .evaluatedRevision(revision)
                .generation(Generation.FIRST)
                .definition(definition)
                .spec(spec)
                .errors(List.of())
                .systems(List.of())
                .build();
        gateway.publish(
                Message.of(Topics.EVALUATIONS.name(), name, evaluation, null, "/config/test", InMemoryGateway.NOW));
    }

    @Test
    void createdTokenIsListedWithoutItsSecret(VertxTestContext test) {
        check(
                test,
                with(OPERATOR_OF_WEB.copy().put("ttl", "30d"), secret -> {
                    assertThat(secret).matches("hatchery_[A-Za-z0-9_-]{43}");
                    assertThat(gateway.last(Topics.ACCESS.name()).key()).isEqualTo("token/web");
                    return admin(HttpMethod.GET, "/v1/tokens", null);
                }),
                list -> {
                    JsonObject token =
                            list.bodyAsJsonObject().getJsonArray("items").getJsonObject(0);
                    assertThat(token.getMap())
                            .containsOnlyKeys("name", "role", "scope", "created", "createdBy", "expires");
                    assertThat(token.getJsonObject("scope").getString("selector"))
                            .isEqualTo("tier=web");
                    assertThat(token.getString("expires")).isEqualTo("2026-03-31T00:00:00Z");
                    assertThat(token.getString("createdBy")).isEqualTo("admin");
                });
    }

    @Test
    void wrongRequestsForTokensAreRefused(VertxTestContext test) {
        List<JsonObject> wrong = List.of(
                new JsonObject().put("name", "x"),
                new JsonObject().put("name", "X y").put("role", "viewer"),
                new JsonObject().put("name", "x").put("role", "root"),
                new JsonObject().put("name", "x").put("role", "viewer").put("selector", "a=b=c"),
                new JsonObject().put("name", "x").put("role", "viewer").put("selector", ""),
                new JsonObject().put("name", "x").put("role", "viewer").put("hosts", new JsonArray()),
                new JsonObject().put("name", "x").put("role", "viewer").put("ttl", "0s"),
                new JsonObject().put("name", "x").put("role", "viewer").put("ttl", "100y"),
                new JsonObject().put("name", "x").put("role", "viewer").put("scoope", "a=b"));
        check(
                test,
                Future.all(wrong.stream()
                        .map(body -> admin(HttpMethod.POST, "/v1/tokens", body))
                        .toList()),
                all -> all.<HttpResponse<Buffer>>list()
                        .forEach(response -> requireProblem(response, 400, "invalid-request")));
    }

    @Test
    void nameOfATokenIsTakenUntilItIsRevoked(VertxTestContext test) {
        check(
                test,
                with(OPERATOR_OF_WEB, secret -> admin(HttpMethod.POST, "/v1/tokens", OPERATOR_OF_WEB))
                        .compose(taken -> {
                            requireProblem(taken, 409, "token-exists");
                            return admin(HttpMethod.DELETE, "/v1/tokens/web", null);
                        })
                        .compose(revoked -> {
                            assertThat(revoked.statusCode()).isEqualTo(204);
                            return admin(HttpMethod.DELETE, "/v1/tokens/web", null);
                        })
                        .compose(gone -> {
                            requireProblem(gone, 404, "not-found");
                            return admin(HttpMethod.POST, "/v1/tokens", OPERATOR_OF_WEB);
                        }),
                again -> assertThat(again.statusCode()).isEqualTo(201));
    }

    @Test
    void administratorOfAScopeCreatesNoToken(VertxTestContext test) {
        var scoped = OPERATOR_OF_WEB.copy().put("role", "admin");
        check(
                test,
                with(
                        scoped,
                        secret -> send(
                                secret,
                                HttpMethod.POST,
                                "/v1/tokens",
                                OPERATOR_OF_WEB.copy().put("name", "more"))),
                response -> requireProblem(response, 403, "tier=web"));
    }

    @Test
    void definitionMustBeInScopeAfterwards(VertxTestContext test) {
        var outside = new JsonObject().put("boot", true).put("labels", new JsonObject().put("tier", "db"));
        check(
                test,
                with(
                        OPERATOR_OF_WEB,
                        secret -> send(secret, HttpMethod.PUT, "/v1/containers/new", outside)
                                .compose(refused -> {
                                    requireProblem(refused, 403, "tier=db", "tier=web");
                                    return send(
                                            secret,
                                            HttpMethod.PUT,
                                            "/v1/containers/new",
                                            new JsonObject().put("boot", true));
                                })),
                response -> {
                    requireProblem(response, 403, "forbidden");
                    assertThat(gateway.find(Topics.DEFINITIONS.name())).isEmpty();
                });
    }

    @Test
    void containerOfOthersIsNotReplaced(VertxTestContext test) {
        evaluated("db", "{\"tier\":\"db\"}", 0);
        var body = new JsonObject().put("boot", true).put("labels", WEB);
        check(
                test,
                with(
                        OPERATOR_OF_WEB,
                        secret -> send(secret, HttpMethod.PUT, "/v1/containers/db", body)
                                .compose(refused -> {
                                    requireProblem(refused, 403, "not in the scope");
                                    var many = new JsonObject().put("definitions", new JsonObject().put("db", body));
                                    return send(secret, HttpMethod.PUT, "/v1/containers", many);
                                })),
                bulk -> {
                    JsonArray items = bulk.bodyAsJsonObject().getJsonArray("items");
                    assertThat(items.getJsonObject(0).getInteger("status")).isEqualTo(403);
                    assertThat(gateway.find(Topics.DEFINITIONS.name())).isEmpty();
                });
    }

    @Test
    void labelsOfAProfileCountAsTheDefinitions(VertxTestContext test) {
        var profile = new JsonObject().put("labels", WEB);
        var body = new JsonObject().put("boot", true).put("profiles", new JsonArray().add("web"));
        check(
                test,
                with(
                        OPERATOR_OF_WEB,
                        secret -> send(secret, HttpMethod.PUT, "/v1/containers/new", body)
                                .compose(unknown -> {
                                    requireProblem(unknown, 422, "no such profile");
                                    return admin(HttpMethod.PUT, "/v1/profiles/web", profile);
                                })
                                .compose(put -> {
                                    gateway.onPublish(
                                            Topics.DEFINITIONS.name(), () -> evaluated("new", "{\"tier\":\"web\"}", 0));
                                    return send(secret, HttpMethod.PUT, "/v1/containers/new", body);
                                })),
                created -> {
                    assertThat(created.statusCode()).as(created.bodyAsString()).isEqualTo(201);
                    var record = gateway.last(Topics.DEFINITIONS.name());
                    assertThat(record.header(Headers.REQUESTED_BY)).contains("token/web");
                    assertThat(record.header(Headers.IF_MATCH))
                            .as("another's container of that name is not replaced")
                            .contains(Headers.NO_REVISION);
                });
    }

    @Test
    void changeExpectsTheRevisionThatWasInScope(VertxTestContext test) {
        evaluated("shop", "{\"tier\":\"web\"}", 7);
        var body = new JsonObject().put("boot", true).put("labels", WEB);
        gateway.onPublish(Topics.DEFINITIONS.name(), () -> evaluated("shop", "{\"tier\":\"web\"}", 8));
        check(
                test,
                with(OPERATOR_OF_WEB, secret -> send(secret, HttpMethod.PUT, "/v1/containers/shop", body)),
                response -> assertThat(gateway.last(Topics.DEFINITIONS.name()).header(Headers.IF_MATCH))
                        .isEqualTo(Optional.of("7")));
    }

    @Test
    void operatorOfHostsMustNameOneOfThem(VertxTestContext test) {
        var asked =
                new JsonObject().put("name", "h").put("role", "operator").put("hosts", new JsonArray().add("host1"));
        var body = new JsonObject().put("boot", true);
        check(
                test,
                with(
                        asked,
                        secret -> send(secret, HttpMethod.PUT, "/v1/containers/new", body)
                                .compose(unnamed -> {
                                    requireProblem(unnamed, 403, "names no host");
                                    return send(
                                            secret,
                                            HttpMethod.PUT,
                                            "/v1/containers/new",
                                            body.copy().put("host", "host2"));
                                })),
                response -> requireProblem(response, 403, "host2", "host1"));
    }

    @Test
    void operationIsOfItsPrincipal(VertxTestContext test) {
        evaluated("shop", "{\"tier\":\"web\"}", 0);
        check(
                test,
                with(OPERATOR_OF_WEB, secret -> send(secret, HttpMethod.POST, "/v1/containers/shop/stop", null)),
                response -> {
                    assertThat(response.bodyAsJsonObject().getString("requestedBy"))
                            .isEqualTo("token/web");
                    var record =
                            gateway.last(Topics.commands(new HostName("host1")).name());
                    assertThat(new String(record.bytes(), StandardCharsets.UTF_8))
                            .contains("\"token/web\"");
                });
    }

    @Test
    void requestIsNotAnsweredWhoseTokenWasRevokedMeanwhile(VertxTestContext test) {
        evaluated("shop", "{\"tier\":\"web\"}", 0);
        gateway.onPublish(
                Topics.commands(new HostName("host1")).name(),
                () -> gateway.publish(
                        Message.of(Topics.ACCESS.name(), "token/web", null, null, "/gateway", InMemoryGateway.NOW)));
        check(
                test,
                with(OPERATOR_OF_WEB, secret -> send(secret, HttpMethod.POST, "/v1/containers/shop/stop", null)),
                response -> requireProblem(response, 401, "not-authenticated"));
    }

    @Test
    void eventsAreNotAnsweredWhoseTokenWasRevokedWhileTheyWereRead(VertxTestContext test) {
        gateway.onReplay(() -> gateway.publish(
                Message.of(Topics.ACCESS.name(), "token/eve", null, null, "/gateway", InMemoryGateway.NOW)));
        check(
                test,
                with(
                        new JsonObject().put("name", "eve").put("role", "viewer"),
                        secret -> send(secret, HttpMethod.GET, "/v1/events", null)),
                response -> requireProblem(response, 401, "not-authenticated"));
    }

    @Test
    void operationsOfOthersAreHidden(VertxTestContext test) {
        evaluated("shop", "{\"tier\":\"web\"}", 0);
        evaluated("db", "{\"tier\":\"db\"}", 0);
        check(
                test,
                admin(HttpMethod.POST, "/v1/containers/db/stop", null)
                        .compose(stopped -> with(
                                OPERATOR_OF_WEB,
                                secret -> send(
                                                secret,
                                                HttpMethod.GET,
                                                "/v1/operations/"
                                                        + stopped.bodyAsJsonObject()
                                                                .getString("id"),
                                                null)
                                        .compose(hidden -> {
                                            requireProblem(hidden, 404, "there is no operation");
                                            return send(secret, HttpMethod.GET, "/v1/operations?limit=1", null);
                                        }))),
                list -> {
                    assertThat(list.bodyAsJsonObject().getJsonArray("items")).isEmpty();
                    assertThat(list.bodyAsJsonObject().getValue("next")).isNull();
                });
    }
}
