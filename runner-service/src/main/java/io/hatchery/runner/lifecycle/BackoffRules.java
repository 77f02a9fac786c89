package io.hatchery.runner.lifecycle;

import io.hatchery.protocol.Verb;
import io.hatchery.spec.ContainerSpec;

/** The answers of a container that waits for its automatic restart. */
record BackoffRules() implements StateRules {
    @Override
    public Transition command(Transition transition, Verb verb) {
        return switch (verb) {
            case START, RESTART -> Starts.launchRequested(transition);
            case STOP, KILL -> Stops.concludeNotRunning(cancelRestart(transition));
            case REMOVE -> Stops.removeIfPending(cancelRestart(transition));
            case SESSION -> StateRules.ignored(transition); // no session gets here
        };
    }

    @Override
    public Transition input(Transition transition, Input.StateInput input) {
        return switch (input) {
            case Input.Due _ -> Starts.launch(transition, true);
            case Input.StartedExternally _ -> ExternalChanges.started(transition);
            case Input.StopRequestedExternally _ -> cancelRestart(ExternalChanges.stopped(transition));
            case Input.FetchAttempted _ -> StateRules.ignored(transition);
        };
    }

    @Override
    public Transition specAdded(Transition transition, ContainerSpec spec) {
        return StateRules.ignored(transition);
    }

    @Override
    public Transition specChanged(Transition transition, ContainerSpec spec) {
        return StateRules.ignored(transition);
    }

    @Override
    public Transition resume(Transition transition) {
        return StateRules.ignored(transition);
    }

    private static Transition cancelRestart(Transition transition) {
        return transition.enter(new LifecycleState.Inactive(false));
    }
}
