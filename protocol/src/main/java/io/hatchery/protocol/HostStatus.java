package io.hatchery.protocol;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.hatchery.spec.HostName;
import io.hatchery.spec.policy.HostPolicy;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A host's heartbeat.
 *
 * @param state whether the host takes containers
 * @param machineId the machine-id(5) of the host
 * @param bootId the boot id of its kernel
 * @param runtime the runner's runtime folder
 * @param pid the runner's process id
 * @param version the runner's version
 * @param driver how containers run: {@code direct} or {@code systemd}
 * @param cgroups the cgroup hierarchy: {@code v1}, {@code hybrid} or {@code v2}
 * @param labels the labels by which containers select the host
 * @param cpus the number of processors
 * @param memory the size of the memory, in bytes
 * @param containers the number of containers that have processes
 * @param started when the runner started
 * @param at when the heartbeat was written, by the host's clock
 * @param interval seconds until the next heartbeat, 1 to 300; the host is lost after three of them, see {@link Heartbeat}
 * @param specs what the runner has read of its specs; null before it has read them, and from earlier versions
 * @param damagedFiles the number of unreadable files that the runner kept as {@code <file>.damaged} at its start; null from earlier
 *     versions
 * @param policy what the host allows its containers; null from earlier versions
 * @param owner the claim of the host's name; null in a heartbeat that claims nothing
 */
@RecordBuilder
public record HostStatus(
        HostName host,
        Availability state,
        String machineId,
        String bootId,
        String runtime,
        long pid,
        String version,
        String driver,
        String cgroups,
        SortedMap<String, String> labels,
        int cpus,
        long memory,
        int containers,
        Instant started,
        Instant at,
        int interval,
        @Nullable HostSpecs specs,
        @Nullable Integer damagedFiles,
        @Nullable HostPolicy policy,
        @Nullable HostOwner owner)
        implements HostStatusBuilder.With {
    /** Keeps an immutable copy of the labels. */
    public HostStatus {
        labels = Collections.unmodifiableSortedMap(new TreeMap<>(labels));
    }

    /** This status of a host whose heartbeats are missing. */
    public HostStatus asLost() {
        return withState(Availability.LOST);
    }

    /** Whether a host takes containers. */
    public enum Availability {
        /** The runner runs. */
        @JsonProperty("ready")
        READY,
        /** The runner stopped cleanly; its containers keep running. */
        @JsonProperty("away")
        AWAY,
        /** Three heartbeats are missing. Never written by a runner, only shown by the gateway. */
        @JsonProperty("lost")
        LOST
    }
}
