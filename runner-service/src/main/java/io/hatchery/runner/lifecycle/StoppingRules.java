package io.hatchery.runner.lifecycle;

import io.hatchery.protocol.Exit;
import io.hatchery.protocol.Verb;
import io.hatchery.spec.ContainerSpec;

/** The answers of a container whose processes were asked to exit. */
record StoppingRules(LifecycleState.Stopping stopping) implements ActiveRules {
    @Override
    public Transition command(Transition transition, Verb verb) {
        return switch (verb) {
            case START, RESTART -> StateRules.ignored(transition); // starts after the clean-up
            case STOP, REMOVE -> StateRules.ignored(transition); // completes after the clean-up
            case KILL -> isKilled() ? StateRules.ignored(transition) : Stops.killNext(transition, stopping);
            case SESSION -> StateRules.ignored(transition); // no session gets here
        };
    }

    private boolean isKilled() {
        return stopping.escalation() == LifecycleState.Escalation.KILLED;
    }

    @Override
    public Transition input(Transition transition, Input.StateInput input) {
        return switch (input) {
            case Input.Due _ -> escalate(transition);
            case Input.FetchAttempted attempt -> SpecUpdate.reportFetch(transition, attempt.spec(), attempt.trouble());
            case Input.StartedExternally _ -> StateRules.ignored(transition);
            case Input.StopRequestedExternally _ -> StateRules.ignored(transition);
        };
    }

    @Override
    public Transition runEvent(Transition transition, Input.RunEvent event) {
        return switch (event) {
            case Input.LaunchFailed _ -> notSpawned(transition);
            case Input.NotSpawned _ -> notSpawned(transition);
            case Input.LeaderKnown known -> transition.enter(stopping.withLeader(known.leader()));
            case Input.Exited exited -> exited(transition, exited);
            case Input.Fetched fetched -> SpecUpdate.fetched(transition, fetched.spec(), StateRules::ignored);
            case Input.FetchFailed failed -> SpecUpdate.reportFetch(transition, failed.spec(), failed.reason());
            case Input.Prepared _ -> StateRules.ignored(transition);
            case Input.Spawned _ -> StateRules.ignored(transition);
            case Input.Ready _ -> StateRules.ignored(transition);
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
        return SpecUpdate.apply(transition, stopping, spec);
    }

    /** Repeats a kill only: a second signal could reach a process that the first one did not end. */
    @Override
    public Transition resume(Transition transition) {
        Transition next = isKilled()
                ? transition.with(
                        new Effect.Kill(stopping.run(), transition.state().container()))
                : transition;
        return SpecUpdate.resumeFetch(next, stopping);
    }

    private Transition escalate(Transition transition) {
        return switch (stopping.escalation()) {
            case SIGNALLED ->
                transition
                        .enter(stopping.withTerminated(transition.now().plus(Timeouts.TERMINATE_GRACE)))
                        .step("stopTimeout passed, supervisor sent SIGTERM")
                        .with(new Effect.TerminateSupervisor(
                                stopping.run(), transition.state().container()));
            case TERMINATED -> Stops.killNext(transition, stopping);
            case KILLED -> StateRules.ignored(transition);
        };
    }

    /** A run that was stopped before its processes were spawned has nothing to wait for. */
    private Transition notSpawned(Transition transition) {
        LifecycleState.Cause.StartFailed failure = stopping.failure();
        return Stops.withoutProcesses(
                transition, stopping, failure == null ? new LifecycleState.Cause.Requested(null) : failure);
    }

    private Transition exited(Transition transition, Input.Exited exited) {
        LifecycleState.Cause.StartFailed failure = stopping.failure();
        LifecycleState.Cause cause = failure == null
                ? new LifecycleState.Cause.Requested(stopping.stoppedBy(exited.status()))
                : new LifecycleState.Cause.StartFailed(
                        Stops.withLastOutput(failure.reason(), exited.lastOutput()), failure.automatic());
        return Stops.exited(transition, stopping, new Exit(exited.status(), exited.at()), cause);
    }
}
