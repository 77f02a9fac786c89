package io.hatchery.protocol.schema;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.protocol.Headers;
import io.hatchery.protocol.Topic;
import io.hatchery.protocol.TopicSetting;
import io.hatchery.protocol.Topics;
import io.hatchery.spec.HostName;
import io.hatchery.spec.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The topics and the gateway's websocket as one AsyncAPI 3.0 document, complete in one file. */
public final class AsyncApi {
    private static final String KAFKA_BINDING = "0.5.0";
    private static final String SCHEMAS = "#/components/schemas/";

    /** Stands for any host in a topic's name: a string that occurs in no topic's name otherwise. */
    private static final HostName ANY = new HostName("any-host-of-the-fleet");

    /** The settings of a topic that the Kafka binding knows. */
    private static final Set<String> NUMBERS =
            Set.of("retention.ms", "retention.bytes", "delete.retention.ms", "max.message.bytes");

    private AsyncApi() {}

    /**
     * The document.
     *
     * @param schemas of the messages by name, as {@link Schemas#all()} gives them
     */
    public static ObjectNode document(Map<String, ObjectNode> schemas) {
        ObjectNode document = Json.object().put("asyncapi", "3.0.0");
        document.putObject("info")
                .put("title", "Hatchery's bus and stream")
                .put("version", "1")
                .put(
                        "description",
                        "Every Kafka topic and what travels on it, and the websocket of the gateway. Operations are those of the"
                                + " fleet: `send` names the writers, `receive` the readers. Values are JSON; metadata follows the"
                                + " CloudEvents 1.0 Kafka binding in binary mode. A record without a value is a deletion.")
                .putObject("license")
                .put("name", "Apache 2.0")
                .put("url", "https://www.apache.org/licenses/LICENSE-2.0");
        document.put("defaultContentType", "application/json");
        servers(document.putObject("servers"));
        document.putObject("channels");
        document.putObject("operations");
        ObjectNode components = document.putObject("components");
        components.putObject("messages");
        components.putObject("schemas").set("Headers", headers());
        security(components.putObject("securitySchemes"));
        List<Topic> topics = new ArrayList<>(Topics.ofTheFleet());
        topics.addAll(Topics.of(ANY));
        for (Topic topic : topics) {
            topic(document, topic);
        }
        schemas.forEach((name, schema) -> message(components, name, schema));
        StreamChannel.addTo(document);
        return document;
    }

    /** The address of a topic's channel: its name, with {@code {host}} where the name of a host is. */
    static String address(Topic topic) {
        return topic.name().replace(ANY.value(), "{host}");
    }

    private static void servers(ObjectNode servers) {
        ObjectNode kafka = servers.putObject("kafka")
                .put("host", "{bootstrap}")
                .put("protocol", "kafka")
                .put(
                        "description",
                        "The Kafka cluster. The embedded broker of hatchery up takes SCRAM-SHA-512 with the users of hatchery"
                                + " acls, and SASL/PLAIN from its administrator; other clusters take what kafka.* is set"
                                + " to.");
        kafka.putObject("variables")
                .putObject("bootstrap")
                .put("default", "127.0.0.1:8471")
                .put("description", "kafka.bootstrap.servers");
        ArrayNode mechanisms = kafka.putArray("security");
        mechanisms.addObject().put("$ref", "#/components/securitySchemes/scram");
        mechanisms.addObject().put("$ref", "#/components/securitySchemes/plain");
        ObjectNode gateway = servers.putObject("gateway")
                .put("host", "{gateway}")
                .put("protocol", "ws")
                .put("description", "The gateway; wss behind a proxy that ends TLS.");
        gateway.putObject("variables")
                .putObject("gateway")
                .put("default", "127.0.0.1:8470")
                .put("description", "gateway.address and gateway.port");
        gateway.putArray("security").addObject().put("$ref", "#/components/securitySchemes/bearer");
    }

    private static void security(ObjectNode schemes) {
        schemes.putObject("scram").put("type", "scramSha512").put("description", "SASL/SCRAM-SHA-512");
        schemes.putObject("plain").put("type", "plain").put("description", "SASL/PLAIN");
        schemes.putObject("bearer")
                .put("type", "http")
                .put("scheme", "bearer")
                .put(
                        "description",
                        "The gateway's token in the header Authorization of the upgrade request; a browser, which cannot set"
                                + " headers, asks for the subprotocols hatchery.v1 and bearer.<token>");
    }

