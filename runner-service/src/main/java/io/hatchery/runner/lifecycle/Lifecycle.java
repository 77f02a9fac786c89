package io.hatchery.runner.lifecycle;

import io.hatchery.protocol.FleetEvent;
import io.hatchery.protocol.Outcome;
import io.hatchery.protocol.Verb;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Generation;
import io.hatchery.spec.Payload;
import io.hatchery.spec.SpecChange;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What happens to a container, as a total and pure function: every input has an answer in every state, and the same two always
 * get the same. The rules are listed in docs/architecture.md.
 */
public final class Lifecycle {
    private Lifecycle() {}

    /**
     * One step.
     *
     * @param now the time of the input, never before that of the last one
     */
    public static Transition step(ContainerState state, Input input, Instant now) {
        var transition = new TransitionBuilder(state, now);
        switch (input) {
            case Input.SpecArrived arrived -> specArrived(transition, arrived.spec());
            case Input.SpecRemoved removed -> specRemoved(transition, removed);
            case Input.RemovalSuperseded overtaken -> removalOvertaken(transition, overtaken);
            case Input.CommandArrived arrived -> commandArrived(transition, arrived);
            case Input.Due due -> due(transition);
            case Input.Removed removed -> removed(transition, removed.removal(), null);
            case Input.RemovalFailed failed -> removed(transition, failed.removal(), failed.reason());
            case Input.DefineFailed failed -> transition.state = transition.state.withReason(failed.reason());
            case Input.FetchAttempted tried -> notFetched(transition, tried.spec(), tried.trouble());
            case Input.StartedExternally begun -> ExternalChanges.begun(transition);
            case Input.StopRequestedExternally asked -> ExternalChanges.stopRequested(transition, asked.run());
            case Input.Adopted adopted -> RunEvents.adopted(transition, adopted.observation());
            default -> RunEvents.answer(transition, input);
        }
        return transition.done();
    }

    private static void specArrived(TransitionBuilder transition, ContainerSpec spec) {
        ContainerSpec before = transition.state.spec();
        if (before != null && !spec.generation().isAfter(before.generation())) {
            return;
        }
        transition.state = transition.state.withSpec(spec);
        expire(transition);
        if (transition.state.removal() == null) {
            transition.effect(new Effect.Define(spec));
            if (before == null) {
                newlyArrived(transition, spec);
            } else if (transition.state.lifecycle() instanceof LifecycleState.Active active) {
                changed(transition, active, spec);
            }
        }
        beginWaiting(transition);
    }

    private static void newlyArrived(TransitionBuilder transition, ContainerSpec spec) {
        if (spec.autoStart() && transition.state.lifecycle() instanceof LifecycleState.Inactive) {
            transition.state = transition.state.withDesiredRunning(true).withRestarts(0);
            Starts.launch(transition, true);
        }
    }

    static void changed(TransitionBuilder transition, LifecycleState.Active active, ContainerSpec spec) {
        boolean restart = SpecChange.between(active.spec(), spec).needsRestart();
        if (!restart) {
            Starts.applyLive(transition, active, spec);
        } else if (active instanceof LifecycleState.Running running
                && transition.state.desiredRunning()
                && spec.isReloadOf(running.spec())) {
            transition.effect(new Effect.Reload(running.run(), spec));
        } else if (relaunches(transition, active, spec)) {
            if (isAnotherSystem(active, spec)) {
                transition.effect(new Effect.Fetch(active.run(), spec));
            } else {
                restartPending(transition);
            }
        }
    }

    private static boolean relaunches(TransitionBuilder transition, LifecycleState.Active active, ContainerSpec spec) {
        return spec.restartIfChanged()
                && transition.state.desiredRunning()
                && !(active instanceof LifecycleState.CleaningUp);
    }

    private static boolean isAnotherSystem(LifecycleState.Active active, ContainerSpec spec) {
        return spec.payload() instanceof Payload.SystemPath
                && !spec.payload().equals(active.spec().payload());
    }

    private static void restartPending(TransitionBuilder transition) {
        transition.state = transition.state.withRestartPending(true);
        Stops.askToStop(transition);
    }

    /** A run is ended for another system only once that is there: a cache that is away takes no container down. */
    static void fetched(TransitionBuilder transition, LifecycleState.Active active, ContainerSpec spec) {
        if (spec.equals(transition.state.spec()) && relaunches(transition, active, spec)) {
            transition.state = transition.state.withReason(null);
            restartPending(transition);
        }
    }

