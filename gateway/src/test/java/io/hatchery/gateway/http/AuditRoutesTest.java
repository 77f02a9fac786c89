package io.hatchery.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.protocol.Topics;
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
}
