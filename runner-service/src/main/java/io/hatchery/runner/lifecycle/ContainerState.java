package io.hatchery.runner.lifecycle;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.ContainerStatus;
import io.hatchery.protocol.ContainerStatusBuilder;
import io.hatchery.protocol.Phase;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.HostName;
import io.hatchery.spec.option.SpecComparison;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.SortedSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a runner knows about a container.
 *
 * @param container its name
 * @param host the runner's host
 * @param intent what the container should be
 * @param current where the container is in its lifecycle
 * @param history how it came there
 * @param operations accepted commands without an outcome, in the order of their arrival
 */
public record ContainerState(
        ContainerName container,
        HostName host,
        Intent intent,
        CurrentRun current,
        RunHistory history,
        List<PendingOperation> operations) {
    /** Keeps an immutable copy of the operations. */
    public ContainerState {
        operations = List.copyOf(operations);
    }

    /** The state of a container that the host has nothing of. */
    public static ContainerState absent(ContainerName container, HostName host, Instant now) {
        var current = new CurrentRun(new LifecycleState.Inactive(false), now, 0);
        return new ContainerState(container, host, Intent.NONE, current, RunHistory.NONE, List.of());
    }

    /**
     * The state of a container whose journal is lost.
     *
     * @param spec the spec of the last run, or the last spec on the host's disk
     * @param run the last run that left something on the host; 0 if there is none
     */
    public static ContainerState found(ContainerSpec spec, long run, Instant now) {
        ContainerState absent = absent(spec.name(), spec.host(), now);
        if (run == 0) {
            String reason = "its journal was damaged and nothing of it runs: start it if it is to run";
            return absent.withIntent(Intent.NONE.withSpec(spec)).withHistory(RunHistory.NONE.withReason(reason));
        }
        var starting = new LifecycleState.Starting(run, spec, true, false, false, null, null);
        return absent.withIntent(Intent.NONE.withSpec(spec).withDesiredRunning(true))
                .withCurrent(absent.current.withRuns(run).enter(starting, now));
    }

    /** The newest spec; null if the host has none. */
    public @Nullable ContainerSpec spec() {
        return intent.spec();
    }

    /** What is removed after the run has ended; null if nothing is. */
    public @Nullable Removal removal() {
        return intent.removal();
    }

    /** The lifecycle state. */
    public LifecycleState lifecycle() {
        return current.lifecycle();
    }

    /** Whether nothing of the container needs to be kept. */
    @JsonIgnore
    public boolean isAbsent() {
        return isWithoutSpecAndRun() && operations.isEmpty();
    }

    private boolean isWithoutSpecAndRun() {
        return spec() == null && removal() == null && lifecycle() instanceof LifecycleState.Inactive;
    }

    /** The phase that the container's status reports. */
    public Phase phase() {
        return isWithoutSpecAndRun() ? Phase.ABSENT : lifecycle().phase();
    }

    /** When {@link Input.Due} is due; null if nothing is. */
    public @Nullable Instant due() {
        return Stream.concat(
                        Stream.ofNullable(lifecycle().due()),
                        operations.stream()
                                .filter(operation -> !operation.inProgress())
                                .map(operation -> operation.request().deadline()))
                .filter(Objects::nonNull)
                .min(Instant::compareTo)
                .orElse(null);
    }

    /** The status that the runner publishes. */
    public ContainerStatus status() {
        LifecycleState.Active active = lifecycle() instanceof LifecycleState.Active run ? run : null;
        ContainerSpec newest = spec();
        ContainerSpec shown = active == null ? newest : active.spec();
        SortedSet<String> restartFor = active != null
                        && newest != null
                        && newest.generation().isAfter(active.spec().generation())
                ? SpecComparison.between(active.spec(), newest).restart()
                : null;
        return ContainerStatusBuilder.builder()
                .container(container)
                .host(host)
                .phase(phase())
                .generation(shown == null ? null : shown.generation())
                .leader(leader())
                .since(current.since())
                .exit(history.exit())
                .restarts(history.restarts())
                .outdated(restartFor != null)
                .restartFor(restartFor)
                .reason(history.reason())
                .nextStart(lifecycle() instanceof LifecycleState.Backoff backoff ? backoff.due() : null)
                .begun(history.spawnedGeneration())
                .ready(history.readyGeneration())
                .initiator(history.initiator())
                .build();
    }

    private @Nullable Long leader() {
        return switch (lifecycle()) {
            case LifecycleState.Starting starting -> starting.leader();
            case LifecycleState.Running running -> running.leader();
            case LifecycleState.Stopping stopping -> stopping.leader();
            case LifecycleState.Inactive _, LifecycleState.Backoff _ -> null;
            case LifecycleState.Preparing _, LifecycleState.CleaningUp _ -> null;
        };
    }

    /** This state after the clock was set: what was due in a minute is still due in a minute. */
    public ContainerState shifted(Duration jump) {
        return withCurrent(current.shifted(jump));
    }

    boolean hasOperation(CommandId id) {
        return operations.stream()
                .anyMatch(operation -> operation.request().id().equals(id));
    }

    ContainerState withIntent(Intent next) {
        return new ContainerState(container, host, next, current, history, operations);
    }

    ContainerState withCurrent(CurrentRun next) {
        return new ContainerState(container, host, intent, next, history, operations);
    }

    ContainerState withHistory(RunHistory next) {
        return new ContainerState(container, host, intent, current, next, operations);
    }

    ContainerState withOperations(List<PendingOperation> next) {
        return new ContainerState(container, host, intent, current, history, next);
    }
}
