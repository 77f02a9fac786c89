package io.hatchery.protocol.schema;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.hatchery.protocol.Topic;
import io.hatchery.protocol.Topics;
import io.hatchery.spec.HostName;
import io.hatchery.spec.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

class AsyncApiTest {
    private static final ObjectNode DOCUMENT = AsyncApi.document(Schemas.all());

    @Test
    void channelsHaveTheNamesOfTheTopics() {
        var host = new HostName("h-1");
        List<String> topics = Stream.concat(Topics.ofTheFleet().stream(), Topics.of(host).stream())
                .map(Topic::name)
                .toList();
        List<String> addresses = StreamSupport.stream(DOCUMENT.path("channels").spliterator(), false)
                .map(channel -> channel.path("address").asText().replace("{host}", host.value()))
                .filter(address -> !address.startsWith("/"))
                .toList();
        assertThat(addresses).containsExactlyInAnyOrderElementsOf(topics);
    }

    /** The schema is asyncapi/spec-json-schemas 6.11.1, Apache 2.0, without its descriptions. */
    @Test
    void documentIsValidAsyncApi() throws IOException {
        try (var stream = AsyncApiTest.class.getResourceAsStream("asyncapi-3.0.0.json")) {
            String schema = new String(Objects.requireNonNull(stream).readAllBytes(), StandardCharsets.UTF_8);
            var registry = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_7);
            assertThat(registry.getSchema(schema, InputFormat.JSON).validate(Json.text(DOCUMENT), InputFormat.JSON))
                    .isEmpty();
            ObjectNode wrong = DOCUMENT.deepCopy();
            ((ObjectNode) wrong.at("/operations/send-events")).put("action", "write");
            assertThat(registry.getSchema(schema, InputFormat.JSON).validate(Json.text(wrong), InputFormat.JSON))
                    .as("the schema is in force")
                    .isNotEmpty();
        }
    }

    @Test
    void everyReferenceLeadsSomewhere() {
        var references = new ArrayList<String>();
        collect(DOCUMENT, references);
        assertThat(references).hasSizeGreaterThan(100);
        for (String reference : references) {
            assertThat(reference).startsWith("#/");
            assertThat(DOCUMENT.at(reference.substring(1)).isMissingNode())
                    .as(reference)
                    .isFalse();
        }
    }

    private static void collect(JsonNode node, List<String> references) {
        if (node.path("$ref").isTextual()) {
            references.add(node.get("$ref").textValue());
        }
        node.forEach(child -> collect(child, references));
    }

    @Test
    void everyTopicIsWrittenAndRead() {
        for (var channel : DOCUMENT.path("channels").properties()) {
            if (channel.getKey().equals("stream")) {
                continue;
            }
            for (String action : List.of("send", "receive")) {
                JsonNode operation = DOCUMENT.at("/operations/" + action + "-" + channel.getKey());
                assertThat(operation.path("action").asText())
                        .as(channel.getKey())
                        .isEqualTo(action);
                assertThat(operation.at("/channel/$ref").asText()).endsWith("/" + channel.getKey());
            }
        }
    }

    @Test
    void streamIsAChannelWithMessagesAndCloseCodes() {
        JsonNode stream = DOCUMENT.at("/channels/stream");
        assertThat(stream.path("address").asText()).isEqualTo("/v1/stream");
        assertThat(stream.path("messages").fieldNames())
                .toIterable()
                .containsExactly(
                        "snapshot", "synced", "container", "deselected", "operation", "status", "event", "host");
        for (var message : stream.path("messages").properties()) {
            String place = message.getValue().path("$ref").asText().substring(1) + "/payload/$ref";
            JsonNode schema = DOCUMENT.at(DOCUMENT.at(place).asText().substring(1));
            assertThat(schema.at("/properties/type/const").asText())
                    .as("the schema of a message is not that of something else")
                    .isEqualTo(message.getKey());
        }
        assertThat(stream.path("description").asText()).contains("1001", "1013", "4410");
        assertThat(DOCUMENT.at("/servers/gateway/security")).isNotEmpty();
        assertThat(DOCUMENT.at("/servers/kafka/security")).isNotEmpty();
    }
}
