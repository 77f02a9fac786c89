package io.hatchery.acceptance.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.hatchery.acceptance.fixture.Api;
import io.hatchery.acceptance.fixture.Installation;
import io.hatchery.acceptance.fixture.RecordedMessages;
import io.hatchery.acceptance.fixture.Roots;
import io.hatchery.acceptance.fixture.Samples;
import io.hatchery.acceptance.fixture.StreamClient;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Tests of the HTTP API; every response is validated against the OpenAPI document of the gateway. */
class ApiTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static Installation installation;
    private static Api api;
    private static JsonNode openApi;

    @BeforeAll
    static void up() {
        installation = Installation.running();
        api = installation.api();
        openApi = api.get("/openapi.json").body();
    }

    @AfterAll
    static void down() {
        RecordedMessages.assertValid(installation);
        installation.close();
    }

    /** Asserts that the document declares this status with a schema that the body matches. */
    private static Api.Answer promised(String method, String route, Api.Answer answer) {
        JsonNode response =
                openApi.path("paths").path(route).path(method).path("responses").path(String.valueOf(answer.status()));
        assertThat(response.isMissingNode())
                .as("%s %s answers %s: %s", method, route, answer.status(), answer.body())
                .isFalse();
        if (response.has("$ref")) {
            response = openApi.at(response.path("$ref").asText().substring(1));
        }
        for (var header : response.path("headers").properties()) {
            assertThat(answer.header(header.getKey()))
                    .as("%s %s answers %s with %s", method, route, answer.status(), header.getKey())
                    .isNotEmpty();
        }
        JsonNode schema = response.path("content").elements().next().path("schema");
        ObjectNode whole = JSON.createObjectNode();
        whole.set("components", openApi.path("components"));
        whole.setAll((ObjectNode) schema);
        assertThat(SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                        .getSchema(whole.toString())
                        .validate(answer.body().toString(), InputFormat.JSON))
                .as("%s %s answers %s", method, route, answer.body())
                .isEmpty();
        return answer;
    }

    @Test
    void responsesMatchTheOpenApiDocument() {
        Path root = Roots.busybox(installation.roots().resolve("promised"));
        String one = "/v1/containers/{name}";
        promised("put", one, api.put("/v1/containers/t-promised", Samples.sleeper(root)));
        promised("put", one, api.put("/v1/containers/t-promised", "{\"rot\": 1}"));
        promised("put", one, api.put("/v1/containers/t-promised", "{"));
        promised("get", one, api.get("/v1/containers/t-promised"));
        promised("get", one, api.get("/v1/containers/t-nobody"));
        promised("get", "/v1/containers", api.get("/v1/containers"));
        Api.Answer start = promised("post", one + "/start", api.post("/v1/containers/t-promised/start?wait=30s"));
        promised(
                "get",
                "/v1/operations/{id}",
                api.get("/v1/operations/" + start.at("/id").asText()));
        promised("get", "/v1/operations/{id}", api.get("/v1/operations/none"));
        promised("post", one + "/stop", api.post("/v1/containers/t-promised/stop"));
        promised("post", one + "/restart", api.post("/v1/containers/t-promised/restart?wait=30s"));
        promised("post", one + "/kill", api.post("/v1/containers/t-promised/kill?wait=30s"));
        promised("post", one + "/kill", api.post("/v1/containers/t-nobody/kill"));
        promised("get", "/v1/hosts", api.get("/v1/hosts"));
        promised("get", "/v1/hosts/{host}", api.get("/v1/hosts/" + Installation.HOST));
        promised("get", "/v1/hosts/{host}", api.get("/v1/hosts/elsewhere"));
        promised("get", "/v1/events", api.get("/v1/events?container=t-promised"));
        promised("delete", one, api.delete("/v1/containers/t-promised?wait=30s"));
        promised("delete", one, api.delete("/v1/containers/t-nobody"));
    }

    @Test
    void putWithStaleIfMatchChangesNothing() {
        String definition = "{\"root\": \"/nowhere\", \"command\": [\"/bin/true\"], \"description\": \"%s\"}";
        Api.Answer first = api.put(
                "/v1/containers/t-match", definition.formatted("one"), "application/json", "If-None-Match", "*");
        assertThat(first.status()).isEqualTo(201);
        String tag = first.header("etag");
        assertThat(api.put(
                                "/v1/containers/t-match",
                                definition.formatted("no"),
                                "application/json",
                                "If-None-Match",
                                "*")
                        .status())
                .isEqualTo(412);
        Api.Answer second =
                api.put("/v1/containers/t-match", definition.formatted("two"), "application/json", "If-Match", tag);
        assertThat(second.status()).isEqualTo(200);
        Api.Answer stale =
                api.put("/v1/containers/t-match", definition.formatted("three"), "application/json", "If-Match", tag);
        assertThat(stale.status()).isEqualTo(412);
        Api.Answer now = api.get("/v1/containers/t-match");
        assertThat(now.at("/definition/description").asText()).isEqualTo("two");
        assertThat(now.at("/revision")).isEqualTo(second.at("/revision"));
        assertThat(now.at("/generation").asInt()).isEqualTo(2);
    }

    @Test
    void failedEvaluationKeepsLastGoodSpec() {
        api.define("t-kept", "{\"root\": \"/nowhere\", \"command\": [\"/bin/true\"]}");
        Api.Answer failed = api.put(
                "/v1/containers/t-kept",
                "{\"root\": \"/nowhere\", \"command\": [\"/bin/true\"], \"profiles\": [\"nobody-made\"]}");
        assertThat(failed.status()).isEqualTo(422);
        assertThat(failed.body().toString()).contains("nobody-made");
        JsonNode container = api.container("t-kept");
        assertThat(container.at("/evaluation/state").asText()).isEqualTo("failed");
        assertThat(container.at("/spec/generation").asInt()).isEqualTo(1);
    }

    @Test
    void changedProfileReachesContainersThatNameIt() {
        assertThat(api.put("/v1/profiles/small", "{\"stopTimeout\": \"7s\", \"labels\": {\"tier\": \"web\"}}")
                        .status())
                .isIn(200, 201);
        api.define("t-profiled", "{\"root\": \"/nowhere\", \"command\": [\"/bin/true\"], \"profiles\": [\"small\"]}");
        assertThat(api.container("t-profiled").at("/spec/stopTimeout").asText()).isEqualTo("7s");
        api.put("/v1/profiles/small", "{\"stopTimeout\": \"8s\"}");
        api.await("t-profiled", c -> c.at("/spec/stopTimeout").asText().equals("8s"));
        assertThat(api.container("t-profiled").at("/spec/labels").has("tier")).isFalse();
    }

    @Test
    void requestsWithoutTokenAreRefused() throws Exception {
        for (String path : new String[] {"/v1/containers", "/metrics", "/v1/stream"}) {
            assertThat(status(path, null)).as(path).isEqualTo(401);
            assertThat(status(path, "Bearer wrong")).as(path).isEqualTo(401);
        }
        for (String path : new String[] {"/healthz", "/readyz", "/openapi.json"}) {
            assertThat(status(path, null)).as(path).isEqualTo(200);
        }
    }

    private static int status(String path, @org.jspecify.annotations.Nullable String authorization) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(api.base() + path));
        if (authorization != null) {
            request.header("Authorization", authorization);
        }
        return api.http().send(request.build(), BodyHandlers.discarding()).statusCode();
    }

    @Test
    void metricsHavePrometheusFormat() throws Exception {
        String text = api.http()
                .send(api.request("/metrics").build(), BodyHandlers.ofString())
                .body();
        assertThat(text).contains("# TYPE").contains("hatchery_");
    }

    @Test
    void definitionMayBeYaml() {
        Api.Answer put = api.put(
                "/v1/containers/t-yaml",
                "root: /nowhere\ncommand:\n  - /bin/true\nlabels: {a: b}\n",
                "application/yaml");
        assertThat(put.status()).isEqualTo(201);
        assertThat(put.at("/spec/labels/a").asText()).isEqualTo("b");
    }

    @Test
    void streamMessagesMatchTheAsyncApiDocument() throws Exception {
        JsonNode asyncApi = JSON.readTree(
                Installation.REPOSITORY.resolve("docs/api/asyncapi.json").toFile());
        Path root = Roots.busybox(installation.roots().resolve("streamed"));
        try (var stream = StreamClient.open(api, "")) {
            stream.first(message -> message.path("type").asText().equals("synced"));
            api.define("t-streamed", Samples.sleeper(root));
            api.completes("start", "t-streamed");
            api.delete("/v1/containers/t-streamed?wait=30s");
            for (String type : new String[] {"snapshot", "status", "event", "host"}) {
                stream.first(message -> message.path("type").asText().equals(type));
            }
            stream.first(message -> message.path("type").asText().equals("status")
                    && message.path("status").isNull());
            for (JsonNode message : stream.messages()) {
                String reference = asyncApi.at("/channels/stream/messages/"
                                + message.path("type").asText() + "/$ref")
                        .asText("#/none");
                ObjectNode schema = JSON.createObjectNode();
                schema.set("components", asyncApi.path("components"));
                schema.putArray("allOf").add(asyncApi.at(reference.substring(1)).path("payload"));
                assertThat(SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_7)
                                .getSchema(schema.toString())
                                .validate(message.toString(), InputFormat.JSON))
                        .as("%s %s", reference, message)
                        .isEmpty();
                assertThat(reference).as(message.toString()).isNotEqualTo("#/none");
            }
        }
    }
}
