package io.hatchery.runner.lifecycle;

import io.hatchery.protocol.Initiator;
import io.hatchery.protocol.Outcome;
import io.hatchery.spec.ContainerSpec;
import org.jspecify.annotations.Nullable;

/** What someone on the host does to a container past the fleet: the fleet takes it as said, and does not undo it. */
final class ExternalChanges {
    private ExternalChanges() {}

    static void begun(TransitionBuilder transition) {
        ContainerSpec spec = transition.state.spec();
        boolean idle = transition.state.lifecycle() instanceof LifecycleState.Inactive
                || transition.state.lifecycle() instanceof LifecycleState.Backoff;
        if (spec == null || transition.state.removal() != null || !idle) {
            return; // a run that is on its way takes what has begun for its own
        }
        long run = transition.state.runs() + 1;
        transition.state = transition
                .state
                .withRuns(run)
                .withDesiredRunning(true)
                .withRestarts(0)
                .withRestartPending(false)
                .withReason(null)
                .withInitiator(Initiator.HOST);
        transition.live(new LifecycleState.Starting(run, spec, false, false, false, null, null));
        transition.effect(new Effect.Adopt(run, spec));
    }

    static void stopRequested(TransitionBuilder transition, long run) {
        if (run != transition.state.runs()) {
            return;
        }
        switch (transition.state.lifecycle()) {
            case LifecycleState.Backoff b -> {
                give(transition);
                transition.live(new LifecycleState.Inactive(false));
            }
            case LifecycleState.Starting s -> stopping(transition, s, s.leader());
            case LifecycleState.Running r -> stopping(transition, r, r.leader());
            case LifecycleState.Inactive r -> {}
            case LifecycleState.Preparing p -> {}
            case LifecycleState.Stopping s -> {}
            case LifecycleState.CleaningUp e -> {}
        }
    }

    /** Nothing is due: the host has its own time-outs, and a command that kills may come at any time. */
    private static void stopping(TransitionBuilder transition, LifecycleState.Active active, @Nullable Long leader) {
        give(transition);
        transition.live(new LifecycleState.Stopping(
                active.run(), active.spec(), leader, LifecycleState.Escalation.SIGNALLED, null, null, null, false));
    }

    private static void give(TransitionBuilder transition) {
        transition.conclude(
                operation -> operation.begun() && operation.isStart(),
                Outcome.SUPERSEDED,
                "by someone who stopped it through systemd on host " + transition.state.host());
        transition.state = transition.state.withDesiredRunning(false).withInitiator(Initiator.HOST);
    }
}
