package io.hatchery.gateway.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.gateway.access.Permission;
import io.hatchery.gateway.access.Permissions;
import io.hatchery.spec.json.Json;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A method of a path of the API. The router and the OpenAPI document are made from it. Immutable. */
final class Endpoint {
    private final HttpMethod method;
    private final String path;
    private final String id;
    private final String summary;
    private final List<Parameter> parameters;
    private final @Nullable String body;
    private final int bodyLimit;
    private final Map<Integer, String> responses;
    private final Consumer<RoutingContext> handler;

    private Endpoint(EndpointBuilder parts, Consumer<RoutingContext> handler) {
        this.method = parts.method;
        this.path = parts.path;
        this.id = parts.id;
        this.summary = parts.summary;
        this.parameters = List.copyOf(parts.parameters);
        this.body = parts.body;
        this.bodyLimit = parts.bodyLimit;
        this.responses = Map.copyOf(parts.responses);
        this.handler = handler;
    }

    /**
     * Begins the declaration of a GET.
     *
     * @param path with parameters in braces, as OpenAPI writes them
     */
    static EndpointBuilder get(String path) {
        return new EndpointBuilder(HttpMethod.GET, path);
    }

    /** Begins the declaration of a PUT. */
    static EndpointBuilder put(String path) {
        return new EndpointBuilder(HttpMethod.PUT, path);
    }

    /** Begins the declaration of a POST. */
    static EndpointBuilder post(String path) {
        return new EndpointBuilder(HttpMethod.POST, path);
    }

    /** Begins the declaration of a DELETE. */
    static EndpointBuilder delete(String path) {
        return new EndpointBuilder(HttpMethod.DELETE, path);
    }

    /** Collects the parts of an endpoint; {@link #handledBy} makes it. */
    static final class EndpointBuilder {
        private final HttpMethod method;
        private final String path;
        private final List<Parameter> parameters = new ArrayList<>();
        private final Map<Integer, String> responses = new TreeMap<>();
        private String id = "";
        private String summary = "";
        private @Nullable String body;
        private int bodyLimit = Api.MAX_BODY;

        private EndpointBuilder(HttpMethod method, String path) {
            this.method = method;
            this.path = path;
        }

        /** The id of the operation in the OpenAPI document. */
        EndpointBuilder id(String operation) {
            id = operation;
            return this;
        }

        /** What it does, in one line. */
        EndpointBuilder summary(String line) {
            summary = line;
            return this;
        }

        /** The parameters of the query and the headers; others are refused with 400. */
        EndpointBuilder parameters(Parameter... taken) {
            parameters.addAll(List.of(taken));
            return this;
        }

        /** The name of the schema of the request body; without it the endpoint takes none. */
        EndpointBuilder body(String schema) {
            body = schema;
            return this;
        }

        /** The most bytes of the request body; {@link Api#MAX_BODY} otherwise. */
        EndpointBuilder bodyLimit(int bytes) {
            bodyLimit = bytes;
            return this;
        }

        /** A status and the name of the schema of its body. */
        EndpointBuilder answers(int status, String schema) {
            responses.put(status, schema);
            return this;
        }

        /** A status without a body. */
        EndpointBuilder answers(int status) {
            return answers(status, "");
        }

        /** The statuses that carry a problem, besides those that every endpoint has. */
        EndpointBuilder problems(int... statuses) {
            for (int status : statuses) {
                responses.put(status, Api.PROBLEM);
            }
            return this;
        }

        /**
         * Makes the endpoint.
         *
         * @param handler answers a request; may throw {@link ApiProblem}
         */
        Endpoint handledBy(Consumer<RoutingContext> handler) {
            return new Endpoint(this, handler);
        }
    }

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

    HttpMethod method() {
        return method;
    }

    /** With parameters in braces, as OpenAPI writes them. */
    String path() {
        return path;
    }

    String id() {
        return id;
    }

    /** Who may use it. */
    Permission permission() {
        return Permissions.of(id);
    }

    String summary() {
        return summary;
    }

    List<Parameter> parameters() {
        return parameters;
    }

    /** The name of the schema of its request body; null if it takes none. */
    @Nullable
    String body() {
        return body;
    }

    /** The most bytes of its request body. */
    int bodyLimit() {
        return bodyLimit;
    }

    /** By status, the name of the schema, or empty where there is no body. */
    Map<Integer, String> responses() {
        return responses;
    }

    Consumer<RoutingContext> handler() {
        return handler;
    }

    /** The path as the router writes it. */
    String route() {
        return path.replaceAll("\\{(\\w+)}", ":$1");
    }
}
