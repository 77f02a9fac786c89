package io.hatchery.gateway.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.spec.json.Json;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.core.http.HttpMethod;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The endpoints as an OpenAPI 3.1 document. */
final class OpenApi {
    /** The name of the schema of a text that is no JSON. */
    static final String TEXT = "Text";

    /** The name of the schema of a line of {@link #LINES}. */
    static final String LOG_LINE = "LogLine";

    /** The media type of JSON, one value on each line. */
    static final String LINES = "application/x-ndjson";

    private static final Pattern PATH_PARAMETER = Pattern.compile("\\{(\\w+)}");
    private static final Map<String, String> TAGS = new TreeMap<>(Map.of(
            "containers", "Containers: defined, read, commanded, deleted",
            "events", "What happened",
            "gateway", "The gateway itself",
            "hosts", "The hosts of the fleet",
            "operations", "What became of commands",
            "profiles", "Options that several definitions share",
            "audit", "Who did what",
            "stream", "The fleet live, over a websocket",
            "tokens", "The tokens with which clients authenticate"));
    private static final Map<Integer, String> SUCCESSES = Map.of(
            101, "The connection becomes a websocket; docs/api/asyncapi.json describes its messages",
            200, "Done",
            201, "Created",
            202, "Accepted, and not ended yet",
            204, "Done");
    /** What any endpoint may answer, for those that need a token. */
    private static final List<Integer> ANYWHERE = List.of(400, 401, 403, 500, 503);

    private OpenApi() {}

    /**
     * The document.
     *
     * @param guarded the endpoints that need the token
     * @param open those that do not
     */
    static ObjectNode document(List<Endpoint> guarded, List<Endpoint> open) {
        ObjectNode document = Json.object().put("openapi", "3.1.0");
        ObjectNode info = document.putObject("info")
                .put("title", "Hatchery")
                .put("version", "1")
                .put("description", "Containers declared, evaluated and run. Errors are RFC 9457 problem details.");
        info.putObject("license").put("name", "Apache 2.0").put("identifier", "Apache-2.0");
        document.putArray("servers").addObject().put("url", "/");
        document.putArray("security").addObject().putArray("bearer");
        TAGS.forEach((name, description) ->
                document.withArray("tags").addObject().put("name", name).put("description", description));
        ObjectNode paths = document.putObject("paths");
        ObjectNode responses = Json.object();
        guarded.forEach(endpoint -> operation(at(paths, endpoint), endpoint, true, responses));
        open.forEach(endpoint ->
                operation(at(paths, endpoint), endpoint, false, responses).putArray("security"));
        ObjectNode components = document.putObject("components");
        components.set("responses", responses);
        components.set("schemas", ApiSchemas.all(guarded));
        components
                .putObject("securitySchemes")
                .putObject("bearer")
                .put("type", "http")
                .put("scheme", "bearer")
                .put(
                        "description",
                        "A token, in the header Authorization; x-hatchery-role of an operation is the role that it needs, and"
                                + " x-hatchery-scope what its scope limits: containers and hosts to those in scope; fleet"
                                + " needs a token whose scope is the whole fleet");
        return document;
    }

    private static ObjectNode at(ObjectNode paths, Endpoint endpoint) {
        return paths.withObjectProperty(endpoint.path())
                .putObject(endpoint.method().name().toLowerCase(Locale.ROOT));
    }

    private static ObjectNode operation(ObjectNode operation, Endpoint endpoint, boolean guarded, ObjectNode shared) {
        operation.put("operationId", endpoint.id()).put("summary", endpoint.summary());
        operation.putArray("tags").add(tag(endpoint));
        if (guarded) {
            operation.put("x-hatchery-role", endpoint.permission().role().word());
            operation.put("x-hatchery-scope", endpoint.permission().reach().word());
        }
        parameters(operation, endpoint);
        if (endpoint.body() != null) {
            ObjectNode content =
                    operation.putObject("requestBody").put("required", true).putObject("content");
            for (String type : List.of("application/json", "application/yaml")) {
                content.putObject(type).putObject("schema").put("$ref", ApiSchemas.reference(endpoint.body()));
            }
        }
        var statuses = new TreeMap<>(endpoint.responses());
        if (guarded) {
            ANYWHERE.forEach(status -> statuses.put(status, Api.PROBLEM));
        }
        ObjectNode responses = operation.putObject("responses");
        statuses.forEach((status, schema) -> {
            ObjectNode response = responses.putObject(status.toString());
            if (schema.equals(Api.PROBLEM)) {
                String name = share(response, status);
                problem(shared.putObject(name), status);
            } else {
                success(response, endpoint, status, schema);
            }
        });
        if (isCached(endpoint)) {
            String name = share(responses.putObject("304"), 304);
            ObjectNode unchanged = shared.putObject(name).put("description", "The client has it already");
            header(unchanged, "ETag", "What the client has");
        }
        return operation;
    }

