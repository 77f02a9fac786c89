package io.hatchery.config;

import io.hatchery.config.system.Systems;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.HostName;
import io.hatchery.spec.SystemSource;
import io.hatchery.spec.option.DefinitionProblem;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** The other containers and the hosts, as an evaluation needs them. */
interface FleetSnapshot {
    /**
     * The placement of a container that names no host; empty if no host matches.
     *
     * @param hostSelector labels that the host must have
     * @param last its present host; null if it has none
     * @param demand what it may use of its host
     */
    Optional<HostName> place(SortedMap<String, String> hostSelector, @Nullable HostName last, ResourceDemand demand);

    /** Conflicts with other containers on the same host. */
    List<DefinitionProblem> clashes(ContainerSpec spec);

    /** The progress of building a container's NixOS system; starts the build if it has not started. */
    Systems.BuildProgress system(ContainerName container, long revision, SystemSource source);

    /** The time. */
    Instant now();
}
