package io.hatchery.gateway.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.spec.json.Json;
import io.vertx.ext.web.RoutingContext;

/** Writes answers. */
final class Responses {
    private Responses() {}

    static void json(RoutingContext request, int status, Object body) {
        write(request, status, "application/json", Json.text(body));
    }

    static void problem(RoutingContext request, Problem problem) {
        if (request.response().ended()) {
            return;
        }
        if (problem.status() == 401) {
            request.response().putHeader("WWW-Authenticate", "Bearer");
        }
        if (problem.status() == 503 && !request.response().headers().contains("Retry-After")) {
            request.response().putHeader("Retry-After", "1");
        }
        ObjectNode body = problem.body(request.request().path());
        write(request, problem.status(), Problem.MEDIA_TYPE, Json.text(body));
    }

    static void write(RoutingContext request, int status, String mediaType, String body) {
        if (!request.response().ended()) {
            var _ = request.response()
                    .setStatusCode(status)
                    .putHeader("Content-Type", mediaType)
                    .end(body + (mediaType.endsWith("json") ? "\n" : ""));
        }
    }
}