    /** Refers to a response that several endpoints have, and gives its name. */
    private static String share(ObjectNode response, int status) {
        String name = HttpResponseStatus.valueOf(status).reasonPhrase().replace(" ", "");
        response.put("$ref", "#/components/responses/" + name);
        return name;
    }

    /** Whether it answers with 304 if the client has the answer already: every read of JSON does. */
    private static boolean isCached(Endpoint endpoint) {
        String schema = endpoint.responses().getOrDefault(200, "");
        return endpoint.method().equals(HttpMethod.GET)
                && !schema.isEmpty()
                && !mediaType(schema).equals(LINES)
                && !schema.equals(TEXT);
    }

    /** The kind of thing that a path is of: what comes after the version. */
    private static String tag(Endpoint endpoint) {
        String[] steps = endpoint.path().split("/");
        if (!steps[1].equals("v1")) {
            return "gateway";
        }
        return switch (steps[2]) {
            case "container-counts" -> "containers";
            case "join" -> "hosts";
            default -> steps[2];
        };
    }

    private static void parameters(ObjectNode operation, Endpoint endpoint) {
        var matcher = PATH_PARAMETER.matcher(endpoint.path());
        while (matcher.find()) {
            ObjectNode parameter = operation.withArray("parameters").addObject();
            parameter.put("name", matcher.group(1)).put("in", "path").put("required", true);
            parameter.set("schema", ParameterTypes.inPath(endpoint.path(), matcher.group(1)));
        }
        var parameters = new ArrayList<>(endpoint.parameters());
        if (isCached(endpoint)) {
            parameters.add(Endpoint.Parameter.header("If-None-Match", "The ETag of the answer that the client has"));
        }
        for (Endpoint.Parameter declared : parameters) {
            ObjectNode parameter = operation.withArray("parameters").addObject();
            parameter.put("name", declared.name()).put("in", declared.in()).put("description", declared.description());
            parameter.set("schema", declared.schema());
        }
    }

    private static void success(ObjectNode response, Endpoint endpoint, int status, String schema) {
        response.put("description", SUCCESSES.getOrDefault(status, "Done"));
        if (status == 200 && isCached(endpoint) || schema.equals("Container") || schema.equals("Profile")) {
            header(
                    response,
                    "ETag",
                    "Identifies this answer: for If-None-Match, and of a container or profile for If-Match");
        }
        if (schema.equals("Operation") && !endpoint.method().equals(HttpMethod.GET)) {
            header(response, "Location", "Where the operation is: /v1/operations/{id}");
        }
        if (!schema.isEmpty()) {
            ObjectNode content =
                    response.putObject("content").putObject(mediaType(schema)).putObject("schema");
            content.put("$ref", ApiSchemas.reference(schema));
        }
    }

    private static String mediaType(String schema) {
        return switch (schema) {
            case TEXT -> "text/plain";
            case LOG_LINE -> LINES;
            default -> "application/json";
        };
    }

    private static void problem(ObjectNode response, int status) {
        response.put(
                "description",
                Arrays.stream(ProblemType.values())
                        .filter(type -> type.status() == status)
                        .map(type -> "[" + type.title() + "](" + type.uri() + ")")
                        .collect(Collectors.joining(", ")));
        switch (status) {
            case 401 -> header(response, "WWW-Authenticate", "Bearer");
            case 503 -> header(response, "Retry-After", "Seconds to wait before the next attempt");
            default -> {
                // no header beyond those of every answer
            }
        }
        response.putObject("content")
                .putObject(ApiProblem.MEDIA_TYPE)
                .putObject("schema")
                .put("$ref", ApiSchemas.reference(Api.PROBLEM));
    }

    private static void header(ObjectNode response, String name, String description) {
        response.withObjectProperty("headers")
                .putObject(name)
                .put("description", description)
                .putObject("schema")
                .put("type", "string");
    }
}
