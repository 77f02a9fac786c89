package io.hatchery.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.hatchery.protocol.Headers;
import io.hatchery.protocol.Topics;
import io.hatchery.spec.json.Json;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What RFC 9110 and RFC 9457 let a client expect, over HTTP from a gateway at a broker. */
@Tag("kafka")
class HttpSemanticsTest {
    private static final String DEFINITION = "{\"root\": \"/r\", \"command\": [\"/bin/x\"]}";
    private static final Map<String, String> JSON = Map.of("Content-Type", "application/json");

    @TempDir
    static Path data;

    private static TestFleet fleet;
    private static TestFleet.Gateway gateway;

    @BeforeAll
    static void start() throws Exception {
        fleet = new TestFleet(data);
        fleet.create(Topics.of(TestFleet.HOST));
        fleet.heartbeat(TestFleet.HOST);
        fleet.write(Topics.DEFINITIONS, "web", DEFINITION);
        fleet.evaluate("web", TestFleet.HOST);
        gateway = fleet.gateway();
    }

    @AfterAll
    static void stop() {
        fleet.close();
        assertThat(fleet.failures).isEmpty();
    }

    private static JsonNode body(HttpResponse<String> answer) throws Exception {
        return Json.readObject(answer.body().getBytes(StandardCharsets.UTF_8));
    }

    private static String header(HttpResponse<String> answer, String name) {
        return answer.headers().firstValue(name).orElse("");
    }

    private static void assertProblem(HttpResponse<String> answer, int status, String type) throws Exception {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(header(answer, "content-type")).isEqualTo("application/problem+json");
        assertThat(body(answer).path("type").asText()).isEqualTo("/problems/" + type);
        assertThat(body(answer).path("status").asInt()).isEqualTo(status);
    }

    private static HttpResponse<String> send(String method, String path, Map<String, String> headers) throws Exception {
        return gateway.send(method, path, null, headers);
    }

    @Test
    void unknownPathIs404ForEveryMethod() throws Exception {
        for (String method : List.of("GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS", "PATCH")) {
            for (String path : List.of("/v1/nothing", "/", "/v1/containers/web/dance", "/v1")) {
                var answer = send(method, path, Map.of());
                assertThat(answer.statusCode()).as(method + " " + path).isEqualTo(404);
                if (!method.equals("HEAD")) {
                    assertProblem(answer, 404, "unknown-path");
                }
            }
        }
    }

    @Test
    void otherMethodIs405WithAllow() throws Exception {
        var patched = send("PATCH", "/v1/containers/web", Map.of());
        assertProblem(patched, 405, "method-not-allowed");
        assertThat(header(patched, "allow")).isEqualTo("GET, HEAD, PUT, DELETE, OPTIONS");
        var got = gateway.get("/v1/containers/web/start");
        assertProblem(got, 405, "method-not-allowed");
        assertThat(header(got, "allow")).isEqualTo("POST, OPTIONS");
        var posted = send("POST", "/healthz", Map.of());
        assertThat(header(posted, "allow")).isEqualTo("GET, HEAD, OPTIONS");
        var cache = send("PUT", "/nix-cache/x", Map.of());
        assertProblem(cache, 405, "method-not-allowed");
        assertThat(header(cache, "allow")).isEqualTo("GET, HEAD");
    }

    @Test
    void optionsListsTheMethods() throws Exception {
        var answer = send("OPTIONS", "/v1/operations", Map.of());
        assertThat(answer.statusCode()).isEqualTo(204);
        assertThat(header(answer, "allow")).isEqualTo("GET, HEAD, OPTIONS");
    }

    @Test
    void headAnswersAsGetWithoutBody() throws Exception {
        for (String path : List.of("/v1/containers", "/v1/containers/web", "/v1/hosts", "/openapi.json", "/healthz")) {
            var got = gateway.get(path);
            var head = send("HEAD", path, Map.of());
            assertThat(head.statusCode()).as(path).isEqualTo(200);
            assertThat(head.body()).isEmpty();
            for (String name : List.of("content-type", "content-length", "etag")) {
                assertThat(header(head, name)).as(path + " " + name).isEqualTo(header(got, name));
            }
        }
        assertThat(send("HEAD", "/v1/containers/nobody", Map.of()).statusCode()).isEqualTo(404);
    }

