package io.hatchery.config;

import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.HostName;
import io.hatchery.spec.PortForward;
import io.hatchery.spec.option.DefinitionLimits;
import io.hatchery.spec.option.DefinitionProblem;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Knows which container forwards which port of a host, and checks that each port is forwarded to one container only. */
final class PortAllocations {
    private static final String OPTION = ".forwardPorts";
    private static final String ORIGIN = "placement";

    private final Map<HostName, Map<String, NavigableSet<ContainerName>>> taken = new HashMap<>();

    static List<PortForward> of(ContainerSpec spec) {
        return spec.network() == null ? List.of() : spec.network().forwardPorts();
    }

    /** The port as text: protocol and number. */
    static String key(PortForward port) {
        return port.protocol() + " " + port.hostPort();
    }

    /** Whether the problem is one of {@link #clashes}; its value is then the {@link #key} of the port. */
    static boolean isClash(DefinitionProblem problem) {
        return problem.path().endsWith(OPTION) && problem.origin().equals(ORIGIN);
    }

    /** Notes that a container forwards ports of a host. */
    void add(ContainerName container, HostName host, Collection<String> ports) {
        for (String port : ports) {
            taken.computeIfAbsent(host, h -> new HashMap<>())
                    .computeIfAbsent(port, p -> new TreeSet<>())
                    .add(container);
        }
    }

    /** Notes that a container no longer forwards ports of a host. */
    void remove(ContainerName container, HostName host, Collection<String> ports) {
        for (String port : ports) {
            taken.computeIfPresent(host, (h, byPort) -> {
                byPort.computeIfPresent(port, (p, containers) -> {
                    containers.remove(container);
                    return containers.isEmpty() ? null : containers;
                });
                return byPort.isEmpty() ? null : byPort;
            });
        }
    }

    /** Errors for ports that another container on the same host already has, up to the maximum number of listed errors. */
    List<DefinitionProblem> clashes(ContainerSpec spec) {
        Map<String, NavigableSet<ContainerName>> byPort = taken.getOrDefault(spec.host(), Map.of());
        // Sorted, so that the same clashes give the same evaluation.
        var clashes = new TreeMap<String, DefinitionProblem>();
        for (PortForward port : of(spec)) {
            for (ContainerName other : byPort.getOrDefault(key(port), new TreeSet<>())) {
                if (!other.equals(spec.name())) {
                    clashes.put(key(port) + " " + other, clash(spec, port, other));
                }
            }
        }
        return clashes.values().stream().limit(DefinitionLimits.MAX_ERRORS).toList();
    }

    private static DefinitionProblem clash(ContainerSpec spec, PortForward port, ContainerName other) {
        return new DefinitionProblem(
                "containers." + spec.name() + OPTION,
                key(port),
                ORIGIN,
                "host " + spec.host() + " forwards that port to container " + other,
                "choose another hostPort or another host");
    }
}
