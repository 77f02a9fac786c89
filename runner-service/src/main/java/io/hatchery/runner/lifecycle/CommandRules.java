package io.hatchery.runner.lifecycle;

import io.hatchery.protocol.FleetEvent;
import io.hatchery.protocol.Outcome;
import io.hatchery.spec.ContainerSpec;
import java.util.List;

/** What commands do in every state: they are accepted once, wait for their spec, expire, and begin. */
final class CommandRules {
    private CommandRules() {}

    static Transition arrived(Transition transition, Input.CommandArrived arrived) {
        OperationRequest request = OperationRequest.of(arrived);
        ContainerState state = transition.state();
        if (state.hasOperation(request.id())) {
            return StateRules.ignored(transition);
        }
        if (request.isExpired(transition.now())) {
            return transition.refuse(
                    request,
                    Outcome.REJECTED,
                    "it expired at " + request.deadline() + ", before the runner could begin it");
        }
        boolean waits = waits(state, request);
        if (!waits && (state.spec() == null || state.removal() != null)) {
            return transition.refuse(
                    request,
                    Outcome.REJECTED,
                    "host " + state.host() + " has no container " + state.container()
                            + ": define it first, or send the command to its host");
        }
        PendingOperation accepted = PendingOperation.waiting(request)
                .withStep(waits ? "waits for generation " + request.generation() : "accepted", transition.now());
        Transition next = publishAccepted(transition, request).accept(accepted);
        return waits ? next : begin(next, accepted);
    }

    static Transition publishAccepted(Transition transition, OperationRequest request) {
        ContainerState state = transition.state();
        return transition.with(new Effect.Publish(new FleetEvent.Accepted(
                request.id(), request.verb(), state.container(), state.host(), transition.now())));
    }

    private static boolean waits(ContainerState state, OperationRequest request) {
        ContainerSpec spec = state.spec();
        return request.generation() != null
                && (spec == null || request.generation().isAfter(spec.generation()));
    }

    /** Begins the commands whose spec has arrived. The container is not being removed. */
    static Transition beginWaiting(Transition transition) {
        Transition next = transition;
        for (PendingOperation operation : transition.state().operations()) {
            if (!operation.inProgress() && !waits(next.state(), operation.request())) {
                next = begin(next, operation);
            }
        }
        return next;
    }

    private static Transition begin(Transition transition, PendingOperation operation) {
        Transition begun = transition.replace(operation, operation.begin());
        Transition next = switch (VerbKind.of(operation.verb())) {
            case STARTS -> begun.withIntent(intent -> intent.withDesiredRunning(true));
            case STOPS -> supersedeStarts(begun, operation).withIntent(intent -> intent.withDesiredRunning(false));
            case REMOVES -> throw new IllegalArgumentException("remove is not a command");
        };
        return StateTable.rules(next.lifecycle()).command(next, operation.verb());
    }

    /** A start that arrived after the stop and waits for the same spec begins after it. */
    private static Transition supersedeStarts(Transition transition, PendingOperation stop) {
        List<PendingOperation> earlier = transition.state().operations().stream()
                .takeWhile(operation -> !operation.id().equals(stop.id()))
                .toList();
        return transition.conclude(
                operation -> operation.isStart() && (operation.inProgress() || earlier.contains(operation)),
                Outcome.SUPERSEDED,
                "by " + stop.verb().word() + " " + stop.id());
    }

    /** Rejects the commands whose deadline passed before their spec arrived. */
    static Transition expire(Transition transition) {
        return transition.conclude(
                operation -> !operation.inProgress() && operation.request().isExpired(transition.now()),
                Outcome.REJECTED,
                "it expired while it waited for its spec");
    }
}
