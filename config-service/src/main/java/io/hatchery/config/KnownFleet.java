package io.hatchery.config;

import io.hatchery.config.system.Systems;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.HostName;
import io.hatchery.spec.SystemSource;
import io.hatchery.spec.option.DefinitionProblem;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** The fleet as folded by this config-service. */
record KnownFleet(FleetViews views, Systems systems, Clock clock) implements FleetSnapshot {
    @Override
    public Optional<HostName> place(
            SortedMap<String, String> hostSelector, @Nullable HostName last, ResourceDemand demand) {
        return views.containers().placement().choose(hostSelector, last, demand, clock.instant());
    }

    @Override
    public List<DefinitionProblem> clashes(ContainerSpec spec) {
        return views.containers().ports().clashes(spec);
    }

    @Override
    public Systems.BuildProgress system(ContainerName container, long revision, SystemSource from) {
        return systems.of(container, revision, from);
    }

    @Override
    public Instant now() {
        return clock.instant();
    }
}
