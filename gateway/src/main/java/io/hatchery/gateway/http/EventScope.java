package io.hatchery.gateway.http;

import io.hatchery.gateway.access.ApiPrincipal;
import io.hatchery.gateway.view.FleetView;
import io.hatchery.protocol.FleetEvent;
import io.hatchery.protocol.token.Scope;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.HostName;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The events that a principal may see: those of containers that are in its scope now, and of hosts that its scope names.
 *
 * @param containers the names of those in scope; of no importance if the scope is the whole fleet
 */
record EventScope(Scope scope, Set<String> containers) {
    /** Keeps the set as it is: it has as many names as the scope has containers, and nobody changes it. */
    EventScope {}

    /**
     * The scope of a request.
     *
     * @param container only events of this one are asked for; null for all
     */
    static Future<EventScope> of(RoutingContext request, ServedFleet fleet, @Nullable ContainerName container) {
        ApiPrincipal principal = Requests.principal(request);
        if (principal.scope().isAll()) {
            return Future.succeededFuture(new EventScope(Scope.ALL, Set.of()));
        }
        return fleet.read(request, view -> new EventScope(principal.scope(), names(view, container)));
    }

    private static Set<String> names(FleetView view, @Nullable ContainerName container) {
        if (container == null) {
            return view.namesInScope();
        }
        return view.isThere(container) ? Set.of(container.value()) : Set.of();
    }

    /** Whether a record with that key, the name of a container or of a host, may be one that is seen. */
    boolean mayAdmit(String key) {
        return scope.isAll() || containers.contains(key) || HostName.isValid(key) && scope.hasHost(new HostName(key));
    }

    /** Whether an event is seen. */
    boolean admits(FleetEvent event) {
        if (scope.isAll()) {
            return true;
        }
        ContainerName container = event.container();
        HostName host = event.host();
        return container == null ? host != null && scope.hasHost(host) : containers.contains(container.value());
    }
}
