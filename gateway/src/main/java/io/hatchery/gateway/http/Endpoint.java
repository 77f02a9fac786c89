package io.hatchery.gateway.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.spec.json.Json;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One operation of the API: what the router routes and what the OpenAPI document says are both made from this.
 *
 * @param method the HTTP method
 * @param path with parameters in braces, as OpenAPI writes them
 * @param id the operation's id
 * @param summary what it does, in a line
 * @param parameters those of the query and the headers
 * @param body the name of the schema of its request body; null if it takes none
 * @param responses what it answers: by status, the name of the schema, or empty where there is no body; the document adds the
 *     statuses that every endpoint has
 * @param handler does it; may throw {@link ApiProblem}
 */
record Endpoint(
        HttpMethod method,
        String path,
        String id,
        String summary,
        List<Parameter> parameters,
        @Nullable String body,
        Map<Integer, String> responses,
        Consumer<RoutingContext> handler) {
    /**
     * A parameter.
     *
     * @param name its name
     * @param in {@code query} or {@code header}
     * @param description what it means
     * @param schema of its values
     */
    record Parameter(String name, String in, String description, ObjectNode schema) {
        static Parameter query(String name, String description) {
            return query(name, description, Json.object().put("type", "string"));
        }

        static Parameter query(String name, String description, ObjectNode schema) {
            return new Parameter(name, "query", description, schema);
        }

        static Parameter header(String name, String description) {
            return new Parameter(name, "header", description, Json.object().put("type", "string"));
        }
    }

    /**
     * What an endpoint answers.
     *
     * @param answers by status, the name of the schema
     * @param problems the statuses that carry a {@link ApiProblem}
     */
    static Map<Integer, String> responses(Map<Integer, String> answers, int... problems) {
        var all = new TreeMap<>(answers);
        for (int status : problems) {
            all.put(status, Api.PROBLEM);
        }
        return all;
    }

    Endpoint {
        parameters = List.copyOf(parameters);
        responses = Map.copyOf(responses);
    }

    /** The path as the router writes it. */
    String route() {
        return path.replaceAll("\\{(\\w+)}", ":$1");
    }
}
