package io.hatchery.config;

import io.hatchery.protocol.Evaluation;
import io.hatchery.protocol.Heartbeat;
import io.hatchery.protocol.HostStatus;
import io.hatchery.spec.HostName;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** Chooses a host for a container whose definition names none. */
final class Placement {
    private Placement() {}

    /**
     * The last host if it has the labels or no other host has them; otherwise the live host with the labels that has the fewest specs,
     * and the first by name among equals.
     *
     * @param last its present host; null if it has none
     */
    static Optional<HostName> of(
            SortedMap<String, String> hostSelector,
            @Nullable HostName last,
            Map<HostName, Heartbeat> hosts,
            Collection<Evaluation> evaluations,
            Instant now) {
        Heartbeat there = last == null ? null : hosts.get(last);
        if (last != null && (there == null || has(there.status(), hostSelector))) {
            return Optional.of(last);
        }
        return hosts.values().stream()
                .filter(host -> host.isAlive(now) && has(host.status(), hostSelector))
                .map(host -> host.status().host())
                .min(Comparator.comparingLong((HostName host) -> load(host, evaluations))
                        .thenComparing(h -> h))
                .or(() -> Optional.ofNullable(last));
    }

    private static boolean has(HostStatus host, SortedMap<String, String> labels) {
        return host.labels().entrySet().containsAll(labels.entrySet());
    }

    private static long load(HostName host, Collection<Evaluation> evaluations) {
        return evaluations.stream()
                .map(Evaluation::spec)
                .filter(spec -> spec != null && spec.host().equals(host))
                .count();
    }
}
