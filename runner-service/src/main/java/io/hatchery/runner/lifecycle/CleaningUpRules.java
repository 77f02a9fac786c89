package io.hatchery.runner.lifecycle;

import io.hatchery.protocol.Exit;
import io.hatchery.protocol.Outcome;
import io.hatchery.protocol.Verb;
import io.hatchery.spec.ContainerSpec;
import org.jspecify.annotations.Nullable;

/** The answers of a container whose processes have exited and whose remains are removed. */
record CleaningUpRules(LifecycleState.CleaningUp cleaningUp) implements ActiveRules {
    @Override
    public Transition command(Transition transition, Verb verb) {
        return switch (verb) {
            case START, RESTART -> StateRules.ignored(transition); // starts after the clean-up
            case STOP, KILL, REMOVE -> StateRules.ignored(transition); // completes after the clean-up
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
            case Input.CleanedUp _ -> cleanedUp(transition);
            case Input.CleanUpFailed failed -> cleanUpFailed(transition, failed.reason());
            case Input.FetchFailed failed -> SpecUpdate.reportFetch(transition, failed.spec(), failed.reason());
            case Input.Prepared _ -> StateRules.ignored(transition);
            case Input.LaunchFailed _ -> StateRules.ignored(transition);
            case Input.Spawned _ -> StateRules.ignored(transition);
            case Input.NotSpawned _ -> StateRules.ignored(transition);
            case Input.LeaderKnown _ -> StateRules.ignored(transition);
            case Input.Ready _ -> StateRules.ignored(transition);
            case Input.Exited _ -> StateRules.ignored(transition);
            case Input.Reloaded _ -> StateRules.ignored(transition);
            case Input.ReloadFailed _ -> StateRules.ignored(transition);
            case Input.Fetched _ -> StateRules.ignored(transition);
        };
    }

    @Override
    public Transition specAdded(Transition transition, ContainerSpec spec) {
        return StateRules.ignored(transition);
    }

    @Override
    public Transition specChanged(Transition transition, ContainerSpec spec) {
        return switch (SpecUpdate.of(transition.intent(), cleaningUp.spec(), spec)) {
            case APPLY_LIVE -> transition.enter(cleaningUp.withSpec(spec));
            case FETCH, KEEP -> StateRules.ignored(transition); // the next run has the newest spec
        };
    }

    @Override
    public Transition resume(Transition transition) {
        return transition.with(
                new Effect.CleanUp(cleaningUp.run(), transition.state().container()));
    }

    private Transition cleanedUp(Transition transition) {
        Transition next = transition
                .enter(new LifecycleState.Inactive(hasFailed()))
                .withHistory(history -> history.withReason(reason()))
                .conclude(PendingOperation::isStopInProgress, Outcome.COMPLETED, null);
        return next.intent().removal() == null ? startNext(next) : Stops.removeIfPending(next);
    }

    private static Transition cleanUpFailed(Transition transition, String leftover) {
        return transition
                .enter(new LifecycleState.Inactive(true))
                .withHistory(history -> history.withReason(leftover))
                .conclude(PendingOperation::inProgress, Outcome.FAILED, leftover)
                .then(Stops::removeIfPending);
    }

    private boolean hasFailed() {
        return switch (cleaningUp.cause()) {
            case LifecycleState.Cause.StartFailed _ -> true;
            case LifecycleState.Cause.Unexpected _ -> exitFailed();
            case LifecycleState.Cause.Requested _, LifecycleState.Cause.Reboot _ -> false;
        };
    }

    private boolean exitFailed() {
        Exit exit = cleaningUp.exit();
        return exit != null && exit.status() != 0;
    }

    private @Nullable String reason() {
        Exit exit = cleaningUp.exit();
        return switch (cleaningUp.cause()) {
            case LifecycleState.Cause.StartFailed failed -> failed.reason();
            case LifecycleState.Cause.Unexpected unexpected ->
                exit == null
                        ? null
                        : Stops.withLastOutput("it exited with status " + exit.status(), unexpected.lastOutput());
            case LifecycleState.Cause.Requested _, LifecycleState.Cause.Reboot _ -> null;
        };
    }

    /** Starts the container again, or waits to, if a command, a changed spec, a reboot or the restart policy requires it. */
    private Transition startNext(Transition transition) {
        boolean requested = transition.state().operations().stream().anyMatch(PendingOperation::isStartInProgress);
        boolean desired = transition.intent().desiredRunning();
        boolean pending = transition.intent().restartPending();
        if (cleaningUp.cause() instanceof LifecycleState.Cause.StartFailed failed && !pending) {
            return startFailed(transition, failed, desired && !requested);
        }
        if (requested || pending) {
            return Starts.launch(transition, !requested);
        }
        if (!desired) {
            return transition;
        }
        return switch (cleaningUp.cause()) {
            case LifecycleState.Cause.Reboot _ -> Starts.launch(transition, true);
            case LifecycleState.Cause.Unexpected unexpected ->
                restartPerPolicy(resetAfterStableRun(transition, unexpected), exitFailed());
            case LifecycleState.Cause.Requested _, LifecycleState.Cause.StartFailed _ -> transition;
        };
    }

    private Transition startFailed(Transition transition, LifecycleState.Cause.StartFailed failed, boolean restarts) {
        Transition next = transition.conclude(PendingOperation::isStartInProgress, Outcome.FAILED, failed.reason());
        return failed.automatic() && restarts
                ? restartPerPolicy(next, true)
                : next.withIntent(intent -> intent.withDesiredRunning(false));
    }

    private static Transition resetAfterStableRun(Transition transition, LifecycleState.Cause.Unexpected unexpected) {
        return unexpected.secondsReady() >= RestartBackoff.STABLE_SECONDS
                ? transition.withHistory(history -> history.withRestarts(0))
                : transition;
    }

    private Transition restartPerPolicy(Transition transition, boolean failed) {
        ContainerSpec newest = transition.intent().spec();
        boolean restarts = switch ((newest == null ? cleaningUp.spec() : newest).restart()) {
            case ALWAYS -> true;
            case ON_FAILURE -> failed;
            case NO -> false;
        };
        if (!restarts) {
            return transition.withIntent(intent -> intent.withDesiredRunning(false));
        }
        int count = transition.state().history().restarts() + 1;
        return transition
                .withHistory(history -> history.withRestarts(count))
                .enter(new LifecycleState.Backoff(transition
                        .now()
                        .plus(RestartBackoff.before(count, transition.state().container()))));
    }
}
