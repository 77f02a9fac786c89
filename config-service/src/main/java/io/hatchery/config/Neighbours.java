package io.hatchery.config;

import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.HostName;
import io.hatchery.spec.option.Problem;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** What a decision about one container has to know of the others and of the hosts. */
interface Neighbours {
    /**
     * Where to put a container that names no host.
     *
     * @param requires labels that its host is to have
     * @param last where it is; null if nowhere yet
     */
    Optional<HostName> place(SortedMap<String, String> requires, @Nullable HostName last);

    /** What others on its host have that a container wants for itself. */
    List<Problem> clashes(ContainerSpec spec);
}
