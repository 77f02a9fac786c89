package io.hatchery.config;

import io.hatchery.protocol.Evaluation;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.PortForward;
import io.hatchery.spec.option.DefinitionLimits;
import io.hatchery.spec.option.DefinitionProblem;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.TreeMap;

/** Checks that each port of a host is forwarded to one container only. */
final class PortAllocations {
    private PortAllocations() {}

    static List<PortForward> of(ContainerSpec spec) {
        return spec.network() == null ? List.of() : spec.network().forwardPorts();
    }

    /** Errors for ports that another container on the same host already has, up to the maximum number of listed errors. */
    static List<DefinitionProblem> clashes(ContainerSpec spec, Collection<Evaluation> evaluations) {
        var wanted = new HashMap<String, PortForward>();
        of(spec).forEach(port -> wanted.put(key(port), port));
        if (wanted.isEmpty()) {
            return List.of();
        }
        // Sorted, so that the same clashes give the same evaluation.
        var clashes = new TreeMap<String, DefinitionProblem>();
        for (Evaluation evaluation : evaluations) {
            ContainerSpec other = evaluation.spec();
            if (other == null
                    || !other.host().equals(spec.host())
                    || other.name().equals(spec.name())) {
                continue;
            }
            for (PortForward taken : of(other)) {
                PortForward port = wanted.get(key(taken));
                if (port != null) {
                    clashes.put(key(port) + " " + other.name(), clash(spec, port, other));
                }
            }
        }
        return clashes.values().stream().limit(DefinitionLimits.MAX_ERRORS).toList();
    }

    private static String key(PortForward port) {
        return port.protocol() + " " + port.hostPort();
    }

    private static DefinitionProblem clash(ContainerSpec spec, PortForward port, ContainerSpec other) {
        return new DefinitionProblem(
                "containers." + spec.name() + ".forwardPorts",
                port.protocol() + " " + port.hostPort(),
                "placement",
                "host " + spec.host() + " forwards that port to container " + other.name(),
                "choose another hostPort or another host");
    }
}
