package io.hatchery.config;

import io.hatchery.config.system.Systems;
import io.hatchery.protocol.Evaluation;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.HostName;
import io.hatchery.spec.SystemSource;
import io.hatchery.spec.option.DefinitionProblem;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * A fleet as a plan sees it.
 *
 * @param chosen the host that placement chooses, whatever is required; null for none
 * @param others the other containers
 * @param system what has come of every system
 */
record TestSnapshot(@Nullable HostName chosen, List<Evaluation> others, Systems.BuildProgress system)
        implements FleetSnapshot {
    static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    static TestSnapshot choosing(@Nullable HostName host) {
        return new TestSnapshot(host, List.of(), new Systems.PendingSystem());
    }

    static TestSnapshot beside(HostName host, Evaluation... others) {
        return new TestSnapshot(host, List.of(others), new Systems.PendingSystem());
    }

    static TestSnapshot building(HostName host, Systems.BuildProgress system) {
        return new TestSnapshot(host, List.of(), system);
    }

    /** The ports of containers. */
    static PortAllocations portsOf(Collection<Evaluation> containers) {
        var index = new ContainerIndex();
        containers.forEach(index::put);
        return index.ports();
    }

    @Override
    public Optional<HostName> place(
            SortedMap<String, String> hostSelector, @Nullable HostName last, ResourceDemand demand) {
        return Optional.ofNullable(chosen);
    }

    @Override
    public List<DefinitionProblem> clashes(ContainerSpec spec) {
        return portsOf(others).clashes(spec);
    }

    @Override
    public Systems.BuildProgress system(ContainerName container, long revision, SystemSource source) {
        return system;
    }

    @Override
    public Instant now() {
        return NOW;
    }
}
