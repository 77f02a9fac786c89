package io.hatchery.runner.lifecycle;

import io.hatchery.protocol.Exit;
import io.hatchery.protocol.Outcome;
import io.hatchery.protocol.Verb;
import io.hatchery.spec.ContainerSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The ways out of a run. */
final class Stops {
    /** After SIGTERM to the supervisor, so long until every process is killed. */
    static final Duration TERMINATE_GRACE = Duration.ofSeconds(5);
    /** An init that is not ready has no signal handlers yet; a stop waits so long for it at most. */
    static final Duration READINESS_GRACE = Duration.ofSeconds(10);

    private Stops() {}

    static void stop(Turn turn, Job job) {
        supersedeStarts(turn, job);
        turn.state = turn.state.withWanted(false);
        askToStop(turn);
        nothingToStop(turn);
    }

    static void kill(Turn turn, Job job) {
        supersedeStarts(turn, job);
        turn.state = turn.state.withWanted(false);
        switch (turn.state.life()) {
            case Life.Starting s when s.spawned() -> killAll(turn, s.run(), s.spec(), s.leader(), null, false);
            case Life.Running r -> killAll(turn, r.run(), r.spec(), r.leader(), null, false);
            case Life.Stopping s
            when s.escalation() != Life.Escalation.KILLED ->
                killAll(turn, s.run(), s.spec(), s.leader(), s.failure(), s.automatic());
            default -> askToStop(turn);
        }
        nothingToStop(turn);
    }

    /** A start that came after a stop and waits for the same spec is begun after it. */
    private static void supersedeStarts(Turn turn, Job stop) {
        List<Job> earlier = turn.state.jobs().stream()
                .takeWhile(job -> !job.id().equals(stop.id()))
                .toList();
        turn.conclude(
                job -> job.wantsStart() && (job.begun() || earlier.contains(job)),
                Outcome.SUPERSEDED,
                "by " + stop.verb().word() + " " + stop.id());
    }

    private static void nothingToStop(Turn turn) {
        if (turn.state.life() instanceof Life.Resting) {
            turn.conclude(job -> job.begun() && isStop(job), Outcome.COMPLETED, "it was not running");
        }
    }

    private static boolean isStop(Job job) {
        return job.verb() == Verb.STOP || job.verb() == Verb.KILL;
    }

    /** Makes whatever runs end in good order; what is already on its way out goes on. */
    static void askToStop(Turn turn) {
        switch (turn.state.life()) {
            case Life.Resting r -> {}
            case Life.Backoff b -> turn.live(new Life.Resting(false));
            case Life.Preparing p -> {
                turn.live(new Life.Preparing(p.run(), p.spec(), p.automatic(), true));
                turn.effect(new Effect.Abandon(p.run(), turn.state.container()));
            }
            case Life.Starting s -> {
                turn.state = turn.state.withVia(null);
                turn.live(s.asToStop());
                if (!s.stopAsked() && s.spawned()) {
                    awaitReadiness(turn, s);
                }
            }
            case Life.Running r -> signal(turn, r.run(), r.spec(), r.leader());
            case Life.Stopping s -> {}
            case Life.Ending e -> {}
        }
    }

    static void awaitReadiness(Turn turn, Life.Starting s) {
        Instant patience = turn.now.plus(READINESS_GRACE);
        Instant due = s.due();
        turn.live(s.asToStop().withDue(due == null || patience.isBefore(due) ? patience : due));
        turn.step("waits for readiness", job -> true);
    }

    static void signal(Turn turn, long run, ContainerSpec spec, @Nullable Long leader) {
        Instant due = Starts.after(turn.now, spec.stopTimeout());
        turn.state = turn.state.withVia(null);
        turn.live(new Life.Stopping(run, spec, leader, Life.Escalation.SIGNALLED, null, due, null, false));
        turn.step("sent " + spec.killSignal(), job -> true);
        turn.effect(new Effect.SignalLeader(run, spec));
    }

    static void escalate(Turn turn, Life.Stopping s) {
        switch (s.escalation()) {
            case SIGNALLED -> {
                turn.live(new Life.Stopping(
                        s.run(),
                        s.spec(),
                        s.leader(),
                        Life.Escalation.TERMINATED,
                        Life.Escalation.SIGNALLED,
                        turn.now.plus(TERMINATE_GRACE),
                        s.failure(),
                        s.automatic()));
                turn.step("stopTimeout passed, supervisor sent SIGTERM", job -> true);
                turn.effect(new Effect.TerminateSupervisor(s.run(), turn.state.container()));
            }
            case TERMINATED -> killAll(turn, s.run(), s.spec(), s.leader(), s.failure(), s.automatic());
            case KILLED -> {}
        }
    }

