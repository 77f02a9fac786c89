package io.hatchery.gateway.http;

import io.hatchery.gateway.view.FleetView;
import io.hatchery.spec.HostName;
import io.hatchery.spec.json.Json;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.util.List;

/** Hosts. */
final class HostsApi {
    private final ServedFleet fleet;
    private final Clock clock;

    HostsApi(ServedFleet fleet, Clock clock) {
        this.fleet = fleet;
        this.clock = clock;
    }

    List<Endpoint> endpoints() {
        return List.of(
                Endpoint.get("/v1/hosts")
                        .id("listHosts")
                        .summary("Lists hosts by name")
                        .parameters(PagedList.LIMIT, PagedList.CURSOR)
                        .answers(200, "HostList")
                        .problems(400)
                        .handledBy(this::list),
                Endpoint.get("/v1/hosts/{host}")
                        .id("getHost")
                        .summary("Shows a host")
                        .answers(200, "Host")
                        .problems(400, 404)
                        .handledBy(this::get));
    }

    private void list(RoutingContext request) {
        HostName after = Requests.query(request, "cursor", HostName::new);
        int limit = PagedList.limit(request);
        fleet.answer(
                request,
                view -> PagedList.page(
                        limit,
                        view.hostsAfter(after).stream(),
                        host -> Json.text(FleetView.resource(host, clock.instant())),
                        host -> host.status().host().value()));
    }

    private void get(RoutingContext request) {
        HostName name = Requests.path(request, "host", HostName::new);
        fleet.answer(request, view -> {
            var host = view.host(name)
                    .orElseThrow(() -> new ApiProblem(
                            ProblemType.NOT_FOUND, "there is no host " + name + ": run hatchery hosts for the names"));
            return Answer.of(200, FleetView.resource(host, clock.instant()));
        });
    }
}
