package io.hatchery.runner.simulation;

import io.hatchery.spec.ContainerName;
import io.hatchery.spec.HostName;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The definition of a container, as an author writes it.
 *
 * @param version a number that is different for each definition; 0 for a deletion
 * @param isGood whether it has no errors of its own
 * @param host the host that it names; null for none
 * @param zone the label that its host must have; null for none
 * @param profiles that it names
 * @param port of its host that is forwarded to it; 0 for none
 * @param system that it runs, see {@link SimulatedSystems}; null if it boots its root
 * @param expected the revision that it replaces; null for any
 */
record SimulatedDefinition(
        ContainerName container,
        int version,
        boolean isGood,
        @Nullable HostName host,
        @Nullable String zone,
        List<String> profiles,
        int port,
        @Nullable String system,
        @Nullable Long expected) {
    static SimulatedDefinition deletion(ContainerName container, @Nullable Long expected) {
        return new SimulatedDefinition(container, 0, true, null, null, List.of(), 0, null, expected);
    }

    boolean deletes() {
        return version == 0;
    }

    /** The same with another system, as a rollback writes it. */
    SimulatedDefinition with(String otherSystem, @Nullable Long nowExpected) {
        return new SimulatedDefinition(
                container, version, isGood, host, zone, profiles, port, otherSystem, nowExpected);
    }
}
