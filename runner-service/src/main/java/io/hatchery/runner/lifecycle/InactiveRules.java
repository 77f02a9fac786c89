package io.hatchery.runner.lifecycle;

import io.hatchery.protocol.Verb;
import io.hatchery.spec.ContainerSpec;

/** The answers of a container that has no run and starts by a command only. */
record InactiveRules() implements StateRules {
    @Override
    public Transition command(Transition transition, Verb verb) {
        return switch (verb) {
            case START, RESTART -> Starts.launchRequested(transition);
            case STOP, KILL -> Stops.concludeNotRunning(transition);
            case REMOVE -> Stops.removeIfPending(transition);
            case SESSION -> StateRules.ignored(transition); // no session gets here
        };
    }

    @Override
    public Transition input(Transition transition, Input.StateInput input) {
        return switch (input) {
            case Input.StartedExternally _ -> ExternalChanges.started(transition);
            case Input.Due _ -> StateRules.ignored(transition);
            case Input.StopRequestedExternally _ -> StateRules.ignored(transition);
            case Input.FetchAttempted _ -> StateRules.ignored(transition);
        };
    }

    @Override
    public Transition specAdded(Transition transition, ContainerSpec spec) {
        if (!spec.autoStart()) {
            return StateRules.ignored(transition);
        }
        return Starts.launch(
                transition
                        .withIntent(intent -> intent.withDesiredRunning(true))
                        .withHistory(history -> history.withRestarts(0)),
                true);
    }

    @Override
    public Transition specChanged(Transition transition, ContainerSpec spec) {
        return StateRules.ignored(transition);
    }

    @Override
    public Transition resume(Transition transition) {
        return Stops.removeIfPending(transition);
    }
}
