package io.hatchery.runner.lifecycle;

import io.hatchery.protocol.Exit;
import io.hatchery.protocol.Outcome;
import io.hatchery.protocol.Verb;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.option.SpecComparison;
import java.time.Duration;

/** The answers of a container that is ready. */
record RunningRules(LifecycleState.Running running) implements ActiveRules {
    @Override
    public Transition command(Transition transition, Verb verb) {
        return switch (verb) {
            case START ->
                transition.conclude(PendingOperation::isStartInProgress, Outcome.COMPLETED, "it is running already");
            case STOP, RESTART, REMOVE -> stop(transition);
            case KILL -> Stops.kill(transition, running, running.leader(), null);
            case SESSION -> StateRules.ignored(transition); // no session gets here
        };
    }

    @Override
    public Transition input(Transition transition, Input.StateInput input) {
        return switch (input) {
            case Input.StopRequestedExternally _ -> ExternalChanges.stopping(transition, running, running.leader());
            case Input.FetchAttempted attempt -> SpecUpdate.reportFetch(transition, attempt.spec(), attempt.trouble());
            case Input.Due _ -> StateRules.ignored(transition);
            case Input.StartedExternally _ -> StateRules.ignored(transition);
        };
    }

    @Override
    public Transition runEvent(Transition transition, Input.RunEvent event) {
        return switch (event) {
            case Input.LeaderKnown known -> transition.enter(running.withLeader(known.leader()));
            case Input.Exited exited -> exited(transition, exited);
            case Input.Reloaded reloaded -> reloaded(transition, reloaded.spec());
            case Input.ReloadFailed failed -> reloadFailed(transition, failed);
            case Input.Fetched fetched -> SpecUpdate.fetched(transition, fetched.spec(), this::stop);
            case Input.FetchFailed failed -> SpecUpdate.reportFetch(transition, failed.spec(), failed.reason());
            case Input.Prepared _ -> StateRules.ignored(transition);
            case Input.LaunchFailed _ -> StateRules.ignored(transition);
            case Input.Spawned _ -> StateRules.ignored(transition);
            case Input.NotSpawned _ -> StateRules.ignored(transition);
            case Input.Ready _ -> StateRules.ignored(transition);
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
        return reloads(transition, spec)
                ? transition.with(new Effect.Reload(running.run(), spec))
                : SpecUpdate.apply(transition, running, spec);
    }

    private boolean reloads(Transition transition, ContainerSpec spec) {
        return transition.intent().desiredRunning() && SpecComparison.isReload(running.spec(), spec);
    }

    /** Repeats a reload too: a switch to the system that runs changes nothing. */
    @Override
    public Transition resume(Transition transition) {
        ContainerSpec newest = transition.intent().spec();
        return newest != null && reloads(transition, newest)
                ? transition.with(new Effect.Reload(running.run(), newest))
                : SpecUpdate.resumeFetch(transition, running);
    }

    private Transition stop(Transition transition) {
        return Stops.signal(transition, running, running.leader());
    }

    private Transition exited(Transition transition, Input.Exited exited) {
        LifecycleState.Cause cause = exited.status() == Stops.REBOOT_STATUS
                ? new LifecycleState.Cause.Reboot()
                : new LifecycleState.Cause.Unexpected(
                        Duration.between(running.since(), exited.at()).toSeconds(), exited.lastOutput());
        Transition next = Stops.exited(transition, running, new Exit(exited.status(), exited.at()), cause);
        return exited.initiator() == null
                ? next
                : next.withHistory(history -> history.withInitiator(exited.initiator()));
    }

    private Transition reloaded(Transition transition, ContainerSpec spec) {
        LifecycleState.Running reloaded = running.withSpec(spec);
        Transition next = transition
                .enter(reloaded)
                .withHistory(history -> history.withReason(null).withReady(spec.generation()));
        ContainerSpec newest = next.intent().spec();
        return newest == null || newest.equals(spec) ? next : new RunningRules(reloaded).specChanged(next, newest);
    }

    private static Transition reloadFailed(Transition transition, Input.ReloadFailed failed) {
        String reason = "it is not switched to generation " + failed.spec().generation() + ": " + failed.reason();
        return transition.withHistory(history -> history.withReason(reason));
    }
}
