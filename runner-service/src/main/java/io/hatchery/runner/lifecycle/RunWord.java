package io.hatchery.runner.lifecycle;

import io.hatchery.protocol.Exit;
import io.hatchery.spec.ContainerSpec;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What the world says about a run. Word of any run but the present one is too late to matter. */
final class RunWord {
    /** What nspawn exits with when the container asks to be rebooted: its EXIT_FORCE_RESTART, see systemd.exec(5). */
    private static final int REBOOT = 133;

    private RunWord() {}

    static void answer(Turn turn, Input input) {
        if (!(turn.state.life() instanceof Life.Active active) || active.run() != runOf(input)) {
            return;
        }
        switch (input) {
            case Input.Prepared p when active instanceof Life.Preparing preparing -> Starts.prepared(turn, preparing);
            case Input.NotStarted failed
            when active instanceof Life.Preparing preparing ->
                notStarted(turn, active, failed.reason(), preparing.automatic(), preparing.stopAsked());
            case Input.NotStarted failed
            when active instanceof Life.Starting starting ->
                notStarted(turn, active, failed.reason(), starting.automatic(), starting.stopAsked());
            case Input.NotStarted failed when active instanceof Life.Stopping stopping -> neverBegan(turn, stopping);
            case Input.Spawned s when active instanceof Life.Starting starting -> Starts.spawned(turn, starting);
            case Input.LeaderKnown known -> leaderKnown(turn, active, known.leader());
            case Input.Ready r when active instanceof Life.Starting starting -> Starts.ready(turn, starting);
            case Input.Exited exited -> {
                exited(turn, active, new Exit(exited.status(), exited.at()), exited.said());
                if (exited.via() != null && (active instanceof Life.Starting || active instanceof Life.Running)) {
                    turn.state = turn.state.withVia(exited.via());
                }
            }
            case Input.Reloaded reloaded when active instanceof Life.Running r -> reloaded(turn, r, reloaded.spec());
            case Input.NotReloaded failed
            when active instanceof Life.Running ->
                turn.state = turn.state.withReason(
                        "it is not switched to generation " + failed.spec().generation() + ": " + failed.reason());
            case Input.Fetched fetched -> Lifecycle.fetched(turn, active, fetched.spec());
            case Input.NotFetched failed -> Lifecycle.notFetched(turn, failed.spec(), failed.reason());
            case Input.CleanedUp c when active instanceof Life.Ending ending -> Stops.ended(turn, ending, null);
            case Input.NotCleanedUp left
            when active instanceof Life.Ending ending -> Stops.ended(turn, ending, left.reason());
            default -> {
                // Too late: the run has gone on since, and the next word about it says where to.
            }
        }
    }

    private static long runOf(Input input) {
        return switch (input) {
            case Input.Prepared i -> i.run();
            case Input.NotStarted i -> i.run();
            case Input.Spawned i -> i.run();
            case Input.LeaderKnown i -> i.run();
            case Input.Ready i -> i.run();
            case Input.Exited i -> i.run();
            case Input.Reloaded i -> i.run();
            case Input.NotReloaded i -> i.run();
            case Input.Fetched i -> i.run();
            case Input.NotFetched i -> i.run();
            case Input.CleanedUp i -> i.run();
            case Input.NotCleanedUp i -> i.run();
            default -> throw new IllegalArgumentException("not about a run: " + input);
        };
    }

    private static void notStarted(Turn turn, Life.Active active, String reason, boolean automatic, boolean stopAsked) {
        Stops.endWithoutProcesses(
                turn, active, stopAsked ? new Life.Cause.Asked(null) : new Life.Cause.StartFailed(reason, automatic));
    }

    /** A stop that came before the first process has nothing to wait for. */
    private static void neverBegan(Turn turn, Life.Stopping s) {
        String failure = s.failure();
        Stops.endWithoutProcesses(
                turn,
                s,
                failure == null ? new Life.Cause.Asked(null) : new Life.Cause.StartFailed(failure, s.automatic()));
    }

    private static void reloaded(Turn turn, Life.Running r, ContainerSpec spec) {
        var next = new Life.Running(r.run(), spec, r.leader(), r.since());
        turn.live(next);
        turn.state = turn.state.withReason(null).withReady(spec.generation());
        ContainerSpec newest = turn.state.spec();
        if (newest != null && !newest.equals(spec)) {
            Lifecycle.changed(turn, next, newest);
        }
    }

