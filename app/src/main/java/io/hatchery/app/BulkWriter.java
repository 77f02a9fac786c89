package io.hatchery.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.app.ApiClient.ApiResponse;
import io.hatchery.spec.json.Json;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes many definitions with few requests. */
final class BulkWriter {
    /** The gateway takes 500 definitions of 4 MiB. */
    private static final int MAX_DEFINITIONS = 200;

    private static final int MAX_BYTES = 3 << 20;

    private final ApiClient api;
    private final String query;

    /**
     * What became of a definition.
     *
     * @param response as to a request for this container alone; null if it was refused
     * @param refusal the reason; null if it was taken
     */
    record WrittenDefinition(
            DefinitionFiles.Named definition,
            @Nullable ApiResponse response,
            @Nullable String refusal) {}

    /**
     * @param query of the requests, with its question mark; empty for none
     */
    BulkWriter(ApiClient api, String query) {
        this.api = api;
        this.query = query;
    }

    /**
     * Writes them, and waits until they are evaluated.
     */
    List<WrittenDefinition> write(List<DefinitionFiles.Named> definitions) {
        var written = new ArrayList<WrittenDefinition>();
        var chunk = new ArrayList<DefinitionFiles.Named>();
        int bytes = 0;
        for (DefinitionFiles.Named definition : definitions) {
            int size = Json.bytes(definition.options()).length;
            if (chunk.size() == MAX_DEFINITIONS || !chunk.isEmpty() && bytes + size > MAX_BYTES) {
                written.addAll(send(chunk));
                chunk.clear();
                bytes = 0;
            }
            chunk.add(definition);
            bytes += size;
        }
        if (!chunk.isEmpty()) {
            written.addAll(send(chunk));
        }
        return written;
    }

    private List<WrittenDefinition> send(List<DefinitionFiles.Named> chunk) {
        ObjectNode body = Json.object();
        ObjectNode definitions = body.putObject("definitions");
        chunk.forEach(each -> definitions.set(each.name(), each.options()));
        try {
            ApiResponse answer = api.call("PUT", "/v1/containers" + query, Json.bytes(body), "application/json");
            var items = new HashMap<String, JsonNode>();
            answer.body()
                    .path("items")
                    .forEach(item -> items.put(item.path("name").asText(), item));
            return chunk.stream()
                    .map(each -> written(each, items.getOrDefault(each.name(), Json.object())))
                    .toList();
        } catch (UserError e) {
            return chunk.stream()
                    .map(each -> new WrittenDefinition(each, null, e.getMessage()))
                    .toList();
        }
    }

    private WrittenDefinition written(DefinitionFiles.Named definition, JsonNode item) {
        int status = item.path("status").asInt();
        if (item.path("container") instanceof ObjectNode container) {
            return new WrittenDefinition(definition, new ApiResponse(status, Map.of(), container), null);
        }
        ObjectNode problem = item.path("problem") instanceof ObjectNode object ? object : Json.object();
        return new WrittenDefinition(
                definition, null, api.refusal(status, problem).getMessage());
    }
}
