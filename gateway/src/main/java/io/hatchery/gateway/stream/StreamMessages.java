package io.hatchery.gateway.stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.gateway.view.RenderedContainer;
import io.hatchery.gateway.view.StreamChange;
import io.hatchery.protocol.HostStatus;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.JsonText;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Renders the messages of the stream. A message without a cursor belongs to the batch of the next one that has a cursor. */
final class StreamMessages {
    private StreamMessages() {}

    /** A page of the fleet. It has no cursor: a client that lost its connection within a snapshot begins anew. */
    static String snapshot(List<RenderedContainer> containers, List<HostStatus> hosts) {
        return new JsonText()
                .string("type", "snapshot")
                .array(
                        "containers",
                        containers.stream().map(RenderedContainer::json).toList())
                .array("hosts", hosts.stream().map(Json::text).toList())
                .end();
    }

    /** Live changes follow. */
    static String synced(StreamCursor cursor) {
        return Json.text(message("synced", cursor));
    }

    static String of(StreamChange change, @Nullable StreamCursor after) {
        if (change instanceof StreamChange.ContainerChange container) {
            return container(container, after);
        }
        ObjectNode message = switch (change) {
            case StreamChange.StatusChange s -> {
                ObjectNode status =
                        message("status", after).put("container", s.container().value());
                if (s.status() != null) {
                    status.put("host", s.status().host().value());
                }
                yield status.set("status", nodeOrNull(s.status()));
            }
            case StreamChange.EventChange e ->
                message("event", after).put("id", e.id()).set("event", Json.node(e.event()));
            case StreamChange.ContainerChange c -> throw new IllegalStateException("is rendered above");
            case StreamChange.Deselection d ->
                message("deselected", after).put("container", d.container().value());
            case StreamChange.OperationChange o ->
                message("operation", after).set("operation", Json.node(o.operation()));
            case StreamChange.HostChange h ->
                message("host", after).put("host", h.host().value()).set("status", nodeOrNull(h.status()));
        };
        return Json.text(message);
    }

    private static String container(StreamChange.ContainerChange change, @Nullable StreamCursor after) {
        return new JsonText()
                .string("type", "container")
                .string("cursor", after == null ? null : after.text())
                .string("container", change.container().value())
                .field("resource", change.json() == null ? "null" : change.json())
                .end();
    }

    private static JsonNode nodeOrNull(@Nullable Object value) {
        return value == null ? Json.object().nullNode() : Json.node(value);
    }

    private static ObjectNode message(String type, @Nullable StreamCursor cursor) {
        ObjectNode message = Json.object().put("type", type);
        return cursor == null ? message : message.put("cursor", cursor.text());
    }
}