    @Test
    void knownTagIs304UntilTheAnswerChanges() throws Exception {
        fleet.evaluate("tagged", TestFleet.HOST);
        await().untilAsserted(() ->
                assertThat(gateway.get("/v1/containers/tagged").statusCode()).isEqualTo(200));
        for (String path : List.of("/v1/containers/tagged", "/v1/containers?selector=none")) {
            String tag = header(gateway.get(path), "etag");
            assertThat(tag).matches("\"[A-Za-z0-9_-]+\"");
            for (String known : List.of(tag, "W/" + tag, "\"other\", " + tag, "*")) {
                var answer = send("GET", path, Map.of("If-None-Match", known));
                assertThat(answer.statusCode()).as(path + " " + known).isEqualTo(304);
                assertThat(answer.body()).isEmpty();
                assertThat(header(answer, "etag")).isEqualTo(tag);
            }
            assertThat(send("GET", path, Map.of("If-None-Match", "\"other\"")).statusCode())
                    .isEqualTo(200);
        }
        // Its status is another, though its definition is the same.
        String tag = header(gateway.get("/v1/containers/tagged"), "etag");
        fleet.write(Topics.STATUS, "tagged", TestFleet.status("tagged", "host1", "running"));
        await().untilAsserted(() -> assertThat(send("GET", "/v1/containers/tagged", Map.of("If-None-Match", tag))
                        .statusCode())
                .isEqualTo(200));
    }

    /** Answers a change of a container as config-service would that refuses it; returns the expectation of the change. */
    private static String refuseNextDefinition(int known, String container) throws Exception {
        await().until(() -> fleet.records(Topics.DEFINITIONS).size() > known);
        var record = fleet.records(Topics.DEFINITIONS).stream()
                .filter(each -> new String(each.key(), StandardCharsets.UTF_8).equals(container))
                .reduce((first, second) -> second)
                .orElseThrow();
        fleet.evaluate(container, TestFleet.HOST, record.offset(), "it expects another revision");
        return TestFleet.header(record, Headers.IF_MATCH);
    }

