package io.hatchery.config;

import io.hatchery.protocol.Heartbeat;
import io.hatchery.protocol.HostStatus;
import io.hatchery.spec.HostName;
import java.time.Instant;
import java.util.Comparator;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** A host as placement sees it: its last heartbeat, and what its containers may use. */
final class HostLoad {
    /** Fewest containers per processor first, then by name. */
    static final Comparator<HostLoad> LEAST_LOADED =
            Comparator.<HostLoad>comparingDouble(HostLoad::containersPerCpu).thenComparing(load -> load.host);

    /** Most free memory first, then by name. */
    static final Comparator<HostLoad> MOST_MEMORY =
            Comparator.<HostLoad>comparingLong(load -> -load.freeMemory()).thenComparing(load -> load.host);

    private static final int PERCENT = 100;

    final HostName host;

    private @Nullable Heartbeat heartbeat;
    private long containers;
    private long memory;
    private long cpuPercent;

    HostLoad(HostName host) {
        this.host = host;
    }

    @Nullable
    Heartbeat heartbeat() {
        return heartbeat;
    }

    void setHeartbeat(@Nullable Heartbeat now) {
        heartbeat = now;
    }

    void add(ResourceDemand demand, int sign) {
        containers += sign;
        memory += sign * demand.memory();
        cpuPercent += sign * demand.cpuPercent();
    }

    boolean isUnknown() {
        return heartbeat == null && containers == 0;
    }

    boolean isAlive(Instant now) {
        return heartbeat != null && heartbeat.isAlive(now);
    }

    boolean hasLabels(SortedMap<String, String> labels) {
        return heartbeat != null && heartbeat.status().labels().entrySet().containsAll(labels.entrySet());
    }

    /** Whether the limits of its containers and of one more are within what it has. */
    boolean fits(ResourceDemand demand) {
        HostStatus status = heartbeat == null ? null : heartbeat.status();
        return status != null
                && (demand.memory() == 0 || memory + demand.memory() <= status.memory())
                && (demand.cpuPercent() == 0 || cpuPercent + demand.cpuPercent() <= (long) status.cpus() * PERCENT);
    }

    private double containersPerCpu() {
        return (double) containers
                / (heartbeat == null ? 1 : Math.max(1, heartbeat.status().cpus()));
    }

    private long freeMemory() {
        return heartbeat == null ? 0 : heartbeat.status().memory() - memory;
    }
}
