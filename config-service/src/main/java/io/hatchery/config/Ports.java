package io.hatchery.config;

import io.hatchery.protocol.Evaluation;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.PortForward;
import io.hatchery.spec.option.Problem;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** A port of a host is forwarded to one container. */
final class Ports {
    private Ports() {}

    static List<PortForward> of(ContainerSpec spec) {
        return spec.network() == null ? List.of() : spec.network().forwardPorts();
    }

    /** The ports that the container wants and another one on its host has. */
    static List<Problem> clashes(ContainerSpec spec, Collection<Evaluation> evaluations) {
        var problems = new ArrayList<Problem>();
        for (PortForward port : of(spec)) {
            for (Evaluation evaluation : evaluations) {
                ContainerSpec other = evaluation.spec();
                if (other != null
                        && other.host().equals(spec.host())
                        && !other.name().equals(spec.name())
                        && has(other, port)) {
                    problems.add(clash(spec, port, other));
                }
            }
        }
        return problems;
    }

    private static boolean has(ContainerSpec spec, PortForward wanted) {
        return of(spec).stream()
                .anyMatch(port ->
                        port.hostPort() == wanted.hostPort() && port.protocol().equals(wanted.protocol()));
    }

    private static Problem clash(ContainerSpec spec, PortForward port, ContainerSpec other) {
        return new Problem(
                "containers." + spec.name() + ".forwardPorts",
                port.protocol() + " " + port.hostPort(),
                "placement",
                "host " + spec.host() + " forwards that port to container " + other.name(),
                "choose another hostPort or another host");
    }
}
