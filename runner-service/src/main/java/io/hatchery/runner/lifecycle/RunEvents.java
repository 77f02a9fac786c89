package io.hatchery.runner.lifecycle;

import io.hatchery.protocol.Exit;
import io.hatchery.spec.ContainerSpec;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What the world says about a run. Word of any run but the present one is too late to matter. */
final class RunEvents {
    /** What nspawn exits with when the container asks to be rebooted: its EXIT_FORCE_RESTART, see systemd.exec(5). */
    private static final int REBOOT = 133;

    private RunEvents() {}

    static void answer(TransitionBuilder transition, Input input) {
        if (!(transition.state.lifecycle() instanceof LifecycleState.Active active) || active.run() != runOf(input)) {
            return;
        }
        switch (input) {
            case Input.Prepared p
            when active instanceof LifecycleState.Preparing preparing -> Starts.prepared(transition, preparing);
            case Input.LaunchFailed failed
            when active instanceof LifecycleState.Preparing preparing ->
                notStarted(transition, active, failed.reason(), preparing.automatic(), preparing.stopRequested());
            case Input.LaunchFailed failed
            when active instanceof LifecycleState.Starting starting ->
                notStarted(transition, active, failed.reason(), starting.automatic(), starting.stopRequested());
            case Input.LaunchFailed failed
            when active instanceof LifecycleState.Stopping stopping -> neverBegan(transition, stopping);
            case Input.Spawned s
            when active instanceof LifecycleState.Starting starting -> Starts.spawned(transition, starting);
            case Input.LeaderKnown known -> leaderKnown(transition, active, known.leader());
            case Input.Ready r
            when active instanceof LifecycleState.Starting starting -> Starts.ready(transition, starting);
            case Input.Exited exited -> {
                exited(transition, active, new Exit(exited.status(), exited.at()), exited.said());
                if (exited.initiator() != null
                        && (active instanceof LifecycleState.Starting || active instanceof LifecycleState.Running)) {
                    transition.state = transition.state.withInitiator(exited.initiator());
                }
            }
            case Input.Reloaded reloaded
            when active instanceof LifecycleState.Running r -> reloaded(transition, r, reloaded.spec());
            case Input.ReloadFailed failed
            when active instanceof LifecycleState.Running ->
                transition.state = transition.state.withReason(
                        "it is not switched to generation " + failed.spec().generation() + ": " + failed.reason());
            case Input.Fetched fetched -> Lifecycle.fetched(transition, active, fetched.spec());
            case Input.FetchFailed failed -> Lifecycle.notFetched(transition, failed.spec(), failed.reason());
            case Input.CleanedUp c
            when active instanceof LifecycleState.CleaningUp ending -> Stops.ended(transition, ending, null);
            case Input.CleanUpFailed left
            when active instanceof LifecycleState.CleaningUp ending -> Stops.ended(transition, ending, left.reason());
            default -> {
                // Too late: the run has gone on since, and the next word about it says where to.
            }
        }
    }

    private static long runOf(Input input) {
        return switch (input) {
            case Input.Prepared i -> i.run();
            case Input.LaunchFailed i -> i.run();
            case Input.Spawned i -> i.run();
            case Input.LeaderKnown i -> i.run();
            case Input.Ready i -> i.run();
            case Input.Exited i -> i.run();
            case Input.Reloaded i -> i.run();
            case Input.ReloadFailed i -> i.run();
            case Input.Fetched i -> i.run();
            case Input.FetchFailed i -> i.run();
            case Input.CleanedUp i -> i.run();
            case Input.CleanUpFailed i -> i.run();
            default -> throw new IllegalArgumentException("not about a run: " + input);
        };
    }

    private static void notStarted(
            TransitionBuilder transition,
            LifecycleState.Active active,
            String reason,
            boolean automatic,
            boolean stopRequested) {
        Stops.endWithoutProcesses(
                transition,
                active,
                stopRequested
                        ? new LifecycleState.Cause.Requested(null)
                        : new LifecycleState.Cause.StartFailed(reason, automatic));
    }

    /** A stop that came before the first process has nothing to wait for. */
    private static void neverBegan(TransitionBuilder transition, LifecycleState.Stopping s) {
        String failure = s.failure();
        Stops.endWithoutProcesses(
                transition,
                s,
                failure == null
                        ? new LifecycleState.Cause.Requested(null)
                        : new LifecycleState.Cause.StartFailed(failure, s.automatic()));
    }

    private static void reloaded(TransitionBuilder transition, LifecycleState.Running r, ContainerSpec spec) {
        var next = new LifecycleState.Running(r.run(), spec, r.leader(), r.since());
        transition.live(next);
        transition.state = transition.state.withReason(null).withReady(spec.generation());
        ContainerSpec newest = transition.state.spec();
        if (newest != null && !newest.equals(spec)) {
            Lifecycle.changed(transition, next, newest);
        }
    }

