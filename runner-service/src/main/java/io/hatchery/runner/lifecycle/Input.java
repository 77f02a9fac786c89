package io.hatchery.runner.lifecycle;

import io.hatchery.protocol.Command;
import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.Initiator;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Generation;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Something that a container's life answers to. */
public sealed interface Input {
    /** The host was given a spec. */
    record SpecArrived(ContainerSpec spec) implements Input {}

    /**
     * The host's spec was taken away.
     *
     * @param id the operation that asked for it
     * @param root what was its root as far as the host's disk says, in case nobody remembers its spec; null if it says nothing
     * @param throughGeneration the last generation that is taken back; null if all are
     * @param purge whether the root goes as well
     * @param requestedBy who requested it; null if unknown
     * @param submitted when
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
     * A removal was read together with a later spec of the same container: nothing of it is to be done any more.
     *
     * @param id the operation that asked for it
     * @param requestedBy who requested it; null if unknown
     * @param submitted when
     */
    record RemovalSuperseded(CommandId id, @Nullable String requestedBy, Instant submitted) implements Input {}

    /** A command was read that was never seen before. */
    record CommandArrived(CommandId id, Command command, Instant submitted) implements Input {}

    /** The host cannot take on what the container is to be from now on; what it is remains. */
    record DefineFailed(String reason) implements Input {}

    /** Time has passed something that was due. */
    record Due() implements Input {}

    /** What that spec runs is on this host. */
    record Fetched(long run, ContainerSpec spec) implements Input {}

    /**
     * How it goes with what that spec runs, which is tried until it is on this host.
     *
     * @param trouble why it could not be fetched this time; null once it is there after all
     */
    record FetchAttempted(ContainerSpec spec, @Nullable String trouble) implements Input {}

    /** What that spec runs cannot be fetched. */
    record FetchFailed(long run, ContainerSpec spec, String reason) implements Input {}

    /** The root is ready. */
    record Prepared(long run) implements Input {}

    /** The root could not be made ready, or the processes could not be spawned. */
    record LaunchFailed(long run, String reason) implements Input {}

    /** The run has begun. */
    record Spawned(long run) implements Input {}

    /** The pid of the container's init on the host. */
    record LeaderKnown(long run, long leader) implements Input {}

    /** The container is ready. */
    record Ready(long run) implements Input {}

    /** The run has taken on that spec by a switch inside. */
    record Reloaded(long run, ContainerSpec spec) implements Input {}

    /** The switch inside to that spec failed; what it has done stays. */
    record ReloadFailed(long run, ContainerSpec spec, String reason) implements Input {}

    /**
     * The container's supervisor has ended with that status.
     *
     * @param said the last that was heard of a run which ended badly; null if that is nothing
     * @param initiator who killed it, if that was someone on the host; null otherwise
     */
    record Exited(
            long run,
            int status,
            Instant at,
            @Nullable String said,
            @Nullable Initiator initiator) implements Input {
        Exited(long run, int status, Instant at) {
            this(run, status, at, null, null);
        }
    }

    /** Nothing of the run is left. */
    record CleanedUp(long run) implements Input {}

    /** Something of the run is left, and cannot be removed. */
    record CleanUpFailed(long run, String reason) implements Input {}

    /**
     * Everything that was made for the container is removed.
     *
     * @param removal what was asked
     */
    record Removed(ContainerState.Removal removal) implements Input {}

    /**
     * Something that was made for the container is left.
     *
     * @param removal what was asked
     */
    record RemovalFailed(ContainerState.Removal removal, String reason) implements Input {}

    /** The container runs, and nobody in the fleet has started it: someone on its host has. */
    record StartedExternally() implements Input {}

    /**
     * Someone on the host has asked the run to stop, and the host sees to that.
     *
     * @param run the present one; the last one where the container waits to be started again
     */
    record StopRequestedExternally(long run) implements Input {}

    /** A runner has come back to a state written down by the last one, and looked. */
    record Adopted(Observation observation) implements Input {}
}
