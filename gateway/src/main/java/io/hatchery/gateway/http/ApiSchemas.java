package io.hatchery.gateway.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.gateway.view.Operation;
import io.hatchery.protocol.schema.Schemas;
import io.hatchery.spec.json.Json;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The schemas of the API's bodies. */
final class ApiSchemas {
    private ApiSchemas() {}

    static Map<String, JsonNode> all() {
        var schemas = new TreeMap<String, JsonNode>();
        Schemas.all().forEach((name, schema) -> schemas.put(name, OpenApi.embedded(name, schema)));
        schemas.put("Operation", OpenApi.embedded("Operation", Schemas.generate(Operation.class)));
        schemas.put("Container", container());
        ObjectNode host = object("host", "state", "at");
        schemas.put("Host", host);
        ObjectNode profile = object("name", "revision", "definition");
        schemas.put("Profile", profile);
        schemas.put("Event", object("id"));
        schemas.put("Generation", object("generation", "path", "revision", "since", "current", "running"));
        schemas.put("BuildLog", object("lines", "next"));
        for (String item : List.of("Container", "Host", "Profile", "Event", "Generation", "Operation")) {
            ObjectNode list = object("items", "next");
            ObjectNode properties = list.putObject("properties");
            properties
                    .putObject("items")
                    .put("type", "array")
                    .putObject("items")
                    .put("$ref", "#/components/schemas/" + item);
            properties.putObject("next").putArray("type").add("string").add("null");
            schemas.put(item + "List", list);
        }
        ObjectNode problem = object("type", "title", "status", "detail");
        problem.putObject("properties").putObject("status").put("type", "integer");
        schemas.put(Api.PROBLEM, problem);
        schemas.put("OpenApi", object("openapi", "paths"));
        schemas.put("Text", Json.object().put("type", "string"));
        return schemas;
    }

    private static ObjectNode container() {
        ObjectNode container = object("name", "status");
        ObjectNode properties = container.putObject("properties");
        properties.putObject("name").put("type", "string");
        properties.putObject("host").put("type", "string");
        properties.putObject("generation").putArray("type").add("integer").add("null");
        properties.putObject("revision").put("type", "integer");
        ObjectNode evaluation = object("state", "errors");
        ObjectNode evaluated = evaluation.putObject("properties");
        evaluated.putObject("errors").put("type", "array");
        evaluated.set("change", object("live", "restart"));
        evaluated.set("leaving", object("host", "operation"));
        properties.set("evaluation", evaluation);
        ObjectNode status = object("phase");
        status.putObject("properties").putObject("phase").put("type", "string");
        properties.set("status", status);
        return container;
    }

    private static ObjectNode object(String... required) {
        ObjectNode schema = Json.object().put("type", "object");
        for (String field : required) {
            schema.withArray("required").add(field);
        }
        return schema;
    }
}