    private static Life.@Nullable Escalation stageOf(Turn turn) {
        return turn.state.life() instanceof Life.Stopping s ? s.escalation() : null;
    }

    static void killAll(
            Turn turn,
            long run,
            ContainerSpec spec,
            @Nullable Long leader,
            @Nullable String failure,
            boolean automatic) {
        turn.state = turn.state.withVia(null);
        turn.live(
                new Life.Stopping(run, spec, leader, Life.Escalation.KILLED, stageOf(turn), null, failure, automatic));
        turn.step("killed", job -> true);
        turn.effect(new Effect.Kill(run, turn.state.container()));
    }

    static void endWithoutProcesses(Turn turn, Life.Active active, Life.Cause cause) {
        end(turn, active, null, cause);
    }

    static void end(Turn turn, Life.Active active, @Nullable Exit exit, Life.Cause cause) {
        if (exit != null) {
            turn.state = turn.state.withExit(exit);
            turn.step("exited with status " + exit.status(), job -> true);
        }
        if (cause instanceof Life.Cause.Asked asked) {
            turn.stoppedBy(asked.by());
        } else {
            turn.state = turn.state.withVia(null);
        }
        turn.live(new Life.Ending(active.run(), active.spec(), exit, cause));
        turn.effect(new Effect.CleanUp(active.run(), turn.state.container()));
    }

    static void removeIfResting(Turn turn) {
        var removal = turn.state.removal();
        if (removal != null && turn.state.life() instanceof Life.Resting) {
            turn.effect(new Effect.Remove(turn.state.container(), removal));
        }
    }

    /** Nothing of the run is left, or, if {@code leftover} says so, something is. */
    static void ended(Turn turn, Life.Ending ending, @Nullable String leftover) {
        boolean failed = ending.cause() instanceof Life.Cause.StartFailed
                || ending.cause() instanceof Life.Cause.Unasked
                        && ending.exit() != null
                        && ending.exit().status() != 0;
        turn.live(new Life.Resting(failed || leftover != null));
        turn.state = turn.state.withReason(leftover == null ? reason(ending) : leftover);
        if (leftover == null) {
            turn.conclude(job -> job.begun() && isStop(job), Outcome.COMPLETED, null);
        } else {
            turn.conclude(Job::begun, Outcome.FAILED, leftover);
        }
        if (turn.state.removal() != null) {
            removeIfResting(turn);
        } else if (leftover == null) {
            next(turn, ending);
        }
    }

    private static @Nullable String reason(Life.Ending ending) {
        return switch (ending.cause()) {
            case Life.Cause.Asked a -> null;
            case Life.Cause.Reboot r -> null;
            case Life.Cause.StartFailed failed -> failed.reason();
            case Life.Cause.Unasked u ->
                ending.exit() == null
                        ? null
                        : RunWord.withLastWords(
                                "it exited with status " + ending.exit().status(), u.said());
        };
    }

    private static void next(Turn turn, Life.Ending ending) {
        if (ending.cause() instanceof Life.Cause.StartFailed failed && !turn.state.relaunch()) {
            boolean asked = turn.state.jobs().stream().anyMatch(job -> job.begun() && job.wantsStart());
            turn.conclude(job -> job.begun() && job.wantsStart(), Outcome.FAILED, failed.reason());
            if (failed.automatic() && !asked && turn.state.wanted()) {
                restart(turn, ending, true);
            } else {
                turn.state = turn.state.withWanted(false);
            }
            return;
        }
        boolean asked = turn.state.jobs().stream().anyMatch(job -> job.begun() && job.wantsStart());
        boolean again = turn.state.wanted() && (turn.state.relaunch() || ending.cause() instanceof Life.Cause.Reboot);
        if (asked || again) {
            Starts.launch(turn, !asked);
        } else if (ending.cause() instanceof Life.Cause.Unasked unasked && turn.state.wanted()) {
            if (unasked.secondsReady() >= RestartBackoff.STABLE_SECONDS) {
                turn.state = turn.state.withRestarts(0);
            }
            restart(turn, ending, ending.exit() == null || ending.exit().status() != 0);
        }
    }

    private static void restart(Turn turn, Life.Ending ending, boolean failed) {
        ContainerSpec spec = turn.state.spec() == null ? ending.spec() : turn.state.spec();
        boolean again = switch (spec.restart()) {
            case ALWAYS -> true;
            case ON_FAILURE -> failed;
            case NO -> false;
        };
        if (!again) {
            turn.state = turn.state.withWanted(false);
            return;
        }
        int restarts = turn.state.restarts() + 1;
        turn.state = turn.state.withRestarts(restarts);
        turn.live(new Life.Backoff(turn.now.plus(RestartBackoff.before(restarts, turn.state.container()))));
    }
}