    static void notFetched(TransitionBuilder transition, ContainerSpec spec, @Nullable String reason) {
        if (spec.equals(transition.state.spec()) && transition.state.lifecycle() instanceof LifecycleState.Active) {
            transition.state = transition.state.withReason(reason);
        }
    }

    /** A runner that comes back fetches what the last one had begun to. */
    static void fetchAgain(TransitionBuilder transition, LifecycleState.Active active) {
        ContainerSpec newest = transition.state.spec();
        if (newest != null
                && !transition.state.restartPending()
                && newest.generation().isAfter(active.spec().generation())
                && !newest.isReloadOf(active.spec())
                && isAnotherSystem(active, newest)
                && relaunches(transition, active, newest)) {
            transition.effect(new Effect.Fetch(active.run(), newest));
        }
    }

    private static void specRemoved(TransitionBuilder transition, Input.SpecRemoved removed) {
        if (transition.state.operations().stream()
                .anyMatch(operation -> operation.id().equals(removed.id()))) {
            return;
        }
        ContainerSpec spec = transition.state.spec();
        String root = spec == null ? removed.root() : spec.root();
        transition.add(new PendingOperation(
                removed.id(),
                Verb.REMOVE,
                removed.requestedBy(),
                removed.submitted(),
                null,
                null,
                true,
                null,
                List.of()));
        transition.effect(new Effect.Publish(new FleetEvent.Accepted(
                removed.id(), Verb.REMOVE, transition.state.container(), transition.state.host(), transition.now)));
        transition.conclude(
                operation ->
                        operation.begun() ? operation.isStart() : waitsInVain(operation, removed.throughGeneration()),
                Outcome.SUPERSEDED,
                "the container was deleted from host " + transition.state.host());
        ContainerState.Removal underWay = transition.state.removal();
        transition.state = transition.state.withDesiredRunning(false).withSpec(null);
        if (underWay != null) {
            removeMore(transition, underWay, root, removed.purge());
            return;
        }
        if (root != null) {
            transition.state = transition.state.withRemoval(new ContainerState.Removal(root, removed.purge()));
        }
        if (transition.state.removal() == null) {
            transition.conclude(
                    operation -> operation.verb() == Verb.REMOVE, Outcome.COMPLETED, "the host had nothing of it");
        } else {
            Stops.askToStop(transition);
            Stops.removeIfResting(transition);
        }
    }

    private static boolean waitsInVain(PendingOperation operation, @Nullable Generation throughGeneration) {
        return throughGeneration == null
                || operation.generation() == null
                || !operation.generation().isAfter(throughGeneration);
    }

    /** The answer to the removal under way shows that this one asks for more. What was to be purged is, whoever is next. */
    private static void removeMore(
            TransitionBuilder transition, ContainerState.Removal underWay, @Nullable String root, boolean purge) {
        if (root == null || root.equals(underWay.root())) {
            boolean either = purge || underWay.purge();
            transition.state = transition.state.withRemoval(new ContainerState.Removal(underWay.root(), either));
        } else if (!underWay.purge()) {
            transition.state = transition.state.withRemoval(new ContainerState.Removal(root, purge));
        } else if (purge) {
            PendingOperation last = transition.state.operations().getLast();
            transition.conclude(
                    last::equals,
                    Outcome.FAILED,
                    "its root " + root + " is not purged, for " + underWay.root()
                            + " of the same container is being removed: remove it by hand");
        }
    }

    private static void removalOvertaken(TransitionBuilder transition, Input.RemovalSuperseded overtaken) {
        if (transition.state.operations().stream()
                .noneMatch(operation -> operation.id().equals(overtaken.id()))) {
            transition.forgo(
                    overtaken.id(),
                    Verb.REMOVE,
                    overtaken.requestedBy(),
                    overtaken.submitted(),
                    Outcome.SUPERSEDED,
                    "the container was defined again before host " + transition.state.host() + " read of its removal");
        }
    }

    /** {@code failure} is null if nothing is left. */
    private static void removed(TransitionBuilder transition, ContainerState.Removal done, @Nullable String failure) {
        ContainerState.Removal asked = transition.state.removal();
        if (asked == null || !(transition.state.lifecycle() instanceof LifecycleState.Inactive)) {
            return; // answered before
        }
        if (!asked.equals(done)) {
            Stops.removeIfResting(transition);
            return;
        }
        if (failure == null) {
            transition.step("removed", operation -> operation.verb() == Verb.REMOVE);
            transition.conclude(operation -> operation.verb() == Verb.REMOVE, Outcome.COMPLETED, null);
        } else {
            transition.conclude(operation -> operation.verb() == Verb.REMOVE, Outcome.FAILED, failure);
        }
        afterRemoval(transition);
    }

