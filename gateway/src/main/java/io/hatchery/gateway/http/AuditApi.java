package io.hatchery.gateway.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.gateway.access.ApiPrincipal;
import io.hatchery.gateway.audit.AuditReader;
import io.hatchery.gateway.http.Endpoint.Parameter;
import io.hatchery.spec.json.Json;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.util.List;

/** The audit trail. */
final class AuditApi {
    /** How many requests read it at a time: each costs a consumer and a thread. */
    private static final int MAX_READING = 8;

    private final ServedFleet fleet;
    private final AuditReader reader;
    private int reading;

    AuditApi(ServedFleet fleet, AuditReader reader) {
        this.fleet = fleet;
        this.reader = reader;
    }

    List<Endpoint> endpoints() {
        return List.of(Endpoint.get("/v1/audit")
                .id("listAuditEntries")
                .summary("Lists who changed what and which requests were refused, the newest entries, oldest first")
                .parameters(
                        Parameter.query(
                                "before", "The previous of a page: only what came before", ParameterTypes.count(0)),
                        PagedList.LIMIT)
                .answers(200, "AuditItemList")
                .problems(400, 503)
                .handledBy(this::list));
    }

    private void list(RoutingContext request) {
        Long before = Requests.query(request, "before", Long::valueOf);
        int limit = PagedList.limit(request);
        ApiPrincipal principal = Requests.principal(request);
        if (reading >= MAX_READING) {
            throw new ApiProblem(
                    ProblemType.TOO_MANY_REQUESTS,
                    reading + " requests read the audit trail already: try again in a second");
        }
        reading++;
        reader.page(before, limit)
                .compose(page -> fleet.readWhole(principal, view -> page))
                .onSuccess(page -> {
                    ObjectNode body = Json.object();
                    body.putArray("items")
                            .addAll(page.items().stream()
                                    .map(item -> (ObjectNode) Json.node(item))
                                    .toList());
                    body.putNull("next");
                    body.put("previous", page.previous() == null ? null : String.valueOf(page.previous()));
                    Responses.json(request, 200, body);
                })
                .eventually(() -> {
                    reading--;
                    return Future.succeededFuture();
                })
                .onFailure(request::fail);
    }
}
