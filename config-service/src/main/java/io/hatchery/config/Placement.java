package io.hatchery.config;

import io.hatchery.protocol.Evaluation;
import io.hatchery.protocol.HostStatus;
import io.hatchery.spec.HostName;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Where a container goes whose definition names no host. */
final class Placement {
    private Placement() {}

    /** The host with the fewest specs among those that are alive; the first by name among equals. */
    static Optional<HostName> leastLoaded(
            Collection<HostStatus> hosts, Collection<Evaluation> evaluations, Instant now) {
        return hosts.stream()
                .filter(host -> host.isAlive(now))
                .map(HostStatus::host)
                .min(Comparator.comparingLong((HostName host) -> load(host, evaluations))
                        .thenComparing(h -> h));
    }

    private static long load(HostName host, Collection<Evaluation> evaluations) {
        return evaluations.stream()
                .map(Evaluation::spec)
                .filter(spec -> spec != null && spec.host().equals(host))
                .count();
    }
}