    private static void afterRemoval(TransitionBuilder transition) {
        transition.state = transition
                .state
                .withRemoval(null)
                .withRestarts(0)
                .withExit(null)
                .withReason(null);
        transition.live(new LifecycleState.Inactive(false));
        ContainerSpec spec = transition.state.spec();
        if (spec != null) {
            transition.effect(new Effect.Define(spec));
            newlyArrived(transition, spec);
            beginWaiting(transition);
        } else {
            transition.conclude(PendingOperation::begun, Outcome.COMPLETED, "the container was deleted");
        }
    }

    private static void commandArrived(TransitionBuilder transition, Input.CommandArrived arrived) {
        var command = arrived.command();
        if (transition.state.operations().stream()
                .anyMatch(operation -> operation.id().equals(arrived.id()))) {
            return;
        }
        Instant deadline = command.deadline();
        if (deadline != null && !transition.now.isBefore(deadline)) {
            transition.refuse(
                    arrived.id(),
                    command.command(),
                    command.requestedBy(),
                    arrived.submitted(),
                    "it expired at " + deadline + ", before the runner could begin it");
            return;
        }
        var operation = new PendingOperation(
                arrived.id(),
                command.command(),
                command.requestedBy(),
                arrived.submitted(),
                command.generation(),
                deadline,
                false,
                null,
                List.of());
        boolean waits = waits(transition, operation);
        if (!waits && (transition.state.spec() == null || transition.state.removal() != null)) {
            transition.refuse(
                    arrived.id(),
                    command.command(),
                    command.requestedBy(),
                    arrived.submitted(),
                    "host " + transition.state.host() + " has no container " + transition.state.container()
                            + ": define it first, or send the command to its host");
            return;
        }
        transition.effect(new Effect.Publish(new FleetEvent.Accepted(
                operation.id(),
                operation.verb(),
                transition.state.container(),
                transition.state.host(),
                transition.now)));
        PendingOperation accepted = operation.afterStep(
                waits ? "waits for generation " + operation.generation() : "accepted", transition.now);
        transition.add(accepted);
        if (!waits) {
            begin(transition, accepted);
        }
    }

    private static boolean waits(TransitionBuilder transition, PendingOperation operation) {
        ContainerSpec spec = transition.state.spec();
        return operation.generation() != null
                && (spec == null || operation.generation().isAfter(spec.generation()));
    }

    private static void beginWaiting(TransitionBuilder transition) {
        for (PendingOperation operation : transition.state.operations()) {
            if (!operation.begun() && !waits(transition, operation) && transition.state.removal() == null) {
                begin(transition, operation);
            }
        }
    }

    private static void begin(TransitionBuilder transition, PendingOperation operation) {
        transition.replace(operation, operation.asBegun());
        switch (operation.verb()) {
            case START -> Starts.start(transition);
            case RESTART -> Starts.restart(transition);
            case STOP -> Stops.stop(transition, operation);
            case KILL -> Stops.kill(transition, operation);
            case REMOVE -> throw new IllegalArgumentException("remove is not a command");
        }
    }

    private static void expire(TransitionBuilder transition) {
        transition.conclude(
                operation -> !operation.begun()
                        && operation.deadline() != null
                        && !transition.now.isBefore(operation.deadline()),
                Outcome.REJECTED,
                "it expired while it waited for its spec");
    }

    private static void due(TransitionBuilder transition) {
        expire(transition);
        Instant due = transition.state.lifecycle().due();
        if (due == null || transition.now.isBefore(due)) {
            return;
        }
        switch (transition.state.lifecycle()) {
            case LifecycleState.Backoff backoff -> Starts.launch(transition, true);
            case LifecycleState.Starting starting -> Starts.startTimedOut(transition, starting);
            case LifecycleState.Stopping stopping -> Stops.escalate(transition, stopping);
            case LifecycleState.Inactive r -> {}
            case LifecycleState.Preparing p -> {}
            case LifecycleState.Running r -> {}
            case LifecycleState.CleaningUp e -> {}
        }
    }
}
