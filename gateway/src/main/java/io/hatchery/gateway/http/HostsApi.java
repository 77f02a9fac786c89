package io.hatchery.gateway.http;

import io.hatchery.gateway.view.FleetView;
import io.hatchery.spec.HostName;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.util.List;
import java.util.Map;

/** Hosts. */
final class HostsApi {
    private final FleetView view;
    private final Clock clock;

    HostsApi(FleetView view, Clock clock) {
        this.view = view;
        this.clock = clock;
    }

    List<Endpoint> endpoints() {
        return List.of(
                new Endpoint(
                        HttpMethod.GET,
                        "/v1/hosts",
                        "listHosts",
                        "Lists hosts by name",
                        PagedList.PARAMETERS,
                        null,
                        Endpoint.responses(Map.of(200, "HostList"), 400),
                        this::list),
                new Endpoint(
                        HttpMethod.GET,
                        "/v1/hosts/{host}",
                        "getHost",
                        "Shows a host",
                        List.of(),
                        null,
                        Endpoint.responses(Map.of(200, "Host"), 400, 404),
                        this::get));
    }

    private void list(RoutingContext request) {
        HostName after = Requests.query(request, "cursor", HostName::new);
        PagedList.answer(
                request,
                view.hosts().stream()
                        .filter(host -> PagedList.isBehind(host.status().host(), after)),
                host -> FleetView.resource(host, clock.instant()),
                host -> host.status().host().value());
    }

    private void get(RoutingContext request) {
        HostName name = Requests.path(request, "host", HostName::new);
        var host = view.host(name)
                .orElseThrow(() -> new ApiProblem(ProblemType.NOT_FOUND, "host " + name + " was never heard of"));
        Responses.json(request, 200, FleetView.resource(host, clock.instant()));
    }
}
