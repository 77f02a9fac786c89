package io.hatchery.runner.lifecycle;

import io.hatchery.protocol.Exit;
import io.hatchery.protocol.Outcome;
import io.hatchery.protocol.Verb;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Readiness;
import java.time.Instant;

/** The answers of a container whose processes are spawned, or about to be, and that is not ready. */
record StartingRules(LifecycleState.Starting starting) implements ActiveRules {
    @Override
    public Transition command(Transition transition, Verb verb) {
        return switch (verb) {
            case START -> StateRules.ignored(transition); // completes at readiness
            case STOP, RESTART, REMOVE -> requestStop(transition);
            case KILL ->
                starting.spawned()
                        ? Stops.kill(transition, starting, starting.leader(), null)
                        : requestStop(transition);
            case SESSION -> StateRules.ignored(transition); // no session gets here
        };
    }

    @Override
    public Transition input(Transition transition, Input.StateInput input) {
        return switch (input) {
            case Input.Due _ -> timedOut(transition);
            case Input.StopRequestedExternally _ -> ExternalChanges.stopping(transition, starting, starting.leader());
            case Input.FetchAttempted attempt -> SpecUpdate.reportFetch(transition, attempt.spec(), attempt.trouble());
            case Input.StartedExternally _ -> StateRules.ignored(transition);
        };
    }

    @Override
    public Transition runEvent(Transition transition, Input.RunEvent event) {
        return switch (event) {
            case Input.Spawned _ -> spawned(transition);
            case Input.NotSpawned _ -> spawnAgain(transition);
            case Input.LaunchFailed failed -> launchFailed(transition, failed.reason());
            case Input.LeaderKnown known -> transition.enter(starting.withLeader(known.leader()));
            case Input.Ready _ -> ready(transition);
            case Input.Exited exited -> exited(transition, exited);
            case Input.Fetched fetched -> SpecUpdate.fetched(transition, fetched.spec(), this::requestStop);
            case Input.FetchFailed failed -> SpecUpdate.reportFetch(transition, failed.spec(), failed.reason());
            case Input.Prepared _ -> StateRules.ignored(transition);
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
        return SpecUpdate.apply(transition, starting, spec);
    }

    @Override
    public Transition resume(Transition transition) {
        return SpecUpdate.resumeFetch(transition, starting);
    }

    private Transition requestStop(Transition transition) {
        Transition next =
                transition.withHistory(history -> history.withInitiator(null)).enter(starting.withStopRequested());
        return starting.spawned() && !starting.stopRequested() ? awaitReadiness(next, starting) : next;
    }

    private static Transition awaitReadiness(Transition transition, LifecycleState.Starting starting) {
        Instant patience = transition.now().plus(Timeouts.READINESS_GRACE);
        Instant due = starting.due();
        return transition
                .enter(starting.withStopRequested().withDue(due == null || patience.isBefore(due) ? patience : due))
                .step("waits for readiness");
    }

    private Transition timedOut(Transition transition) {
        if (starting.stopRequested()) {
            return Stops.signal(transition, starting, starting.leader());
        }
        String reason =
                "it was not ready within its startTimeout of " + starting.spec().startTimeout();
        return Stops.kill(
                transition,
                starting,
                starting.leader(),
                new LifecycleState.Cause.StartFailed(reason, starting.automatic()));
    }

    /** {@code startTimeout} begins with the spawn. Also what an adopting runner observes, so that it may come twice. */
    private Transition spawned(Transition transition) {
        LifecycleState.Starting spawned = starting.spawned()
                ? starting
                : starting.withSpawned(
                        Timeouts.end(transition.now(), starting.spec().startTimeout()));
        Transition next = transition
                .enter(spawned)
                .withHistory(history -> history.withSpawned(spawned.spec().generation()));
        boolean killed = next.state().operations().stream()
                .anyMatch(operation -> operation.inProgress() && operation.verb() == Verb.KILL);
        if (killed) {
            return Stops.kill(next, spawned, spawned.leader(), null);
        }
        return spawned.stopRequested() ? awaitReadiness(next, spawned) : next;
    }

    private Transition spawnAgain(Transition transition) {
        Transition next = transition.withNextRun();
        long run = next.state().current().runs();
        return starting.stopRequested()
                ? next.enter(new LifecycleState.Preparing(run, starting.spec(), starting.automatic(), true))
                        .with(new Effect.Prepare(run, starting.spec()))
                : Starts.spawn(next, run, starting.spec(), starting.automatic());
    }

    private Transition launchFailed(Transition transition, String reason) {
        return Stops.withoutProcesses(
                transition,
                starting,
                starting.stopRequested()
                        ? new LifecycleState.Cause.Requested(null)
                        : new LifecycleState.Cause.StartFailed(reason, starting.automatic()));
    }

    private Transition ready(Transition transition) {
        LifecycleState.Running running = running(transition.now());
        Transition next = enterRunning(transition, running);
        return starting.stopRequested()
                ? Stops.signal(next, running, running.leader())
                : next.conclude(PendingOperation::isStartInProgress, Outcome.COMPLETED, null);
    }

    private LifecycleState.Running running(Instant since) {
        return new LifecycleState.Running(starting.run(), starting.spec(), starting.leader(), since);
    }

    private Transition enterRunning(Transition transition, LifecycleState.Running running) {
        return transition
                .enter(running)
                .withHistory(history -> history.withReady(starting.spec().generation()))
                .step("running", PendingOperation::isStart);
    }

    /** A command that has done its work before it would have counted as ready: a start that completed, and then an exit. */
    private boolean isFinished(Input.Exited exited) {
        return exited.status() == 0 && starting.spec().readiness() == Readiness.STARTED && !starting.stopRequested();
    }

    private Transition exited(Transition transition, Input.Exited exited) {
        if (isFinished(exited)) {
            LifecycleState.Running running = running(exited.at());
            Transition next = enterRunning(transition, running)
                    .conclude(PendingOperation::isStartInProgress, Outcome.COMPLETED, null);
            return new RunningRules(running).runEvent(next, exited);
        }
        Transition next = Stops.exited(transition, starting, new Exit(exited.status(), exited.at()), causeOf(exited));
        return exited.initiator() == null
                ? next
                : next.withHistory(history -> history.withInitiator(exited.initiator()));
    }

    private LifecycleState.Cause causeOf(Input.Exited exited) {
        if (starting.stopRequested()) {
            return new LifecycleState.Cause.Requested(null);
        }
        if (exited.status() == Stops.REBOOT_STATUS) {
            return new LifecycleState.Cause.Reboot();
        }
        String reason = "it exited with status " + exited.status() + " before it was ready";
        return new LifecycleState.Cause.StartFailed(
                Stops.withLastOutput(reason, exited.lastOutput()), starting.automatic());
    }
}
