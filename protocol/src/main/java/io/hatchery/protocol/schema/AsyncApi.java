package io.hatchery.protocol.schema;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.protocol.Headers;
import io.hatchery.protocol.Topic;
import io.hatchery.protocol.Topics;
import io.hatchery.spec.HostName;
import io.hatchery.spec.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The topics as one AsyncAPI 3.0 document. */
public final class AsyncApi {
    private static final HostName ANY = new HostName("host");

    private AsyncApi() {}

    /** The document, with the messages' schemas inside it. */
    public static ObjectNode document(Map<String, ObjectNode> schemas) {
        ObjectNode document = Json.object().put("asyncapi", "3.0.0");
        document.putObject("info")
                .put("title", "Hatchery's bus")
                .put("version", "1")
                .put(
                        "description",
                        "Every topic and what travels on it. Values are JSON; metadata follows the CloudEvents 1.0 Kafka binding in binary mode.");
        document.put("defaultContentType", "application/json");
        ObjectNode channels = document.putObject("channels");
        ObjectNode operations = document.putObject("operations");
        List<Topic> topics = new ArrayList<>(Topics.ofTheFleet());
        topics.addAll(Topics.of(ANY));
        for (Topic topic : topics) {
            String id = topic.name().replace("hatchery.", "").replace('.', '-');
            channel(channels.putObject(id), topic);
            operations
                    .putObject("write-" + id)
                    .put("action", "send")
                    .putObject("channel")
                    .put("$ref", "#/channels/" + id);
        }
        ObjectNode components = document.putObject("components");
        ObjectNode messages = components.putObject("messages");
        schemas.forEach((name, schema) -> {
            ObjectNode message = messages.putObject(name).put("name", name);
            message.putObject("headers").put("$ref", "#/components/schemas/Headers");
            message.putObject("payload")
                    .put("schemaFormat", "application/schema+json;version=draft-2020-12")
                    .putObject("schema")
                    .put("$ref", "./schemas/" + name + ".json");
        });
        ObjectNode headers =
                components.putObject("schemas").putObject("Headers").put("type", "object");
        for (String header : List.of(Headers.ID, Headers.TYPE, Headers.SOURCE, Headers.TIME, Headers.SPEC_VERSION)) {
            headers.withObject("properties").putObject(header).put("type", "string");
        }
        return document;
    }

    private static void channel(ObjectNode channel, Topic topic) {
        boolean perHost = topic.name().contains("." + ANY);
        channel.put("address", perHost ? topic.name().replace("." + ANY, ".{host}") : topic.name());
        channel.put(
                "description",
                "Keyed by " + topic.key() + "; " + topic.access() + "; " + inWords(topic.cleanup()) + ".");
        if (perHost) {
            channel.putObject("parameters").putObject("host").put("description", "The host's name");
        }
        if (topic.value() != byte[].class) {
            String message = topic.value().getSimpleName();
            channel.putObject("messages").putObject(message).put("$ref", "#/components/messages/" + message);
        }
    }

    private static String inWords(Topic.Cleanup cleanup) {
        return switch (cleanup) {
            case Topic.Cleanup.Compacted(var tombstones, var lag) ->
                "compacted, tombstones kept " + tombstones.toDays() + " days";
            case Topic.Cleanup.Deleted(var time, long bytes) ->
                "kept " + time.toDays() + " days" + (bytes > 0 ? " or " + (bytes >> 20) + " MiB" : "");
        };
    }
}
