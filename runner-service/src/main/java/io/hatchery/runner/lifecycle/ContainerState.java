package io.hatchery.runner.lifecycle;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.hatchery.protocol.ContainerStatus;
import io.hatchery.protocol.Exit;
import io.hatchery.protocol.Initiator;
import io.hatchery.protocol.Phase;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Generation;
import io.hatchery.spec.HostName;
import io.hatchery.spec.SpecChange;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.SortedSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Everything a runner knows of a container.
 *
 * @param container which
 * @param host where
 * @param spec the newest; null if the host has none
 * @param lifecycle where it is in its lifecycle
 * @param since when it entered its phase
 * @param desiredRunning the run intent: whether it is meant to run
 * @param restartPending whether a stop under way is one half of a restart that no command asked for
 * @param operations accepted commands without outcome, in their order
 * @param removal what is to be removed once it has ended; null if nothing
 * @param restarts automatic restarts since it was last started or stable
 * @param runs how many runs there were since the host's boot
 * @param exit how it ended last; null if it never did
 * @param reason why it is where it is, if that is not plain; null otherwise
 * @param past what came of its runs since the host's boot; null if it never was begun
 * @param initiator who brought it there, if that was not the fleet; null otherwise
 */
public record ContainerState(
        ContainerName container,
        HostName host,
        @Nullable ContainerSpec spec,
        LifecycleState lifecycle,
        Instant since,
        boolean desiredRunning,
        boolean restartPending,
        List<PendingOperation> operations,
        @Nullable Removal removal,
        int restarts,
        long runs,
        @Nullable Exit exit,
        @Nullable String reason,
        @Nullable Past past,
        @Nullable Initiator initiator) {
    /**
     * What a removed spec leaves to do.
     *
     * @param root the container's root
     * @param purge whether the root goes as well
     */
    public record Removal(String root, boolean purge) {}

    /**
     * What came of runs.
     *
     * @param begun the spec of the last one whose processes were begun
     * @param ready the spec of the last one that was ready; null if none was
     */
    public record Past(Generation begun, @Nullable Generation ready) {}

    /** Keeps an immutable copy of the operations. */
    public ContainerState {
        operations = List.copyOf(operations);
    }

    /** A container that the host has nothing of. */
    public static ContainerState absent(ContainerName container, HostName host, Instant now) {
        return new ContainerState(
                container,
                host,
                null,
                new LifecycleState.Inactive(false),
                now,
                false,
                false,
                List.of(),
                null,
                0,
                0,
                null,
                null,
                null,
                null);
    }

    /**
     * A container of which nothing is remembered but the spec that it is of.
     *
     * @param run the last one that the host has anything of, of which nobody knows how far it came; 0 if there is none
     */
    public static ContainerState found(ContainerSpec spec, long run, Instant now) {
        ContainerState state = absent(spec.name(), spec.host(), now).withSpec(spec);
        return run == 0
                ? state.withReason("its journal was damaged and nothing of it runs: start it if it is to run")
                : state.withRuns(run)
                        .withDesiredRunning(true)
                        .withLifecycle(new LifecycleState.Starting(run, spec, true, false, false, null, null), now);
    }

    /** Whether there is nothing to remember. */
    @JsonIgnore
    public boolean isAbsent() {
        return spec == null && removal == null && operations.isEmpty() && lifecycle instanceof LifecycleState.Inactive;
    }

    /** How operators call the stage it is in. */
    public Phase phase() {
        return spec == null && removal == null && lifecycle instanceof LifecycleState.Inactive
                ? Phase.ABSENT
                : lifecycle.phase();
    }

    /** When something is due by itself; null if nothing is. */
    public @Nullable Instant due() {
        return Stream.concat(
                        Stream.ofNullable(lifecycle.due()),
                        operations.stream()
                                .filter(operation -> !operation.begun())
                                .map(PendingOperation::deadline))
                .filter(Objects::nonNull)
                .min(Instant::compareTo)
                .orElse(null);
    }

    /** What the fleet is told of it. */
    public ContainerStatus status() {
        ContainerSpec shown = lifecycle instanceof LifecycleState.Active active ? active.spec() : spec;
        Long leader = switch (lifecycle) {
            case LifecycleState.Starting starting -> starting.leader();
            case LifecycleState.Running running -> running.leader();
            case LifecycleState.Stopping stopping -> stopping.leader();
            default -> null;
        };
        SortedSet<String> restartFor = lifecycle instanceof LifecycleState.Active active
                        && spec != null
                        && spec.generation().isAfter(active.spec().generation())
                ? SpecChange.between(active.spec(), spec).restart()
                : null;
        return new ContainerStatus(
                container,
                host,
                phase(),
                shown == null ? null : shown.generation(),
                leader,
                since,
                exit,
                restarts,
                restartFor != null,
                restartFor,
                reason,
                lifecycle instanceof LifecycleState.Backoff backoff ? backoff.due() : null,
                past == null ? null : past.begun(),
                past == null ? null : past.ready(),
                initiator,
                null);
    }

    /** The same, by a clock that was set forward so much: what is due is due as long from now as it was. */
    public ContainerState shifted(Duration by) {
        return new ContainerState(
                container,
                host,
                spec,
                lifecycle.shifted(by),
                since.plus(by),
                desiredRunning,
                restartPending,
                operations,
                removal,
                restarts,
                runs,
                exit,
                reason,
                past,
                initiator);
    }

    ContainerState withLifecycle(LifecycleState next, Instant now) {
        Instant entered = next.phase() == lifecycle.phase() ? since : now;
        return new ContainerState(
                container,
                host,
                spec,
                next,
                entered,
                desiredRunning,
                restartPending,
                operations,
                removal,
                restarts,
                runs,
                exit,
                reason,
                past,
                initiator);
    }

    ContainerState withSpec(@Nullable ContainerSpec next) {
        return new ContainerState(
                container,
                host,
                next,
                lifecycle,
                since,
                desiredRunning,
                restartPending,
                operations,
                removal,
                restarts,
                runs,
                exit,
                reason,
                past,
                initiator);
    }

    ContainerState withDesiredRunning(boolean next) {
        return new ContainerState(
                container,
                host,
                spec,
                lifecycle,
                since,
                next,
                restartPending && next,
                operations,
                removal,
                restarts,
                runs,
                exit,
                reason,
                past,
                initiator);
    }

    ContainerState withRestartPending(boolean next) {
        return new ContainerState(
                container,
                host,
                spec,
                lifecycle,
                since,
                desiredRunning,
                next,
                operations,
                removal,
                restarts,
                runs,
                exit,
                reason,
                past,
                initiator);
    }

    ContainerState withOperations(List<PendingOperation> next) {
        return new ContainerState(
                container,
                host,
                spec,
                lifecycle,
                since,
                desiredRunning,
                restartPending,
                next,
                removal,
                restarts,
                runs,
                exit,
                reason,
                past,
                initiator);
    }

    ContainerState withRemoval(@Nullable Removal next) {
        return new ContainerState(
                container,
                host,
                spec,
                lifecycle,
                since,
                desiredRunning,
                restartPending,
                operations,
                next,
                restarts,
                runs,
                exit,
                reason,
                past,
                initiator);
    }

    ContainerState withRestarts(int next) {
        return new ContainerState(
                container,
                host,
                spec,
                lifecycle,
                since,
                desiredRunning,
                restartPending,
                operations,
                removal,
                next,
                runs,
                exit,
                reason,
                past,
                initiator);
    }

    ContainerState withRuns(long next) {
        return new ContainerState(
                container,
                host,
                spec,
                lifecycle,
                since,
                desiredRunning,
                restartPending,
                operations,
                removal,
                restarts,
                next,
                exit,
                reason,
                past,
                initiator);
    }

    ContainerState withExit(@Nullable Exit next) {
        return new ContainerState(
                container,
                host,
                spec,
                lifecycle,
                since,
                desiredRunning,
                restartPending,
                operations,
                removal,
                restarts,
                runs,
                next,
                reason,
                past,
                initiator);
    }

    ContainerState withReason(@Nullable String next) {
        return new ContainerState(
                container,
                host,
                spec,
                lifecycle,
                since,
                desiredRunning,
                restartPending,
                operations,
                removal,
                restarts,
                runs,
                exit,
                next,
                past,
                initiator);
    }

    ContainerState withInitiator(@Nullable Initiator next) {
        return new ContainerState(
                container,
                host,
                spec,
                lifecycle,
                since,
                desiredRunning,
                restartPending,
                operations,
                removal,
                restarts,
                runs,
                exit,
                reason,
                past,
                next);
    }

    ContainerState withBegun(Generation begun) {
        return withPast(new Past(begun, past == null ? null : past.ready()));
    }

    ContainerState withReady(Generation ready) {
        return withPast(new Past(ready, ready));
    }

    private ContainerState withPast(Past next) {
        return new ContainerState(
                container,
                host,
                spec,
                lifecycle,
                since,
                desiredRunning,
                restartPending,
                operations,
                removal,
                restarts,
                runs,
                exit,
                reason,
                next,
                initiator);
    }
}
