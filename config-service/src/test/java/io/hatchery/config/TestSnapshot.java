package io.hatchery.config;

import io.hatchery.config.system.Systems;
import io.hatchery.protocol.Evaluation;
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

    @Override
    public Optional<HostName> place(SortedMap<String, String> hostSelector, @Nullable HostName last) {
        return Optional.ofNullable(chosen);
    }

    @Override
    public List<DefinitionProblem> clashes(ContainerSpec spec) {
        return PortAllocations.clashes(spec, others);
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
