package io.hatchery.protocol;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.hatchery.spec.HostName;
import java.time.Instant;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A host's heartbeat.
 *
 * @param host which
 * @param state whether it takes containers
 * @param machineId its machine-id(5)
 * @param bootId its kernel's boot id
 * @param runtime the runner's runtime folder
 * @param pid the runner's process id
 * @param version the runner's
 * @param driver how it runs containers: {@code direct} or {@code systemd}
 * @param cgroups its cgroup hierarchy: {@code v1}, {@code hybrid} or {@code v2}
 * @param labels by which containers choose it
 * @param cpus processors
 * @param memory bytes
 * @param containers how many have processes
 * @param started when its runner started
 * @param at when this was written, by the host's clock
 * @param interval seconds until the next, 1 to 300; the host is lost after three of them, see {@link Heartbeat}
 * @param specs what it has read of its specs; null before it has read them, and of an earlier version
 * @param damagedFiles how many files of the runner could not be read and are kept as {@code <file>.damaged}, as of its start; null of
 *     an earlier version
 * @param owner which runner claims the host's name; null in a heartbeat that claims nothing
 */
public record HostStatus(
        HostName host,
        HostState state,
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
        @Nullable HostOwner owner) {
    /** Keeps an immutable copy of the labels. */
    public HostStatus {
        labels = Collections.unmodifiableSortedMap(new TreeMap<>(labels));
    }

    /** This status of a host that is not heard of any longer. */
    public HostStatus asLost() {
        return new HostStatus(
                host,
                HostState.LOST,
                machineId,
                bootId,
                runtime,
                pid,
                version,
                driver,
                cgroups,
                labels,
                cpus,
                memory,
                containers,
                started,
                at,
                interval,
                specs,
                damagedFiles,
                owner);
    }

    /** Whether a host takes containers. */
    public enum HostState {
        /** Its runner runs. */
        @JsonProperty("ready")
        READY,
        /** Its runner has ended in good order; its containers run on. */
        @JsonProperty("away")
        AWAY,
        /** It has not been heard of; never written by a runner, only shown. */
        @JsonProperty("lost")
        LOST
    }
}
