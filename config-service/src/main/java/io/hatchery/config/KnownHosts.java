package io.hatchery.config;

import io.hatchery.bus.BusRecord;
import io.hatchery.protocol.Heartbeat;
import io.hatchery.protocol.HostStatus;
import io.hatchery.spec.HostName;
import io.hatchery.spec.json.UnreadableException;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The hosts, folded from heartbeats. */
final class KnownHosts {
    private final Map<HostName, Heartbeat> accepted = new HashMap<>();
    private final Set<HostName> heardOf = new HashSet<>();
    private final Set<HostName> refused = new HashSet<>();

    /** The last accepted heartbeat of each host. */
    Map<HostName, Heartbeat> accepted() {
        return Collections.unmodifiableMap(accepted);
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
        heardOf.add(name);
        HostStatus status = record.value(HostStatus.class);
        Optional<String> refusal = Heartbeat.refusal(name, status, record.timestamp());
        if (refusal.isPresent()) {
            throw new UnreadableException(refusal.get());
        }
        refused.remove(name);
        Heartbeat before = accepted.put(name, new Heartbeat(status, record.timestamp()));
        return before == null
                || !before.isAlive(now)
                || !before.status().labels().equals(status.labels());
    }

    /** Notes a refused heartbeat; returns whether the previous one was accepted. */
    boolean refuse(HostName host) {
        return heardOf.contains(host) && refused.add(host);
    }
}
