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

/** What the evaluation of one container has to know of the others and of the hosts. */
interface FleetSnapshot {
    /**
     * Where to put a container that names no host.
     *
     * @param hostSelector labels that its host is to have
     * @param last where it is; null if nowhere yet
     */
    Optional<HostName> place(SortedMap<String, String> hostSelector, @Nullable HostName last);

    /** What others on its host have that a container wants for itself. */
    List<DefinitionProblem> clashes(ContainerSpec spec);

    /** What has come of the source of a container's system; it is evaluated and built from now on, if that was not begun. */
    Systems.BuildProgress system(ContainerName container, long revision, SystemSource source);

    /** The time. */
    Instant now();
}
