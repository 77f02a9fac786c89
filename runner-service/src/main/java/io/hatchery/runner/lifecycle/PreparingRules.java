package io.hatchery.runner.lifecycle;

import io.hatchery.protocol.Verb;
import io.hatchery.spec.ContainerSpec;

/** The answers of a container whose root is being prepared. */
record PreparingRules(LifecycleState.Preparing preparing) implements ActiveRules {
    @Override
    public Transition command(Transition transition, Verb verb) {
        return switch (verb) {
            case START -> StateRules.ignored(transition); // completes at readiness
            case STOP, RESTART, KILL, REMOVE -> cancel(transition);
            case SESSION -> StateRules.ignored(transition); // no session gets here
        };
    }

    @Override
    public Transition input(Transition transition, Input.StateInput input) {
        return switch (input) {
            case Input.FetchAttempted attempt -> SpecUpdate.reportFetch(transition, attempt.spec(), attempt.trouble());
            case Input.Due _ -> StateRules.ignored(transition);
            case Input.StartedExternally _ -> StateRules.ignored(transition);
            case Input.StopRequestedExternally _ -> StateRules.ignored(transition);
        };
    }

    @Override
    public Transition runEvent(Transition transition, Input.RunEvent event) {
        return switch (event) {
            case Input.Prepared _ -> prepared(transition);
            case Input.LaunchFailed failed -> launchFailed(transition, failed.reason());
            case Input.Fetched fetched -> SpecUpdate.fetched(transition, fetched.spec(), this::cancel);
            case Input.FetchFailed failed -> SpecUpdate.reportFetch(transition, failed.spec(), failed.reason());
            case Input.Spawned _ -> StateRules.ignored(transition);
            case Input.NotSpawned _ -> StateRules.ignored(transition);
            case Input.LeaderKnown _ -> StateRules.ignored(transition);
            case Input.Ready _ -> StateRules.ignored(transition);
            case Input.Exited _ -> StateRules.ignored(transition);
            case Input.Reloaded _ -> StateRules.ignored(transition);
            case Input.ReloadFailed _ -> StateRules.ignored(transition);
            case Input.CleanedUp _ -> StateRules.ignored(transition);
            case Input.CleanUpFailed _ -> StateRules.ignored(transition);
        };
    }

    @Override
    public Transition specAdded(Transition transition, ContainerSpec spec) {
        return StateRules.ignored(transition);
    }

    @Override
    public Transition specChanged(Transition transition, ContainerSpec spec) {
        return SpecUpdate.apply(transition, preparing, spec);
    }

    @Override
    public Transition resume(Transition transition) {
        return transition.with(new Effect.Prepare(preparing.run(), preparing.spec()));
    }

    private Transition cancel(Transition transition) {
        return transition
                .enter(preparing.withStopRequested())
                .with(new Effect.CancelPrepare(
                        preparing.run(), transition.state().container()));
    }

    private Transition prepared(Transition transition) {
        Transition next = transition.withHistory(history -> history.withReason(null));
        return preparing.stopRequested()
                ? Stops.withoutProcesses(next, preparing, new LifecycleState.Cause.Requested(null))
                : Starts.spawn(next, preparing.run(), preparing.spec(), preparing.automatic());
    }

    private Transition launchFailed(Transition transition, String reason) {
        return Stops.withoutProcesses(
                transition,
                preparing,
                preparing.stopRequested()
                        ? new LifecycleState.Cause.Requested(null)
                        : new LifecycleState.Cause.StartFailed(reason, preparing.automatic()));
    }
}
