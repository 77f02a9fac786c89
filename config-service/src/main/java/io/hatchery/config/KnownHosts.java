package io.hatchery.config;

import io.hatchery.bus.BusRecord;
import io.hatchery.protocol.Heartbeat;
import io.hatchery.protocol.HostStatus;
import io.hatchery.spec.HostName;
import io.hatchery.spec.json.UnreadableException;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The hosts, folded from heartbeats. Liveness is kept apart from facts: most heartbeats change nothing but their time. */
final class KnownHosts {
    private record Known(Heartbeat heartbeat, @Nullable HeartbeatTimes times) {}

    private final Map<HostName, Known> accepted = new HashMap<>();
    private final Set<HostName> heardOf = new HashSet<>();
    private final Set<HostName> refused = new HashSet<>();

    /** The last accepted heartbeat of a host; null if there is none. */
    @Nullable
    Heartbeat accepted(HostName host) {
        Known known = accepted.get(host);
        return known == null ? null : known.heartbeat;
    }

    /** Whether a host ever sent a heartbeat, even a refused one: it may have containers to release. */
    boolean isHeardOf(HostName host) {
        return heardOf.contains(host);
    }

    void remove(HostName host) {
        accepted.remove(host);
        heardOf.remove(host);
        refused.remove(host);
    }

    /**
     * Folds a heartbeat.
     *
     * @return whether unplaced containers may be placed now
     * @throws UnreadableException if the heartbeat is refused
     */
    boolean view(HostName name, BusRecord record, Instant now) throws UnreadableException {
        Known before = accepted.get(name);
        if (before == null) {
            heardOf.add(name);
        }
        byte[] json = record.raw().value();
        Instant at = before == null || before.times == null ? null : before.times.timeOf(json);
        HostStatus status = at == null || before == null
                ? record.value(HostStatus.class)
                : before.heartbeat.status().withAt(at);
        Optional<String> refusal = Heartbeat.refusal(name, status, record.timestamp());
        if (refusal.isPresent()) {
            throw new UnreadableException(refusal.get());
        }
        refused.remove(name);
        HeartbeatTimes times = at == null || before == null ? HeartbeatTimes.of(json, status) : before.times;
        accepted.put(name, new Known(new Heartbeat(status, record.timestamp()), times));
        return before == null
                || !before.heartbeat.isAlive(now)
                || at == null && !before.heartbeat.status().labels().equals(status.labels());
    }

    /** Notes a refused heartbeat; returns whether the previous one was accepted. */
    boolean refuse(HostName host) {
        return heardOf.contains(host) && refused.add(host);
    }
}
