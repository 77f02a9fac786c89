package io.hatchery.gateway.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.gateway.view.BuildLogs;
import io.hatchery.gateway.view.Operation;
import io.hatchery.protocol.HostStatus;
import io.hatchery.protocol.LogLine;
import io.hatchery.protocol.resource.AuditItem;
import io.hatchery.protocol.resource.Container;
import io.hatchery.protocol.resource.ContainerCounts;
import io.hatchery.protocol.resource.Event;
import io.hatchery.protocol.resource.JoinAnswer;
import io.hatchery.protocol.resource.JoinRequest;
import io.hatchery.protocol.resource.Profile;
import io.hatchery.protocol.resource.SystemGeneration;
import io.hatchery.protocol.resource.Token;
import io.hatchery.protocol.resource.TokenRequest;
import io.hatchery.protocol.schema.Schemas;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.option.DefinitionProblem;
import io.hatchery.spec.option.Options;
import java.util.List;
import java.util.Map;

/** The schemas of the API's bodies: those of the records that are written. */
final class ApiSchemas {
    private static final String PLACE = "#/components/schemas/";
    private static final String LIST = "List";
    private static final Map<String, Class<?>> RECORDS = Map.ofEntries(
            Map.entry("AuditItem", AuditItem.class),
            Map.entry("BuildLog", BuildLogs.Part.class),
            Map.entry("Container", Container.class),
            Map.entry("ContainerCounts", ContainerCounts.class),
            Map.entry("DefinitionError", DefinitionProblem.class),
            Map.entry("Event", Event.class),
            Map.entry("Host", HostStatus.class),
            Map.entry("LogLine", LogLine.class),
            Map.entry("Operation", Operation.class),
            Map.entry(Api.PROBLEM, ProblemDetails.class),
            Map.entry("Profile", Profile.class),
            Map.entry("SystemGeneration", SystemGeneration.class),
            Map.entry("JoinRequest", JoinRequest.class),
            Map.entry("JoinAnswer", JoinAnswer.class),
            Map.entry("Token", Token.class),
            Map.entry("TokenRequest", TokenRequest.class));

    private ApiSchemas() {}

    static String reference(String schema) {
        return PLACE + schema;
    }

    /** The components that these endpoints refer to. */
    static ObjectNode all(List<Endpoint> endpoints) {
        ObjectNode schemas = Json.object();
        schemas.setAll(Schemas.components(RECORDS));
        schemas.forEach(schema -> discriminate((ObjectNode) schema, schemas));
        endpoints.stream()
                .flatMap(endpoint -> endpoint.responses().values().stream())
                .filter(name -> name.endsWith(LIST))
                .forEach(name -> schemas.set(name, list(name.substring(0, name.length() - LIST.length()))));
        schemas.set("ContainerDefinition", definition());
        BulkDefinitionsApi.describe(schemas);
        schemas.putObject("Document").put("type", "object");
        ObjectNode state = schemas.putObject("GatewayState").put("type", "object");
        state.putArray("required").add("status");
        state.putObject("properties").putObject("status").put("type", "string");
        schemas.putObject(OpenApi.TEXT).put("type", "string");
        return schemas;
    }

    private static ObjectNode list(String item) {
        ObjectNode list = Json.object().put("type", "object");
        list.putArray("required").add("items").add("next");
        ObjectNode properties = list.putObject("properties");
        properties.putObject("items").put("type", "array").putObject("items").put("$ref", reference(item));
        ObjectNode next = properties.putObject("next");
        next.putArray("type").add("string").add("null");
        next.put("description", "The cursor of the next page; null if there is none");
        if (item.equals("Container")) {
            list.withArray("required").add("stream");
            properties
                    .putObject("stream")
                    .put("type", "string")
                    .put("description", "The cursor of the stream from which on it has what changes after this page");
        }
        if (item.equals("Event") || item.equals("AuditItem")) {
            list.withArray("required").add("previous");
            properties.set(
                    "previous",
                    next.deepCopy().put("description", "The cursor of the page before; null if there is none"));
        }
        return list;
    }

    /**
     * A definition in the forms that generated clients can write. What has several forms is left open, since generators fail on such
     * types; the message's own schema has all forms.
     */
    private static ObjectNode definition() {
        ObjectNode definition = Options.container().schema();
        leaveOpen(definition);
        return definition.put(
                "description",
                "The options of a container or a profile. Any value may also be wrapped as {\"$default\": value} or"
                        + " {\"$force\": value}; docs/api/schemas/ContainerDefinition.json has these forms too.");
    }

    private static void leaveOpen(JsonNode schema) {
        if (schema instanceof ObjectNode object) {
            if (object.has("description") && object.has("default")) {
                // A client that sends a default replaces the value of a profile.
                object.put(
                        "description",
                        object.get("description").asText() + " Default: " + Json.text(object.remove("default")) + ".");
            }
            if (object.has("anyOf") || object.path("type").isArray()) {
                object.remove(List.of("anyOf", "type", "minimum"));
            }
            if (object.get("enum") instanceof ArrayNode words) {
                words.removeIf(word -> !word.isTextual());
                object.put("type", "string");
            }
        }
        schema.forEach(ApiSchemas::leaveOpen);
    }

    /** Names the field that discriminates the alternatives of a schema, and the value of each, as OpenAPI requires. */
    private static void discriminate(ObjectNode schema, ObjectNode schemas) {
        if (schema.path("oneOf") instanceof ArrayNode alternatives) {
            ObjectNode discriminator = schema.putObject("discriminator").put("propertyName", "type");
            ObjectNode mapping = discriminator.putObject("mapping");
            for (JsonNode alternative : alternatives) {
                String reference = alternative.path("$ref").asText();
                JsonNode target = schemas.path(reference.substring(PLACE.length()));
                mapping.put(target.at("/properties/type/const").asText(), reference);
            }
        }
    }
}
