package io.hatchery.protocol.schema;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.protocol.HostStatus;
import io.hatchery.protocol.resource.Container;
import io.hatchery.spec.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The gateway's websocket as a channel of the AsyncAPI document. */
final class StreamChannel {
    private static final String ID = "stream";
    private static final String SCHEMAS = "#/components/schemas/";

    private static final String DESCRIPTION = """
            The fleet live. Without `since` the gateway sends one or more `snapshot` messages, each with a part of the fleet, then
            `synced`, then each change. With `since=<cursor>` it sends the changes after that cursor, then `synced`, then each change.

            Changes come in batches, and the last message of a batch has a cursor. A client that lost its connection continues with
            the last cursor that it received; the messages after it are sent again. An event has an `id` by which a client recognizes
            one that it received before.

            With `selector` or `phase`, a client gets a `container` message when a container begins to match, and `deselected` when it
            ceases to match or is removed; with `host`, `deselected` when the container belongs to another host. A client that comes back
            with its cursor gets one of the two for each container that changed, even if nothing is new to it. `types` chooses the kinds
            of messages. A list of containers has a cursor too, `stream`: a client may read a page, and then only what changes after it.

            A client whose token has a scope gets what is in scope only, and `deselected` when a container leaves it. With `since` it gets
            the events since the cursor, and then a snapshot.

            The upgrade is answered with 400 if a parameter is wrong, 401 without a valid token, and 410 if the cursor cannot be served.

            Close codes:
            - 1001: the gateway ends, or the client answered no ping. Connect again with the last cursor.
            - 1013: the client reads too slowly, or what it missed cannot be read now. Connect again with the last cursor.
            - 4401: the token was revoked, has changed or has expired. Connect again with a valid one.
            - 4410: the records after the cursor have expired. Connect again without a cursor.
            """;

    private StreamChannel() {}

    static void addTo(ObjectNode document) {
        Map<String, String> summaries = new LinkedHashMap<>();
        summaries.put("snapshot", "A part of the fleet as it is, at the begin of a stream without a cursor");
        summaries.put(
                "synced", "Everything up to the beginning of the stream has been sent; changes follow as they happen");
        summaries.put(
                "container",
                "A container whose definition or evaluation changed, or that begins to match; null when the fleet has it no more");
        summaries.put("deselected", "A container does not match the parameters of the stream any more");
        summaries.put(
                "operation",
                "An operation that begins, goes on or ends. A stream begins with those that are pending, and with a cursor"
                        + " also with those that ended since; at most 1,000 of each");
        summaries.put("status", "A container's new status, or null when it is removed");
        summaries.put("event", "Something that happened to a container");
        summaries.put("host", "A host that changed, that is lost, or that is back");
        channel(document.withObject("channels").putObject(ID), summaries.keySet());
        ObjectNode components = document.withObject("components");
        ObjectNode messages = components.withObject("messages");
        summaries.forEach((type, summary) -> {
            ObjectNode message =
                    messages.putObject(name(type)).put("name", type).put("title", summary);
            message.put("contentType", "application/json");
            message.putObject("payload").put("$ref", SCHEMAS + name(type));
            components.withObject("schemas").set(name(type), schema(type));
        });
        embed(components.withObject("schemas"), "Container", Container.class);
        embed(components.withObject("schemas"), "Host", HostStatus.class);
        components
                .withObject("schemas")
                .putObject("Operation")
                .put("type", "object")
                .put("description", "An operation as the API shows it: see the schema Operation of /openapi.json");
        ObjectNode operation = document.withObject("operations")
                .putObject("send-" + ID)
                .put("action", "send")
                .put("summary", "The gateway sends the fleet and its changes to a client");
        operation.putObject("channel").put("$ref", "#/channels/" + ID);
        summaries
                .keySet()
                .forEach(type -> operation
                        .withArray("messages")
                        .addObject()
                        .put("$ref", "#/channels/" + ID + "/messages/" + type));
    }

    private static void channel(ObjectNode channel, Iterable<String> types) {
        channel.put("address", "/v1/stream")
                .put("title", "The gateway's stream")
                .put("description", DESCRIPTION);
        channel.putArray("servers").addObject().put("$ref", "#/servers/gateway");
        types.forEach(type ->
                channel.withObject("messages").putObject(type).put("$ref", "#/components/messages/" + name(type)));
        ObjectNode binding = channel.putObject("bindings").putObject("ws").put("method", "GET");
        ObjectNode query = binding.putObject("query").put("type", "object").putObject("properties");
        query.putObject("container").put("type", "string").put("description", "Only changes of this container");
        query.putObject("host").put("type", "string").put("description", "Only changes on this host");
        query.putObject("selector")
                .put("type", "string")
                .put("description", "Only containers whose labels it selects, as in Kubernetes: tier=web,env!=dev");
        query.putObject("phase")
                .put("type", "string")
                .put("description", "Only containers of which this phase was published; not unknown");
        query.putObject("types")
                .put("type", "string")
                .put("description", "Only these kinds: container, status, event, host, operation, separated by commas");
        query.putObject("since").put("type", "string").put("description", "The last cursor that was received");
        binding.put("bindingVersion", "0.1.0");
    }

    private static String name(String type) {
        return "Stream" + Character.toUpperCase(type.charAt(0)) + type.substring(1);
    }

    private static ObjectNode schema(String type) {
        var required = new ArrayList<>(type.equals("synced") ? List.of("type", "cursor") : List.of("type"));
        ObjectNode schema = Json.object().put("type", "object");
        ObjectNode properties = schema.putObject("properties");
        properties.putObject("type").put("const", type);
        if (!type.equals("snapshot")) {
            properties.putObject("cursor").put("type", "string");
        }
        switch (type) {
            case "snapshot" -> {
                required.addAll(List.of("containers", "hosts"));
                list(properties.putObject("containers"), "Container");
                list(properties.putObject("hosts"), "Host");
            }
            case "container" -> {
                required.addAll(List.of("container", "resource"));
                properties.putObject("container").put("type", "string");
                orNull(properties.putObject("resource"), "Container");
            }
            case "deselected" -> {
                required.add("container");
                properties.putObject("container").put("type", "string");
            }
            case "operation" -> {
                required.add("operation");
                properties.putObject("operation").put("$ref", SCHEMAS + "Operation");
            }
            case "status" -> {
                required.addAll(List.of("container", "status"));
                properties.putObject("container").put("type", "string");
                properties.putObject("host").put("type", "string");
                orNull(properties.putObject("status"), "ContainerStatus");
            }
            case "event" -> {
                required.addAll(List.of("id", "event"));
                properties.putObject("id").put("type", "string");
                properties.putObject("event").put("$ref", SCHEMAS + "FleetEvent");
            }
            case "host" -> {
                required.addAll(List.of("host", "status"));
                properties.putObject("host").put("type", "string");
                orNull(properties.putObject("status"), "Host");
            }
            default -> {
                // a synced message has a cursor alone
            }
        }
        required.forEach(schema.putArray("required")::add);
        return schema;
    }

    private static void list(ObjectNode schema, String of) {
        schema.put("type", "array").putObject("items").put("$ref", SCHEMAS + of);
    }

    private static void orNull(ObjectNode schema, String of) {
        schema.putArray("anyOf").addObject().put("$ref", SCHEMAS + of);
        schema.withArray("anyOf").addObject().put("type", "null");
    }

    private static void embed(ObjectNode schemas, String name, Class<?> resource) {
        schemas.set(name, EmbeddedSchema.of(Schemas.generate(resource), SCHEMAS + name));
    }
}
