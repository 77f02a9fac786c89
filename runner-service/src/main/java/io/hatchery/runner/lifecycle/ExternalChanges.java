package io.hatchery.runner.lifecycle;

import io.hatchery.protocol.Initiator;
import io.hatchery.protocol.Outcome;
import io.hatchery.spec.ContainerSpec;
import org.jspecify.annotations.Nullable;

/** The transitions for changes that someone on the host makes. Hatchery reports them with their initiator and does not revert them. */
final class ExternalChanges {
    private ExternalChanges() {}

    /** Takes over a run that someone on the host started while the container had none. */
    static Transition started(Transition transition) {
        ContainerSpec spec = transition.intent().spec();
        if (spec == null || transition.intent().removal() != null) {
            return StateRules.ignored(transition);
        }
        Transition next = transition
                .withNextRun()
                .withIntent(intent -> intent.withDesiredRunning(true).withRestartPending(false))
                .withHistory(history -> history.withRestarts(0).withReason(null).withInitiator(Initiator.HOST));
        long run = next.state().current().runs();
        return next.enter(new LifecycleState.Starting(run, spec, false, false, false, null, null))
                .with(new Effect.Adopt(run, spec));
    }

    /** Waits for a run that the host stops. Nothing is due, since the host has timeouts of its own. */
    static Transition stopping(Transition transition, LifecycleState.Active active, @Nullable Long leader) {
        return stopped(transition)
                .enter(new LifecycleState.Stopping(
                        active.run(), active.spec(), leader, LifecycleState.Escalation.SIGNALLED, null, null, null));
    }

    /** The container should not run any more. */
    static Transition stopped(Transition transition) {
        return transition
                .conclude(
                        PendingOperation::isStartInProgress,
                        Outcome.SUPERSEDED,
                        "by someone who stopped it through systemd on host "
                                + transition.state().host())
                .withIntent(intent -> intent.withDesiredRunning(false))
                .withHistory(history -> history.withInitiator(Initiator.HOST));
    }
}