    private static void leaderKnown(Turn turn, Life.Active active, long leader) {
        switch (active) {
            case Life.Starting s -> turn.live(s.withLeader(leader));
            case Life.Running r -> turn.live(new Life.Running(r.run(), r.spec(), leader, r.since()));
            case Life.Stopping s ->
                turn.live(new Life.Stopping(
                        s.run(), s.spec(), leader, s.escalation(), s.before(), s.due(), s.failure(), s.automatic()));
            case Life.Preparing p -> {}
            case Life.Ending e -> {}
        }
    }

    private static void exited(Turn turn, Life.Active active, Exit exit, @Nullable String said) {
        switch (active) {
            case Life.Starting s when s.stopAsked() -> Stops.end(turn, s, exit, new Life.Cause.Asked(null));
            case Life.Starting s when exit.status() == REBOOT -> Stops.end(turn, s, exit, new Life.Cause.Reboot());
            case Life.Starting s ->
                Stops.end(
                        turn,
                        s,
                        exit,
                        new Life.Cause.StartFailed(
                                withLastWords("it exited with status " + exit.status() + " before it was ready", said),
                                s.automatic()));
            case Life.Running r when exit.status() == REBOOT -> Stops.end(turn, r, exit, new Life.Cause.Reboot());
            case Life.Running r ->
                Stops.end(
                        turn,
                        r,
                        exit,
                        new Life.Cause.Unasked(
                                Duration.between(r.since(), exit.at()).toSeconds(), said));
            case Life.Stopping s
            when s.failure() != null ->
                Stops.end(turn, s, exit, new Life.Cause.StartFailed(withLastWords(s.failure(), said), s.automatic()));
            case Life.Stopping s -> Stops.end(turn, s, exit, new Life.Cause.Asked(s.endedBy(exit.status())));
            case Life.Preparing p -> {}
            case Life.Ending e -> {}
        }
    }

    static String withLastWords(String reason, @Nullable String said) {
        return said == null ? reason : reason + ": " + said;
    }

    /** Goes on from what is really there, since the last runner may have died between any two of its acts. */
    static void adopted(Turn turn, Observation seen) {
        turn.step("adopted by a new runner", job -> true);
        if (turn.state.spec() != null && turn.state.removal() == null) {
            turn.effect(new Effect.Define(turn.state.spec()));
        }
        switch (turn.state.life()) {
            case Life.Resting r -> Stops.removeIfResting(turn);
            case Life.Backoff b -> {}
            case Life.Preparing p -> turn.effect(new Effect.Prepare(p.run(), p.spec()));
            case Life.Ending e -> turn.effect(new Effect.CleanUp(e.run(), turn.state.container()));
            case Life.Starting s when !seen.begun() -> spawnAnew(turn, s);
            case Life.Stopping s when !seen.begun() -> neverBegan(turn, s);
            case Life.Active active -> catchUp(turn, active, seen);
        }
    }

    private static void spawnAnew(Turn turn, Life.Starting s) {
        long run = turn.state.runs() + 1;
        turn.state = turn.state.withRuns(run);
        if (s.stopAsked()) {
            turn.live(new Life.Preparing(run, s.spec(), s.automatic(), true));
            turn.effect(new Effect.Prepare(run, s.spec()));
        } else {
            Starts.spawn(turn, run, s.spec(), s.automatic());
        }
    }

    private static void catchUp(Turn turn, Life.Active active, Observation seen) {
        if (active instanceof Life.Starting starting) {
            Starts.spawned(turn, starting);
        }
        if (seen.leader() != null) {
            answer(turn, new Input.LeaderKnown(active.run(), seen.leader()));
        }
        if (seen.ready()) {
            answer(turn, new Input.Ready(active.run()));
        }
        Exit exit = seen.exit();
        ContainerSpec newest = turn.state.spec();
        if (exit != null) {
            answer(turn, new Input.Exited(active.run(), exit.status(), exit.at(), seen.said(), null));
        } else if (turn.state.life() instanceof Life.Stopping s && s.escalation() == Life.Escalation.KILLED) {
            // The one act that may be repeated: what is killed stays killed.
            turn.effect(new Effect.Kill(s.run(), turn.state.container()));
        } else if (turn.state.life() instanceof Life.Running r
                && newest != null
                && turn.state.wanted()
                && newest.isReloadOf(r.spec())) {
            turn.effect(new Effect.Reload(r.run(), newest)); // a switch that is made already changes nothing
        }
        if (exit == null && turn.state.life() instanceof Life.Active now) {
            Lifecycle.fetchAgain(turn, now);
        }
    }
}
