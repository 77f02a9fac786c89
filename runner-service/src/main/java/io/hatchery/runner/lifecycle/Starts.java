package io.hatchery.runner.lifecycle;

import io.hatchery.spec.ContainerSpec;

/** The transitions into a run that several states share. */
final class Starts {
    private Starts() {}

    /** Begins a run that a command requests. */
    static Transition launchRequested(Transition transition) {
        return launch(transition.withHistory(history -> history.withRestarts(0)), false);
    }

    /**
     * Begins a run of the newest spec.
     *
     * @param automatic whether no command requests it
     * @throws IllegalStateException if the container has no spec
     */
    static Transition launch(Transition transition, boolean automatic) {
        ContainerSpec spec = transition.intent().spec();
        if (spec == null) {
            throw new IllegalStateException("container " + transition.state().container() + " has no spec to start");
        }
        Transition next = transition
                .withNextRun()
                .withIntent(intent -> intent.withRestartPending(false))
                .withHistory(history -> history.withReason(null).withInitiator(null));
        long run = next.state().current().runs();
        return next.enter(new LifecycleState.Preparing(run, spec, automatic, false))
                .step("preparing", PendingOperation::isStart)
                .with(new Effect.Prepare(run, spec));
    }

    /** Spawns the processes of a prepared run. */
    static Transition spawn(Transition transition, long run, ContainerSpec spec, boolean automatic) {
        return transition
                .enter(new LifecycleState.Starting(run, spec, automatic, false, false, null, null))
                .step("starting", PendingOperation::isStart)
                .with(new Effect.Spawn(run, spec));
    }
}
