package io.hatchery.protocol.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.spec.json.Json;

/**
 * A JSON Schema of 2020-12 as an AsyncAPI schema, which is a superset of draft 7. The schemas of Hatchery differ in two places: the
 * name of the definitions, and that references begin at the whole document.
 */
final class EmbeddedSchema {
    private EmbeddedSchema() {}

    /**
     * The schema as it stands in an AsyncAPI document.
     *
     * @param place a reference to the schema in that document
     */
    static JsonNode of(JsonNode schema, String place) {
        return switch (schema) {
            case ObjectNode object -> {
                ObjectNode copy = Json.object();
                for (var entry : object.properties()) {
                    JsonNode value = entry.getValue();
                    switch (entry.getKey()) {
                        case "$schema", "$id" -> {}
                        case "$defs" -> copy.set("definitions", of(value, place));
                        case "$ref" -> copy.put("$ref", reference(value.asText(), place));
                        default -> copy.set(entry.getKey(), of(value, place));
                    }
                }
                yield copy;
            }
            case ArrayNode array -> {
                ArrayNode copy = Json.object().putArray("copy");
                array.forEach(element -> copy.add(of(element, place)));
                yield copy;
            }
            default -> schema;
        };
    }

    private static String reference(String reference, String place) {
        return reference.equals("#") ? place : reference.replace("#/$defs/", place + "/definitions/");
    }
}
