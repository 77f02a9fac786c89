package io.hatchery.spec;

import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A container as exactly as a runner needs it: every option merged, checked and defaulted, placed on a host, and counted.
 *
 * @param name the container
 * @param host where it runs
 * @param generation counts the specs of this container
 * @param payload what runs in it
 * @param root absolute path of its root on the host
 * @param environment variables of the first process
 * @param bindMounts host paths seen inside, ordered by mount point
 * @param tmpfs mount points of temporary file systems, each {@code path[:options]}
 * @param ephemeral whether changes to the root are dropped at stop
 * @param autoStart whether it starts at host boot and when it newly arrives
 * @param restartIfChanged whether a spec that differs in more than {@link SpecChange live options} restarts it
 * @param startTimeout from spawn to readiness; then it is killed and failed
 * @param stopTimeout from the first signal to escalation
 * @param restart what follows an unasked-for exit
 * @param readiness when it counts as running
 * @param killSignal what its leader is sent at a stop
 * @param copyResolvConf whether the host's resolv.conf is copied into the root before a start; null if it is
 * @param reloadIfChanged whether a running NixOS system is switched to a changed {@code path} instead of being restarted; null if
 *     not
 * @param rollbackOnFailure whether the container gets the system back that was ready last if this one does not become ready; null
 *     if not
 * @param network how it is connected; null if it has the host's network
 * @param confinement what it may do; null if that is nspawn's default
 * @param limits what it may use; null if nothing is limited
 * @param labels for filters, without meaning to the runner
 * @param description for people; null if none was given
 */
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
        @Nullable String description) {
    private static final Set<String> RELOADABLE = Set.of("path");

    /** Keeps immutable copies of the collections. */
    public ContainerSpec {
        environment = Collections.unmodifiableSortedMap(new TreeMap<>(environment));
        bindMounts = List.copyOf(bindMounts);
        tmpfs = List.copyOf(tmpfs);
        labels = Collections.unmodifiableSortedMap(new TreeMap<>(labels));
    }

    /** This spec under another generation. */
    public ContainerSpec withGeneration(Generation other) {
        return new ContainerSpec(
                name,
                host,
                other,
                payload,
                root,
                environment,
                bindMounts,
                tmpfs,
                ephemeral,
                autoStart,
                restartIfChanged,
                startTimeout,
                stopTimeout,
                restart,
                readiness,
                killSignal,
                copyResolvConf,
                reloadIfChanged,
                rollbackOnFailure,
                network,
                confinement,
                limits,
                labels,
                description);
    }

    /** This spec with another payload. */
    public ContainerSpec withPayload(Payload other) {
        return new ContainerSpec(
                name,
                host,
                generation,
                other,
                root,
                environment,
                bindMounts,
                tmpfs,
                ephemeral,
                autoStart,
                restartIfChanged,
                startTimeout,
                stopTimeout,
                restart,
                readiness,
                killSignal,
                copyResolvConf,
                reloadIfChanged,
                rollbackOnFailure,
                network,
                confinement,
                limits,
                labels,
                description);
    }

    /** Whether a running container takes this on from that by a switch inside, which is all that such a change needs. */
    public boolean isReloadOf(ContainerSpec running) {
        return Boolean.TRUE.equals(reloadIfChanged)
                && payload instanceof Payload.SystemPath
                && SpecChange.between(running, this).restart().equals(RELOADABLE);
    }

    /** Whether both say the same, whatever their generations. */
    public boolean saysTheSameAs(ContainerSpec other) {
        return withGeneration(other.generation).equals(other);
    }
}
