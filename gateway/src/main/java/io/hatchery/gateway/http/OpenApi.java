package io.hatchery.gateway.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.spec.json.Json;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** The endpoints as an OpenAPI 3.1 document. */
final class OpenApi {
    private static final Pattern PATH_PARAMETER = Pattern.compile("\\{(\\w+)}");

    private OpenApi() {}

    static ObjectNode document(List<Endpoint> endpoints) {
        ObjectNode document = Json.object().put("openapi", "3.1.0");
        document.putObject("info")
                .put("title", "Hatchery")
                .put("version", "1")
                .put("description", "Containers declared, evaluated and run. Errors are RFC 9457 problem details.");
        document.putArray("security").addObject().putArray("bearer");
        ObjectNode paths = document.putObject("paths");
        for (Endpoint endpoint : endpoints) {
            operation(
                    paths.withObject("/" + endpoint.path().replace("~", "~0").replace("/", "~1"))
                            .putObject(endpoint.method().name().toLowerCase(java.util.Locale.ROOT)),
                    endpoint);
        }
        ObjectNode components = document.putObject("components");
        components
                .putObject("securitySchemes")
                .putObject("bearer")
                .put("type", "http")
                .put("scheme", "bearer");
        ApiSchemas.all()
                .forEach((name, schema) -> components.withObject("schemas").set(name, schema));
        return document;
    }

    private static void operation(ObjectNode operation, Endpoint endpoint) {
        operation.put("operationId", endpoint.id()).put("summary", endpoint.summary());
        var parameters = operation.putArray("parameters");
        var matcher = PATH_PARAMETER.matcher(endpoint.path());
        while (matcher.find()) {
            parameters
                    .addObject()
                    .put("name", matcher.group(1))
                    .put("in", "path")
                    .put("required", true)
                    .putObject("schema")
                    .put("type", "string");
        }
        for (Endpoint.Parameter parameter : endpoint.parameters()) {
            parameters
                    .addObject()
                    .put("name", parameter.name())
                    .put("in", parameter.in())
                    .put("description", parameter.description())
                    .putObject("schema")
                    .put("type", "string");
        }
        if (endpoint.body() != null) {
            ObjectNode content =
                    operation.putObject("requestBody").put("required", true).putObject("content");
            for (String type : List.of("application/json", "application/yaml")) {
                content.putObject(type).putObject("schema").put("$ref", reference(endpoint.body()));
            }
        }
        ObjectNode responses = operation.putObject("responses");
        var all = new TreeMap<>(endpoint.responses());
        all.put(401, Api.PROBLEM);
        all.forEach((status, schema) -> {
            ObjectNode response = responses
                    .putObject(Integer.toString(status))
                    .put("description", schema.isEmpty() ? "No body" : schema);
            if (!schema.isEmpty()) {
                String type = schema.equals(Api.PROBLEM)
                        ? Problem.MEDIA_TYPE
                        : schema.equals("Text") ? "text/plain" : "application/json";
                response.putObject("content")
                        .putObject(type)
                        .putObject("schema")
                        .put("$ref", reference(schema));
            }
        });
    }

    private static String reference(String schema) {
        return "#/components/schemas/" + schema;
    }

    /** The schema with its own definitions' references made to work inside the document. */
    static JsonNode embedded(String name, ObjectNode schema) {
        ObjectNode copy = schema.deepCopy();
        copy.remove(List.of("$schema", "$id"));
        String text = copy.toString().replace("\"#/$defs/", "\"#/components/schemas/" + name + "/$defs/");
        try {
            return Json.readObject(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        } catch (io.hatchery.spec.json.UnreadableException e) {
            throw new IllegalStateException(e);
        }
    }
}
