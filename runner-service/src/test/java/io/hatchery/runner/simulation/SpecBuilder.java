package io.hatchery.runner.simulation;

import io.hatchery.spec.ContainerName;
import io.hatchery.spec.HostName;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an author wants of a container.
 *
 * @param version tells definitions apart; 0 deletes
 * @param isGood whether nothing is wrong with it by itself
 * @param host where it is to run; null if that is left open
 * @param zone the label that its host is to have; null if none
 * @param profiles that it names
 * @param port of its host that leads to it; 0 if none does
 * @param system that it runs, see {@link SimulatedSystems}; null if it boots its root
 * @param expected the revision that is to be replaced; null if that does not matter
 */
record SpecBuilder(
        ContainerName container,
        int version,
        boolean isGood,
        @Nullable HostName host,
        @Nullable String zone,
        List<String> profiles,
        int port,
        @Nullable String system,
        @Nullable Long expected) {
    static SpecBuilder deletion(ContainerName container, @Nullable Long expected) {
        return new SpecBuilder(container, 0, true, null, null, List.of(), 0, null, expected);
    }

    boolean deletes() {
        return version == 0;
    }

    /** The same with another system, as a rollback wants it. */
    SpecBuilder with(String otherSystem, @Nullable Long nowExpected) {
        return new SpecBuilder(container, version, isGood, host, zone, profiles, port, otherSystem, nowExpected);
    }
}
