package io.hatchery.gateway.http;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A path of the API with the methods that it takes (RFC 9110, 9.1): HEAD wherever GET is, OPTIONS everywhere. */
final class Resource {
    private final String route;
    private final Map<HttpMethod, Endpoint> endpoints = new LinkedHashMap<>();

    private Resource(String route) {
        this.route = route;
    }

    /**
     * Routes each path of these endpoints.
     *
     * @param admission throws {@link ApiProblem} for a request that may not use the endpoint, before its body is read
     */
    static void routeIn(Router router, List<Endpoint> endpoints, BiConsumer<RoutingContext, Endpoint> admission) {
        var resources = new LinkedHashMap<String, Resource>();
        for (Endpoint endpoint : endpoints) {
            resources.computeIfAbsent(endpoint.route(), Resource::new).endpoints.put(endpoint.method(), endpoint);
        }
        resources
                .values()
                .forEach(each -> router.route(each.route).handler(request -> {
                    Endpoint endpoint = each.endpointOf(request);
                    if (endpoint != null) {
                        admission.accept(request, endpoint);
                    }
                    request.next();
                }));
        for (Endpoint endpoint : endpoints) {
            if (endpoint.body() != null) {
                router.route(endpoint.method(), endpoint.route())
                        .handler(BodyHandler.create(false).setBodyLimit(endpoint.bodyLimit()));
            }
        }
        resources.values().forEach(each -> router.route(each.route).handler(each::handle));
    }

    /** The endpoint of a request; null if the path does not take its method. */
    private @Nullable Endpoint endpointOf(RoutingContext request) {
        HttpMethod method = request.request().method();
        return endpoints.get(method.equals(HttpMethod.HEAD) ? HttpMethod.GET : method);
    }

    private void handle(RoutingContext request) {
        HttpMethod method = request.request().method();
        if (method.equals(HttpMethod.OPTIONS)) {
            var _ = request.response()
                    .putHeader(HttpHeaders.ALLOW, allowed())
                    .setStatusCode(204)
                    .end();
            return;
        }
        Endpoint endpoint = endpointOf(request);
        if (endpoint == null) {
            refuseMethod(request, allowed());
            return;
        }
        requireKnownParameters(request, endpoint);
        endpoint.handler().accept(request);
    }

    /** Answers with 405, and which methods the path takes. */
    static void refuseMethod(RoutingContext request, String allowed) {
        request.response().putHeader(HttpHeaders.ALLOW, allowed);
        Responses.problem(
                request,
                new ApiProblem(
                        ProblemType.METHOD_NOT_ALLOWED,
                        request.request().path() + " does not take "
                                + request.request().method() + ": use one of " + allowed));
    }

    private String allowed() {
        var methods = new ArrayList<HttpMethod>();
        endpoints.keySet().forEach(method -> {
            methods.add(method);
            if (method.equals(HttpMethod.GET)) {
                methods.add(HttpMethod.HEAD);
            }
        });
        methods.add(HttpMethod.OPTIONS);
        return methods.stream().map(HttpMethod::name).collect(Collectors.joining(", "));
    }

    private static void requireKnownParameters(RoutingContext request, Endpoint endpoint) {
        var known = endpoint.parameters().stream()
                .filter(parameter -> parameter.in().equals("query"))
                .map(Endpoint.Parameter::name)
                .collect(Collectors.toCollection(TreeSet::new));
        for (String name : request.queryParams().names()) {
            if (!known.contains(name)) {
                throw new ApiProblem(
                        ProblemType.UNKNOWN_PARAMETER,
                        "there is no query parameter '" + name + "' here: "
                                + (known.isEmpty()
                                        ? "leave it out, none is taken"
                                        : "the known ones are " + String.join(", ", known)));
            }
        }
    }
}
