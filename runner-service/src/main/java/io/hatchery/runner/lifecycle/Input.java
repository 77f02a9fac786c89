package io.hatchery.runner.lifecycle;

import io.hatchery.protocol.Command;
import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.Initiator;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Generation;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Something that the lifecycle of a container answers with a {@link Transition}. */
public sealed interface Input {
    /** An input whose answer depends on the lifecycle state: each {@link StateRules} answers or ignores it. */
    sealed interface StateInput extends Input {}

    /** An event of one run: each {@link ActiveRules} answers or ignores it. Events of earlier runs are ignored. */
    sealed interface RunEvent extends Input {
        /** The number of the run. */
        long run();
    }

    /** The host received a spec. */
    record SpecArrived(ContainerSpec spec) implements Input {}

    /**
     * The host's spec was removed.
     *
     * @param id the operation that requested it
     * @param root root of the container according to the host's disk, in case its journal is lost; null if unknown
     * @param throughGeneration the last generation that is revoked; null if all are
     * @param purge whether the root is removed too
     * @param requestedBy the principal that requested it; null if unknown
     * @param submitted timestamp of its record
     */
    record SpecRemoved(
            CommandId id,
            @Nullable String root,
            @Nullable Generation throughGeneration,
            boolean purge,
            @Nullable String requestedBy,
            Instant submitted)
            implements Input {}

    /**
     * A removal was read together with a later spec of the same container, so that nothing is removed.
     *
     * @param id the operation that requested it
     * @param requestedBy the principal that requested it; null if unknown
     * @param submitted timestamp of its record
     */
    record RemovalSuperseded(CommandId id, @Nullable String requestedBy, Instant submitted) implements Input {}

    /** A command arrived. */
    record CommandArrived(CommandId id, Command command, Instant submitted) implements Input {}

    /** The driver cannot define the newest spec; a run continues with the spec it has. */
    record DefineFailed(String reason) implements Input {}

    /** A deadline of the state has passed: {@link ContainerState#due}. */
    record Due() implements StateInput {}

    /** The host allows that spec, and its system is in the host's store. */
    record Fetched(long run, ContainerSpec spec) implements RunEvent {}

    /**
     * One attempt to fetch the system of that spec has ended; failed attempts are repeated.
     *
     * @param trouble why the attempt failed; null if it succeeded
     */
    record FetchAttempted(ContainerSpec spec, @Nullable String trouble) implements StateInput {}

    /** The host does not allow that spec, or its system cannot be fetched. */
    record FetchFailed(long run, ContainerSpec spec, String reason) implements RunEvent {}

    /** The root is prepared. */
    record Prepared(long run) implements RunEvent {}

    /** The root could not be prepared, or the processes could not be spawned. */
    record LaunchFailed(long run, String reason) implements RunEvent {}

    /** The run's processes were spawned. */
    record Spawned(long run) implements RunEvent {}

    /** A new runner observed that the run was not spawned, and never will be. */
    record NotSpawned(long run) implements RunEvent {}

    /** The pid of the container's init on the host is known. */
    record LeaderKnown(long run, long leader) implements RunEvent {}

    /** The container is ready. */
    record Ready(long run) implements RunEvent {}

    /** The running system was switched to that spec. */
    record Reloaded(long run, ContainerSpec spec) implements RunEvent {}

    /** The switch of the running system to that spec failed; it may be switched in part. */
    record ReloadFailed(long run, ContainerSpec spec, String reason) implements RunEvent {}

    /**
     * The container's supervisor exited with that status.
     *
     * @param lastOutput last output of a run that failed; null if there is none
     * @param initiator who ended the run, if that was someone on the host; null otherwise
     */
    record Exited(
            long run,
            int status,
            Instant at,
            @Nullable String lastOutput,
            @Nullable Initiator initiator) implements RunEvent {
        Exited(long run, int status, Instant at) {
            this(run, status, at, null, null);
        }
    }

    /** Nothing of the run is left on the host. */
    record CleanedUp(long run) implements RunEvent {}

    /** Something of the run is left on the host and cannot be removed. */
    record CleanUpFailed(long run, String reason) implements RunEvent {}

    /**
     * Everything that Hatchery made for the container is removed.
     *
     * @param removal what was requested
     */
    record Removed(Removal removal) implements Input {}

    /**
     * Something that Hatchery made for the container is left.
     *
     * @param removal what was requested
     */
    record RemovalFailed(Removal removal, String reason) implements Input {}

    /** Someone on the host started the container. */
    record StartedExternally() implements StateInput {}

    /**
     * Someone on the host requested a stop, which the host carries out.
     *
     * @param run the current run, or the last one in backoff
     */
    record StopRequestedExternally(long run) implements StateInput {}

    /** A new runner read the journal of an earlier one and observed the host. */
    record Adopted(Observation observation) implements Input {}
}
