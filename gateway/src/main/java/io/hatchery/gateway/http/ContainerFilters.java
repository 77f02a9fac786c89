package io.hatchery.gateway.http;

import io.hatchery.gateway.http.Endpoint.Parameter;
import io.hatchery.gateway.view.FleetFilter;
import io.hatchery.protocol.Phase;
import io.hatchery.protocol.token.Scope;
import io.hatchery.spec.HostName;
import io.hatchery.spec.LabelSelector;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.stream.Stream;

/** Reads which containers a request is about from its query. */
final class ContainerFilters {
    /** The longest text to search for, in characters. */
    private static final int MAX_TEXT = 200;

    private static final List<Parameter> PARAMETERS = List.of(
            Parameter.query("host", "Only those of this host", ParameterTypes.host()),
            Parameter.query("phase", "Only those in this phase", ParameterTypes.oneOf(Phase.class)),
            Parameter.query(
                    "selector",
                    "Only those whose labels it selects, as in Kubernetes: tier=web,env!=dev,zone in (a,b),!old"),
            Parameter.query(
                    "outdated", "Whether they run from another spec than the one in force", ParameterTypes.bool()),
            Parameter.query("text", "Only those with this text in the name, the description or the host"));

    private ContainerFilters() {}

    /** The parameters of a filter, and those that an endpoint takes beside them. */
    static Parameter[] parameters(Parameter... others) {
        return Stream.concat(PARAMETERS.stream(), Stream.of(others)).toArray(Parameter[]::new);
    }

    /** The filter of a request. */
    static FleetFilter of(RoutingContext request) {
        return new FleetFilter(
                Scope.ALL, // the view adds that of the principal
                selector(request),
                Requests.query(request, "host", HostName::new),
                Requests.query(request, "phase", ContainerFilters::phase),
                false,
                Requests.query(request, "outdated", ContainerFilters::bool),
                Requests.query(request, "text", ContainerFilters::text));
    }

    static LabelSelector selector(RoutingContext request) {
        LabelSelector selector = Requests.query(request, "selector", LabelSelector::parse);
        return selector == null ? LabelSelector.ALL : selector;
    }

    static Phase phase(String word) {
        return Requests.oneOf("phase", word, List.of(Phase.values()), Phase::word);
    }

    static boolean bool(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("write true or false");
        };
    }

    private static String text(String text) {
        if (text.length() > MAX_TEXT) {
            throw new IllegalArgumentException("give at most " + MAX_TEXT + " characters");
        }
        return text;
    }
}
