package io.hatchery.runner.lifecycle;

import io.hatchery.protocol.Outcome;
import io.hatchery.protocol.Verb;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Generation;
import org.jspecify.annotations.Nullable;

/** What the removal of a spec does in every state: the run stops, then everything that Hatchery made is removed. */
final class RemovalRules {
    private RemovalRules() {}

    static Transition specRemoved(Transition transition, Input.SpecRemoved removed) {
        ContainerState before = transition.state();
        if (before.hasOperation(removed.id())) {
            return StateRules.ignored(transition);
        }
        OperationRequest request = OperationRequest.removal(removed.id(), removed.requestedBy(), removed.submitted());
        Transition next = transition
                .accept(PendingOperation.waiting(request).begin())
                .then(accepted -> CommandRules.publishAccepted(accepted, request))
                .conclude(
                        operation -> isSuperseded(operation, removed.throughGeneration()),
                        Outcome.SUPERSEDED,
                        "the container was deleted from host " + before.host())
                .withIntent(intent -> intent.withDesiredRunning(false).withSpec(null));
        ContainerSpec spec = before.spec();
        String root = spec == null ? removed.root() : spec.root();
        if (before.removal() != null) {
            return merge(next, before.removal(), root, removed.purge());
        }
        if (root == null) {
            return next.conclude(PendingOperation::isRemoval, Outcome.COMPLETED, "the host had nothing of it");
        }
        var removal = new Removal(root, removed.purge());
        return next.withIntent(intent -> intent.withRemoval(removal))
                .then(pending -> StateTable.rules(pending.lifecycle()).command(pending, Verb.REMOVE));
    }

    private static boolean isSuperseded(PendingOperation operation, @Nullable Generation throughGeneration) {
        if (operation.inProgress()) {
            return operation.isStart();
        }
        Generation generation = operation.request().generation();
        return throughGeneration == null || generation == null || !generation.isAfter(throughGeneration);
    }

    /** Merges a removal into the pending one. The driver's answer to that differs then, and the merged one follows. */
    private static Transition merge(Transition transition, Removal pending, @Nullable String root, boolean purge) {
        if (root == null || root.equals(pending.root())) {
            var merged = new Removal(pending.root(), purge || pending.purge());
            return transition.withIntent(intent -> intent.withRemoval(merged));
        }
        if (!pending.purge()) {
            var latest = new Removal(root, purge);
            return transition.withIntent(intent -> intent.withRemoval(latest));
        }
        return purge ? failSecondPurge(transition, pending, root) : transition;
    }

    private static Transition failSecondPurge(Transition transition, Removal pending, String root) {
        PendingOperation last = transition.state().operations().getLast();
        return transition.conclude(
                last::equals,
                Outcome.FAILED,
                "its root " + root + " is not purged, for " + pending.root()
                        + " of the same container is being removed: remove it by hand");
    }

    static Transition superseded(Transition transition, Input.RemovalSuperseded superseded) {
        if (transition.state().hasOperation(superseded.id())) {
            return StateRules.ignored(transition);
        }
        return transition.refuse(
                OperationRequest.removal(superseded.id(), superseded.requestedBy(), superseded.submitted()),
                Outcome.SUPERSEDED,
                "the container was defined again before host "
                        + transition.state().host() + " read of its removal");
    }

    /**
     * The driver has answered a removal.
     *
     * @param failure why something is left; null if nothing is
     */
    static Transition answered(Transition transition, Removal answered, @Nullable String failure) {
        Removal pending = transition.intent().removal();
        if (pending == null || !isInactive(transition.lifecycle())) {
            return StateRules.ignored(transition); // the answer is a repeated one
        }
        if (!pending.equals(answered)) {
            return Stops.removeIfPending(transition);
        }
        return failure == null
                ? transition
                        .step("removed", PendingOperation::isRemoval)
                        .conclude(PendingOperation::isRemoval, Outcome.COMPLETED, null)
                        .then(RemovalRules::finish)
                : transition
                        .conclude(PendingOperation::isRemoval, Outcome.FAILED, failure)
                        .then(RemovalRules::finish);
    }

    private static boolean isInactive(LifecycleState state) {
        return switch (state) {
            case LifecycleState.Inactive _ -> true;
            case LifecycleState.Backoff _, LifecycleState.Active _ -> false;
        };
    }

    /** Forgets the container, or defines it again if a spec has arrived since. */
    private static Transition finish(Transition transition) {
        Transition next = transition
                .withIntent(intent -> intent.withRemoval(null))
                .withHistory(history -> history.withRestarts(0).withExit(null).withReason(null))
                .enter(new LifecycleState.Inactive(false));
        ContainerSpec spec = next.intent().spec();
        return spec == null
                ? next.conclude(PendingOperation::inProgress, Outcome.COMPLETED, "the container was deleted")
                : SpecRules.define(next, spec);
    }
}