    private static ObjectNode headers() {
        ObjectNode headers = Json.object().put("type", "object");
        for (String header : List.of(Headers.ID, Headers.TYPE, Headers.SOURCE, Headers.TIME, Headers.SPEC_VERSION)) {
            headers.withObject("properties").putObject(header).put("type", "string");
        }
        return headers;
    }

    private static void topic(ObjectNode document, Topic topic) {
        String id =
                address(topic).replace("hatchery.", "").replace("{host}.", "").replace('.', '-');
        ObjectNode channel = document.withObject("channels").putObject(id).put("address", address(topic));
        channel.put("title", topic.name().contains(ANY.value()) ? "One host's " + id.replace("host-", "") : id);
        channel.put(
                "description",
                "Keyed by " + topic.key() + "; " + TopicAccess.words(topic) + "; " + format(topic.cleanup()) + ": "
                        + topic.reason() + ".");
        channel.putArray("servers").addObject().put("$ref", "#/servers/kafka");
        if (topic.name().contains(ANY.value())) {
            channel.putObject("parameters").putObject("host").put("description", "The host's name");
        }
        ObjectNode binding = channel.putObject("bindings").putObject("kafka");
        settings(binding.putObject("topicConfiguration"), topic);
        binding.put("bindingVersion", KAFKA_BINDING);
        String message =
                topic.value() == byte[].class ? "DeadLetter" : topic.value().getSimpleName();
        channel.putObject("messages").putObject(message).put("$ref", "#/components/messages/" + message);
        if (topic.value() == byte[].class) {
            deadLetter(document.withObject("components").withObject("messages").putObject(message));
        }
        operation(document, "send", id, message, TopicAccess.writers(topic) + " write");
        operation(document, "receive", id, message, TopicAccess.readers(topic) + " read");
    }

    private static void settings(ObjectNode configuration, Topic topic) {
        for (TopicSetting setting : topic.settings()) {
            if (setting.name().equals("cleanup.policy")) {
                configuration.putArray("cleanup.policy").add(setting.value());
            } else if (NUMBERS.contains(setting.name())) {
                configuration.put(setting.name(), Long.parseLong(setting.value()));
            }
        }
    }

    /** Adds the operation of one side of a channel. */
    static void operation(ObjectNode document, String action, String channel, String message, String summary) {
        ObjectNode operation = document.withObject("operations")
                .putObject(action + "-" + channel)
                .put("action", action)
                .put("summary", summary);
        operation.putObject("channel").put("$ref", "#/channels/" + channel);
        operation.putArray("messages").addObject().put("$ref", "#/channels/" + channel + "/messages/" + message);
    }

    private static void deadLetter(ObjectNode message) {
        message.put("name", "DeadLetter")
                .put("title", "The untouched bytes of a record that could not be handled, at most their first MiB")
                .put("contentType", "application/octet-stream");
        ObjectNode headers = message.putObject("headers").put("type", "object").putObject("properties");
        for (String header : List.of(Headers.REASON, Headers.ORIGIN, Headers.READER, Headers.ORIGINAL_SIZE)) {
            headers.putObject(header).put("type", "string");
        }
        message.putObject("payload").put("type", "string").put("format", "binary");
    }

    private static void message(ObjectNode components, String name, ObjectNode schema) {
        components.withObject("schemas").set(name, EmbeddedSchema.of(schema, SCHEMAS + name));
        ObjectNode message = components
                .withObject("messages")
                .putObject(name)
                .put("name", name)
                .put("title", name);
        message.put("contentType", "application/json");
        message.putObject("headers").put("$ref", SCHEMAS + "Headers");
        message.putObject("payload").put("$ref", SCHEMAS + name);
        ObjectNode binding = message.putObject("bindings").putObject("kafka");
        binding.putObject("key").put("type", "string");
        binding.put("bindingVersion", KAFKA_BINDING);
    }

    private static String format(Topic.Cleanup cleanup) {
        return switch (cleanup) {
            case Topic.Cleanup.Compacted(var tombstones, var lag) ->
                "compacted, tombstones kept " + tombstones.toDays() + " days";
            case Topic.Cleanup.Expiring(var time, long bytes) ->
                "kept " + time.toDays() + " days" + (bytes > 0 ? " or " + (bytes >> 20) + " MiB" : "");
        };
    }
}
