package io.hatchery.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.hatchery.spec.json.Json;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The document that a gateway serves, checked as it is served. */
@Tag("kafka")
class OpenApiTest {
    @TempDir
    static Path data;

    private static TestFleet fleet;
    private static HttpResponse<String> answer;
    private static JsonNode document;

    @BeforeAll
    static void start() throws Exception {
        fleet = new TestFleet(data);
        answer = fleet.gateway().getWithoutToken("/openapi.json");
        document = Json.readObject(answer.body().getBytes(StandardCharsets.UTF_8));
    }

    @AfterAll
    static void stop() {
        fleet.close();
        assertThat(fleet.failures).isEmpty();
    }

    @Test
    void documentIsServedWithoutToken() {
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("content-type")).hasValue("application/json");
        assertThat(document.at("/paths/~1openapi.json/get/security").isEmpty()).isTrue();
        assertThat(document.at("/paths/~1openapi.json/get").has("security")).isTrue();
        assertThat(document.at("/security/0").has("bearer")).isTrue();
    }

    @Test
    void docsApiHoldsTheServedDocument() throws Exception {
        Path path = Path.of("..", "docs", "api", "openapi.json");
        String served = Json.pretty(document) + "\n";
        if (Boolean.getBoolean("docs.write")) {
            Files.writeString(path, served);
        }
        assertThat(path)
                .as("docs/api is made from the code: run ./test --docs and commit the result")
                .hasContent(served);
    }

    /** The schemas are those of the OpenAPI Initiative for 3.1, Apache 2.0, without their descriptions. */
    @Test
    void documentIsValidOpenApi() throws Exception {
        var base = "https://spec.openapis.org/oas/3.1/";
        var schemas = Map.of(
                base + "schema-base", resource("schema-base.json"),
                base + "schema", resource("schema.json"),
                base + "dialect/base", resource("dialect.json"),
                base + "meta/base", resource("meta.json"));
        var schema = SchemaRegistry.withDefaultDialect(
                        SpecificationVersion.DRAFT_2020_12, builder -> builder.schemas(schemas))
                .getSchema(SchemaLocation.of(base + "schema-base"));
        assertThat(schema.validate(answer.body(), InputFormat.JSON)).isEmpty();
        String wrong = answer.body().replace("\"in\":\"query\"", "\"in\":\"body\"");
        assertThat(schema.validate(wrong, InputFormat.JSON))
                .as("the schema is in force")
                .isNotEmpty();
        String wrongType = answer.body().replace("\"type\":\"boolean\"", "\"type\":\"truth\"");
        assertThat(schema.validate(wrongType, InputFormat.JSON))
                .as("the schema of the schemas is in force")
                .isNotEmpty();
    }

    private static String resource(String name) throws Exception {
        try (var stream = OpenApiTest.class.getResourceAsStream("openapi-3.1/" + name)) {
            return new String(Objects.requireNonNull(stream).readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static void visit(JsonNode node, String path, BiConsumer<String, JsonNode> visitor) {
        visitor.accept(path, node);
        node.properties().forEach(entry -> visit(entry.getValue(), path + "/" + entry.getKey(), visitor));
        for (int i = 0; node.isArray() && i < node.size(); i++) {
            visit(node.get(i), path + "/" + i, visitor);
        }
    }

    @Test
    void everyReferenceStandsAloneAndLeadsSomewhere() {
        var references = new HashSet<String>();
        visit(document, "", (path, node) -> {
            if (node.path("$ref").isTextual()) {
                assertThat(node.size()).as(path).isEqualTo(1);
                assertThat(document.at(node.get("$ref").asText().substring(1)).isMissingNode())
                        .as(node.get("$ref").asText())
                        .isFalse();
                references.add(node.get("$ref").asText());
            }
        });
        for (String kind : List.of("schemas", "responses")) {
            document.at("/components/" + kind)
                    .fieldNames()
                    .forEachRemaining(name -> assertThat(references)
                            .as("no component is unused")
                            .contains("#/components/" + kind + "/" + name));
        }
    }

    /** Syntax of other engines that ECMA-262, the syntax of patterns in JSON Schema, lacks or has only lately. */
    private static final Pattern NOT_ECMA =
            Pattern.compile("\\\\[pPAZzGQEhHRvVX]|\\(\\?<|\\(\\?>|\\(\\?[a-z-]+[:)]|[*+?}]\\+|\\[\\[:|&&|\\(\\?#");

    @Test
    void patternsAreOfEcmaScript() {
        for (String java : List.of("[^\\p{Cntrl}]", "a*+b", "(?<=a)b", "(?i)a", "(?s:.)", "[a-z&&[^b]]", "\\Aa\\z")) {
            assertThat(java).containsPattern(NOT_ECMA);
        }
        var patterns = new TreeMap<String, String>();
        visit(document, "", (path, node) -> {
            if (node.path("pattern").isTextual()) {
                patterns.put(path, node.get("pattern").asText());
            }
        });
        assertThat(patterns).hasSizeGreaterThan(20);
        assertThat(patterns.values())
                .allSatisfy(pattern -> assertThat(pattern)
                        .doesNotContainPattern(NOT_ECMA)
                        .as("a pattern is searched for, so it begins with ^")
                        .startsWith("^"));
    }

    private static void operations(BiConsumer<String, JsonNode> visitor) {
        document.path("paths")
                .properties()
                .forEach(path -> path.getValue()
                        .properties()
                        .forEach(operation ->
                                visitor.accept(operation.getKey() + " " + path.getKey(), operation.getValue())));
    }

    @Test
    void everyOperationHasIdAndTag() {
        var ids = new ArrayList<String>();
        var tags = new HashSet<String>();
        document.path("tags").forEach(tag -> tags.add(tag.path("name").asText()));
        operations((place, operation) -> {
            ids.add(operation.path("operationId").asText());
            assertThat(tags).as(place).contains(operation.at("/tags/0").asText());
        });
        assertThat(ids)
                .doesNotHaveDuplicates()
                .contains("startContainer", "stopContainer", "getContainer")
                .allMatch(id -> id.matches("[a-z]+[A-Z][A-Za-z]+"));
    }

    @Test
    void everyParameterHasAType() {
        operations((place, operation) -> operation
                .path("parameters")
                .forEach(parameter -> assertThat(parameter.at("/schema/type").asText())
                        .as("%s %s", place, parameter)
                        .isNotEmpty()));
        assertThat(parameter("get /v1/containers", "limit").path("maximum").asInt())
                .isEqualTo(1000);
        assertThat(parameter("get /v1/containers", "phase").path("enum")).hasSizeGreaterThan(5);
        assertThat(parameter("get /v1/containers/{name}", "name").has("pattern"))
                .isTrue();
        assertThat(parameter("post /v1/containers/{name}/start", "deadline")
                        .path("format")
                        .asText())
                .isEqualTo("date-time");
    }

    private static JsonNode parameter(String place, String name) {
        var found = new ArrayList<JsonNode>();
        operations((at, operation) -> operation.path("parameters").forEach(parameter -> {
            if (at.equals(place) && parameter.path("name").asText().equals(name)) {
                found.add(parameter.path("schema"));
            }
        }));
        return found.getFirst();
    }

    @Test
    void everyOperationHasItsErrors() {
        operations((place, operation) -> {
            JsonNode responses = operation.path("responses");
            if (place.contains(" /v1/")) {
                for (String status : List.of("400", "401", "500", "503")) {
                    if (status.equals("401") && !operation.has("x-hatchery-role")) {
                        continue; // a machine that joins has no token of the API
                    }
                    assertThat(responses.path(status).has("$ref"))
                            .as("%s %s", place, status)
                            .isTrue();
                }
            }
            if (place.contains("{") && !place.startsWith("put ")) {
                assertThat(responses.has("404"))
                        .as("%s: what if there is none", place)
                        .isTrue();
            }
        });
    }

    @Test
    void componentsAreTheRecordsThatAreWritten() {
        JsonNode schemas = document.at("/components/schemas");
        assertThat(schemas.at("/Container/properties").fieldNames())
                .toIterable()
                .containsExactlyInAnyOrder(
                        "name", "host", "generation", "revision", "definition", "evaluation", "spec", "status");
        assertThat(schemas.at("/Host/properties").fieldNames()).toIterable().contains("state", "labels", "cpus", "at");
        assertThat(schemas.at("/Problem/properties").fieldNames())
                .toIterable()
                .containsExactlyInAnyOrder("type", "title", "status", "detail", "instance", "errors");
        assertThat(schemas.at("/Operation/properties").fieldNames())
                .toIterable()
                .contains("id", "command", "container", "outcome", "reason", "steps");
        assertThat(schemas.at("/FleetEvent/oneOf")).hasSize(7);
        assertThat(schemas.at("/FleetEvent/discriminator/mapping/transition").asText())
                .isEqualTo("#/components/schemas/FleetEventPhaseChanged");
        assertThat(schemas.at("/ContainerDefinition/properties/root/type").asText())
                .isEqualTo("string");
        visit(schemas, "", (path, node) -> {
            if (node.path("type").asText().equals("object") && !path.contains("/ContainerDefinition")) {
                assertThat(node.has("properties") || node.has("additionalProperties") || path.equals("/Document"))
                        .as(path + " is more than an object")
                        .isTrue();
            }
        });
    }

    @Test
    void answersHaveTheirHeaders() {
        assertThat(document.at("/paths/~1v1~1containers~1{name}/get/responses/200/headers/ETag"))
                .isNotEmpty();
        assertThat(document.at("/paths/~1v1~1containers~1{name}~1start/post/responses/202/headers/Location"))
                .isNotEmpty();
        assertThat(document.at("/components/responses/ServiceUnavailable/headers/Retry-After"))
                .isNotEmpty();
        assertThat(document.at("/components/responses/Unauthorized/headers/WWW-Authenticate"))
                .isNotEmpty();
    }
}
