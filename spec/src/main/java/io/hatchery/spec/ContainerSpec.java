package io.hatchery.spec;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The complete description of a container for its runner: all options merged, checked and defaulted, with host and generation.
 *
 * @param host the host that runs it
 * @param generation the number of this spec among those of the container
 * @param payload what runs in it
 * @param root absolute path of its root on the host
 * @param environment variables of the first process
 * @param bindMounts host paths seen inside, ordered by mount point
 * @param tmpfs mount points of temporary file systems, each {@code path[:options]}
 * @param ephemeral whether changes to the root are discarded at a stop
 * @param autoStart whether it starts at host boot and when it newly arrives
 * @param restartIfChanged whether a spec that differs in more than {@link SpecChange live options} restarts it
 * @param startTimeout the time limit from spawn to readiness
 * @param stopTimeout the time from the kill signal to the next step of a stop
 * @param restart when it restarts after an exit that no command requested
 * @param readiness when it is running
 * @param killSignal the signal that a stop sends to the leader
 * @param copyResolvConf whether the host's resolv.conf is copied into the root before a start; null if it is
 * @param reloadIfChanged whether a running NixOS system is switched to a changed {@code path} instead of being restarted; null if
 *     not
 * @param rollbackOnFailure whether the container returns to the system that was ready last if this one does not become ready; null
 *     if not
 * @param network its network; null for the host's network
 * @param confinement its users, capabilities and devices; null for nspawn's defaults
 * @param limits its resource limits; null for none
 * @param labels labels for selectors; the runner does not use them
 * @param description a text for people; null if there is none
 */
@RecordBuilder
public record ContainerSpec(
        ContainerName name,
        HostName host,
        Generation generation,
        Payload payload,
        String root,
        SortedMap<String, String> environment,
        List<BindMount> bindMounts,
        List<String> tmpfs,
        boolean ephemeral,
        boolean autoStart,
        boolean restartIfChanged,
        Span startTimeout,
        Span stopTimeout,
        RestartPolicy restart,
        Readiness readiness,
        Signal killSignal,
        @Nullable Boolean copyResolvConf,
        @Nullable Boolean reloadIfChanged,
        @Nullable Boolean rollbackOnFailure,
        @Nullable Network network,
        @Nullable Confinement confinement,
        @Nullable Limits limits,
        SortedMap<String, String> labels,
        @Nullable String description)
        implements ContainerSpecBuilder.With {
    /** Keeps immutable copies of the collections. */
    public ContainerSpec {
        environment = Collections.unmodifiableSortedMap(new TreeMap<>(environment));
        bindMounts = List.copyOf(bindMounts);
        tmpfs = List.copyOf(tmpfs);
        labels = Collections.unmodifiableSortedMap(new TreeMap<>(labels));
    }

    /** Whether both specs are equal except for their generations. */
    public boolean equalsIgnoringGeneration(ContainerSpec other) {
        return withGeneration(other.generation).equals(other);
    }
}
