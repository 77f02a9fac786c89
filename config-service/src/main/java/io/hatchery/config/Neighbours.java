package io.hatchery.config;

import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.HostName;
import io.hatchery.spec.option.Problem;
import java.util.List;
import java.util.Optional;

/** What a decision about one container has to know of the others and of the hosts. */
interface Neighbours {
    /** Where to put a container that names no host and has none yet. */
    Optional<HostName> place();

    /** What others on its host have that a container wants for itself. */
    List<Problem> clashes(ContainerSpec spec);
}