    private static CompletableFuture<HttpResponse<String>> sendAside(
            String method, String path, byte[] body, Map<String, String> headers) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return gateway.send(method, path, body, headers);
            } catch (Exception e) {
                throw new CompletionException(e);
            }
        });
    }

    @Test
    void staleIfMatchIs412() throws Exception {
        String tag = header(gateway.get("/v1/containers/web"), "etag");
        byte[] definition = DEFINITION.getBytes(StandardCharsets.UTF_8);
        var json = "application/json";
        record ConditionalChange(String method, Map<String, String> headers, String expected) {}
        for (ConditionalChange change : List.of(
                new ConditionalChange("PUT", Map.of("Content-Type", json, "If-Match", tag), "0"),
                new ConditionalChange("PUT", Map.of("Content-Type", json, "If-Match", "\"7\""), "7"),
                new ConditionalChange("PUT", Map.of("Content-Type", json, "If-None-Match", "*"), Headers.NO_REVISION),
                new ConditionalChange("DELETE", Map.of("If-Match", "\"7\""), "7"))) {
            int known = fleet.records(Topics.DEFINITIONS).size();
            var answer = sendAside(change.method, "/v1/containers/web", definition, change.headers);
            assertThat(refuseNextDefinition(known, "web")).isEqualTo(change.expected);
            assertProblem(answer.get(), 412, "precondition-failed");
        }
        assertProblem(
                gateway.send(
                        "PUT", "/v1/containers/web", definition, Map.of("Content-Type", json, "If-Match", "W/" + tag)),
                412,
                "precondition-failed");
        assertProblem(
                gateway.send("PUT", "/v1/containers/none", definition, Map.of("Content-Type", json, "If-Match", "*")),
                412,
                "precondition-failed");
        assertProblem(
                gateway.send("PUT", "/v1/containers/web", definition, Map.of("Content-Type", json, "If-Match", "x")),
                400,
                "invalid-request");
    }

    @Test
    void staleIfMatchOfAProfileIs412() throws Exception {
        byte[] profile = "{\"stopTimeout\": \"7s\"}".getBytes(StandardCharsets.UTF_8);
        var first = gateway.send(
                "PUT", "/v1/profiles/base", profile, Map.of("Content-Type", "application/json", "If-None-Match", "*"));
        assertThat(first.statusCode()).isEqualTo(200);
        String tag = header(gateway.get("/v1/profiles/base"), "etag");
        assertThat(tag).isEqualTo(header(first, "etag"));
        var with = Map.of("Content-Type", "application/json", "If-Match", tag);
        assertThat(gateway.send("PUT", "/v1/profiles/base", profile, with).statusCode())
                .isEqualTo(200);
        assertProblem(gateway.send("PUT", "/v1/profiles/base", profile, with), 412, "precondition-failed");
        assertProblem(send("DELETE", "/v1/profiles/base", Map.of("If-Match", tag)), 412, "precondition-failed");
        assertProblem(
                gateway.send(
                        "PUT",
                        "/v1/profiles/base",
                        profile,
                        Map.of("Content-Type", "application/json", "If-None-Match", "*")),
                412,
                "precondition-failed");
    }

    @Test
    void waitThatExpiresIs202WithTheOperation() throws Exception {
        var stop = send("POST", "/v1/containers/web/stop?wait=10ms", Map.of());
        assertThat(stop.statusCode()).isEqualTo(202);
        assertThat(body(stop).path("outcome").asText()).isEqualTo("pending");
        String location = header(stop, "location");
        assertThat(location).isEqualTo("/v1/operations/" + body(stop).path("id").asText());
        var looked = gateway.get(location + "?wait=10ms");
        assertThat(looked.statusCode()).isEqualTo(202);
        assertThat(body(looked).path("outcome").asText()).isEqualTo("pending");
        assertThat(gateway.get(location).statusCode()).isEqualTo(200);
    }

    @Test
    void typeOfEveryProblemLeadsToItsExplanation() throws Exception {
        for (var answer : List.of(
                gateway.get("/v1/containers/nobody"),
                gateway.get("/v1/containers/NOBODY"),
                gateway.get("/nothing"),
                gateway.get("/v1/events?limit=0"),
                gateway.send("PUT", "/v1/containers/x", "{\"rot\":1}".getBytes(StandardCharsets.UTF_8), JSON))) {
            String type = body(answer).path("type").asText();
            var explanation = gateway.get(type);
            assertThat(explanation.statusCode()).as(type).isEqualTo(200);
            assertThat(explanation.body())
                    .contains(type.substring(type.lastIndexOf('/') + 1))
                    .contains(body(answer).path("title").asText());
        }
        assertProblem(gateway.get("/problems/none"), 404, "not-found");
    }

    @Test
    void unknownQueryParameterIs400WithTheKnownOnes() throws Exception {
        var listed = gateway.get("/v1/containers?hots=host1");
        assertProblem(listed, 400, "unknown-parameter");
        assertThat(listed.body()).contains("'hots'", "cursor, host, limit, outdated, phase, selector, sort, text");
        var shown = gateway.get("/v1/containers/web?x=1");
        assertProblem(shown, 400, "unknown-parameter");
        assertThat(shown.body()).contains("'x'", "none is taken");
        var stopped = send("POST", "/v1/containers/web/stop?timeout=3s", Map.of());
        assertProblem(stopped, 400, "unknown-parameter");
        assertProblem(gateway.get("/v1/stream?form=x"), 400, "unknown-parameter");
    }

    @Test
    void pathOrQueryThatCannotBeReadIs400() throws Exception {
        for (String path : List.of("/v1/containers?limit=%zz", "/v1/containers/%zz", "/v1/containers/%C3%28")) {
            assertThat(gateway.raw(
                            "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer secret\r\n\r\n"))
                    .as(path)
                    .startsWith("HTTP/1.1 400 ");
        }
    }

    @Test
    void hostsAndProfilesArePaged() throws Exception {
        byte[] profile = "{\"stopTimeout\": \"7s\"}".getBytes(StandardCharsets.UTF_8);
        for (String name : List.of("p1", "p2", "p3")) {
            gateway.send("PUT", "/v1/profiles/" + name, profile, JSON);
        }
        var page = body(gateway.get("/v1/profiles?limit=2&cursor=p1"));
        assertThat(page.path("items").findValuesAsText("name")).containsExactly("p2", "p3");
        assertThat(page.path("next").isNull()).isTrue();
        assertThat(body(gateway.get("/v1/profiles?limit=1&cursor=p1"))
                        .path("next")
                        .asText())
                .isEqualTo("p2");
        assertThat(body(gateway.get("/v1/hosts?limit=1")).path("items").findValuesAsText("host"))
                .containsExactly("host1");
        assertThat(body(gateway.get("/v1/hosts?cursor=host1")).path("items")).isEmpty();
    }
}