    private static void leaderKnown(TransitionBuilder transition, LifecycleState.Active active, long leader) {
        switch (active) {
            case LifecycleState.Starting s -> transition.live(s.withLeader(leader));
            case LifecycleState.Running r ->
                transition.live(new LifecycleState.Running(r.run(), r.spec(), leader, r.since()));
            case LifecycleState.Stopping s ->
                transition.live(new LifecycleState.Stopping(
                        s.run(), s.spec(), leader, s.escalation(), s.before(), s.due(), s.failure(), s.automatic()));
            case LifecycleState.Preparing p -> {}
            case LifecycleState.CleaningUp e -> {}
        }
    }

    private static void exited(
            TransitionBuilder transition, LifecycleState.Active active, Exit exit, @Nullable String said) {
        switch (active) {
            case LifecycleState.Starting s
            when s.stopRequested() -> Stops.end(transition, s, exit, new LifecycleState.Cause.Requested(null));
            case LifecycleState.Starting s
            when exit.status() == REBOOT -> Stops.end(transition, s, exit, new LifecycleState.Cause.Reboot());
            case LifecycleState.Starting s ->
                Stops.end(
                        transition,
                        s,
                        exit,
                        new LifecycleState.Cause.StartFailed(
                                withLastWords("it exited with status " + exit.status() + " before it was ready", said),
                                s.automatic()));
            case LifecycleState.Running r
            when exit.status() == REBOOT -> Stops.end(transition, r, exit, new LifecycleState.Cause.Reboot());
            case LifecycleState.Running r ->
                Stops.end(
                        transition,
                        r,
                        exit,
                        new LifecycleState.Cause.Unexpected(
                                Duration.between(r.since(), exit.at()).toSeconds(), said));
            case LifecycleState.Stopping s
            when s.failure() != null ->
                Stops.end(
                        transition,
                        s,
                        exit,
                        new LifecycleState.Cause.StartFailed(withLastWords(s.failure(), said), s.automatic()));
            case LifecycleState.Stopping s ->
                Stops.end(transition, s, exit, new LifecycleState.Cause.Requested(s.endedBy(exit.status())));
            case LifecycleState.Preparing p -> {}
            case LifecycleState.CleaningUp e -> {}
        }
    }

    static String withLastWords(String reason, @Nullable String said) {
        return said == null ? reason : reason + ": " + said;
    }

    /** Goes on from what is really there, since the last runner may have died between any two of its acts. */
    static void adopted(TransitionBuilder transition, Observation seen) {
        transition.step("adopted by a new runner", operation -> true);
        if (transition.state.spec() != null && transition.state.removal() == null) {
            transition.effect(new Effect.Define(transition.state.spec()));
        }
        switch (transition.state.lifecycle()) {
            case LifecycleState.Inactive r -> Stops.removeIfResting(transition);
            case LifecycleState.Backoff b -> {}
            case LifecycleState.Preparing p -> transition.effect(new Effect.Prepare(p.run(), p.spec()));
            case LifecycleState.CleaningUp e ->
                transition.effect(new Effect.CleanUp(e.run(), transition.state.container()));
            case LifecycleState.Starting s when !seen.begun() -> spawnAnew(transition, s);
            case LifecycleState.Stopping s when !seen.begun() -> neverBegan(transition, s);
            case LifecycleState.Active active -> catchUp(transition, active, seen);
        }
    }

    private static void spawnAnew(TransitionBuilder transition, LifecycleState.Starting s) {
        long run = transition.state.runs() + 1;
        transition.state = transition.state.withRuns(run);
        if (s.stopRequested()) {
            transition.live(new LifecycleState.Preparing(run, s.spec(), s.automatic(), true));
            transition.effect(new Effect.Prepare(run, s.spec()));
        } else {
            Starts.spawn(transition, run, s.spec(), s.automatic());
        }
    }

    private static void catchUp(TransitionBuilder transition, LifecycleState.Active active, Observation seen) {
        if (active instanceof LifecycleState.Starting starting) {
            Starts.spawned(transition, starting);
        }
        if (seen.leader() != null) {
            answer(transition, new Input.LeaderKnown(active.run(), seen.leader()));
        }
        if (seen.ready()) {
            answer(transition, new Input.Ready(active.run()));
        }
        Exit exit = seen.exit();
        ContainerSpec newest = transition.state.spec();
        if (exit != null) {
            answer(transition, new Input.Exited(active.run(), exit.status(), exit.at(), seen.said(), null));
        } else if (transition.state.lifecycle() instanceof LifecycleState.Stopping s
                && s.escalation() == LifecycleState.Escalation.KILLED) {
            // The one act that may be repeated: what is killed stays killed.
            transition.effect(new Effect.Kill(s.run(), transition.state.container()));
        } else if (transition.state.lifecycle() instanceof LifecycleState.Running r
                && newest != null
                && transition.state.desiredRunning()
                && newest.isReloadOf(r.spec())) {
            transition.effect(new Effect.Reload(r.run(), newest)); // a switch that is made already changes nothing
        }
        if (exit == null && transition.state.lifecycle() instanceof LifecycleState.Active now) {
            Lifecycle.fetchAgain(transition, now);
        }
    }
}
