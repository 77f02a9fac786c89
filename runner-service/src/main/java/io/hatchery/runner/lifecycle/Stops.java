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

    static void stop(TransitionBuilder transition, PendingOperation operation) {
        supersedeStarts(transition, operation);
        transition.state = transition.state.withDesiredRunning(false);
        askToStop(transition);
        nothingToStop(transition);
    }

    static void kill(TransitionBuilder transition, PendingOperation operation) {
        supersedeStarts(transition, operation);
        transition.state = transition.state.withDesiredRunning(false);
        switch (transition.state.lifecycle()) {
            case LifecycleState.Starting s
            when s.spawned() -> killAll(transition, s.run(), s.spec(), s.leader(), null, false);
            case LifecycleState.Running r -> killAll(transition, r.run(), r.spec(), r.leader(), null, false);
            case LifecycleState.Stopping s
            when s.escalation() != LifecycleState.Escalation.KILLED ->
                killAll(transition, s.run(), s.spec(), s.leader(), s.failure(), s.automatic());
            default -> askToStop(transition);
        }
        nothingToStop(transition);
    }

    /** A start that came after a stop and waits for the same spec is begun after it. */
    private static void supersedeStarts(TransitionBuilder transition, PendingOperation stop) {
        List<PendingOperation> earlier = transition.state.operations().stream()
                .takeWhile(operation -> !operation.id().equals(stop.id()))
                .toList();
        transition.conclude(
                operation -> operation.isStart() && (operation.begun() || earlier.contains(operation)),
                Outcome.SUPERSEDED,
                "by " + stop.verb().word() + " " + stop.id());
    }

    private static void nothingToStop(TransitionBuilder transition) {
        if (transition.state.lifecycle() instanceof LifecycleState.Inactive) {
            transition.conclude(
                    operation -> operation.begun() && isStop(operation), Outcome.COMPLETED, "it was not running");
        }
    }

    private static boolean isStop(PendingOperation operation) {
        return operation.verb() == Verb.STOP || operation.verb() == Verb.KILL;
    }

    /** Makes whatever runs end in good order; what is already on its way out goes on. */
    static void askToStop(TransitionBuilder transition) {
        switch (transition.state.lifecycle()) {
            case LifecycleState.Inactive r -> {}
            case LifecycleState.Backoff b -> transition.live(new LifecycleState.Inactive(false));
            case LifecycleState.Preparing p -> {
                transition.live(new LifecycleState.Preparing(p.run(), p.spec(), p.automatic(), true));
                transition.effect(new Effect.CancelPrepare(p.run(), transition.state.container()));
            }
            case LifecycleState.Starting s -> {
                transition.state = transition.state.withInitiator(null);
                transition.live(s.asToStop());
                if (!s.stopRequested() && s.spawned()) {
                    awaitReadiness(transition, s);
                }
            }
            case LifecycleState.Running r -> signal(transition, r.run(), r.spec(), r.leader());
            case LifecycleState.Stopping s -> {}
            case LifecycleState.CleaningUp e -> {}
        }
    }

    static void awaitReadiness(TransitionBuilder transition, LifecycleState.Starting s) {
        Instant patience = transition.now.plus(READINESS_GRACE);
        Instant due = s.due();
        transition.live(s.asToStop().withDue(due == null || patience.isBefore(due) ? patience : due));
        transition.step("waits for readiness", operation -> true);
    }

    static void signal(TransitionBuilder transition, long run, ContainerSpec spec, @Nullable Long leader) {
        Instant due = Starts.after(transition.now, spec.stopTimeout());
        transition.state = transition.state.withInitiator(null);
        transition.live(new LifecycleState.Stopping(
                run, spec, leader, LifecycleState.Escalation.SIGNALLED, null, due, null, false));
        transition.step("sent " + spec.killSignal(), operation -> true);
        transition.effect(new Effect.SignalLeader(run, spec));
    }

    static void escalate(TransitionBuilder transition, LifecycleState.Stopping s) {
        switch (s.escalation()) {
            case SIGNALLED -> {
                transition.live(new LifecycleState.Stopping(
                        s.run(),
                        s.spec(),
                        s.leader(),
                        LifecycleState.Escalation.TERMINATED,
                        LifecycleState.Escalation.SIGNALLED,
                        transition.now.plus(TERMINATE_GRACE),
                        s.failure(),
                        s.automatic()));
                transition.step("stopTimeout passed, supervisor sent SIGTERM", operation -> true);
                transition.effect(new Effect.TerminateSupervisor(s.run(), transition.state.container()));
            }
            case TERMINATED -> killAll(transition, s.run(), s.spec(), s.leader(), s.failure(), s.automatic());
            case KILLED -> {}
        }
    }

    private static LifecycleState.@Nullable Escalation stageOf(TransitionBuilder transition) {
        return transition.state.lifecycle() instanceof LifecycleState.Stopping s ? s.escalation() : null;
    }

    static void killAll(
            TransitionBuilder transition,
            long run,
            ContainerSpec spec,
            @Nullable Long leader,
            @Nullable String failure,
            boolean automatic) {
        transition.state = transition.state.withInitiator(null);
        transition.live(new LifecycleState.Stopping(
                run, spec, leader, LifecycleState.Escalation.KILLED, stageOf(transition), null, failure, automatic));
        transition.step("killed", operation -> true);
        transition.effect(new Effect.Kill(run, transition.state.container()));
    }

    static void endWithoutProcesses(
            TransitionBuilder transition, LifecycleState.Active active, LifecycleState.Cause cause) {
        end(transition, active, null, cause);
    }

    static void end(
            TransitionBuilder transition,
            LifecycleState.Active active,
            @Nullable Exit exit,
            LifecycleState.Cause cause) {
        if (exit != null) {
            transition.state = transition.state.withExit(exit);
            transition.step("exited with status " + exit.status(), operation -> true);
        }
        if (cause instanceof LifecycleState.Cause.Requested asked) {
            transition.stoppedBy(asked.by());
        } else {
            transition.state = transition.state.withInitiator(null);
        }
        transition.live(new LifecycleState.CleaningUp(active.run(), active.spec(), exit, cause));
        transition.effect(new Effect.CleanUp(active.run(), transition.state.container()));
    }

    static void removeIfResting(TransitionBuilder transition) {
        var removal = transition.state.removal();
        if (removal != null && transition.state.lifecycle() instanceof LifecycleState.Inactive) {
            transition.effect(new Effect.Remove(transition.state.container(), removal));
        }
    }

    /** Nothing of the run is left, or, if {@code leftover} says so, something is. */
    static void ended(TransitionBuilder transition, LifecycleState.CleaningUp ending, @Nullable String leftover) {
        boolean failed = ending.cause() instanceof LifecycleState.Cause.StartFailed
                || ending.cause() instanceof LifecycleState.Cause.Unexpected
                        && ending.exit() != null
                        && ending.exit().status() != 0;
        transition.live(new LifecycleState.Inactive(failed || leftover != null));
        transition.state = transition.state.withReason(leftover == null ? reason(ending) : leftover);
        if (leftover == null) {
            transition.conclude(operation -> operation.begun() && isStop(operation), Outcome.COMPLETED, null);
        } else {
            transition.conclude(PendingOperation::begun, Outcome.FAILED, leftover);
        }
        if (transition.state.removal() != null) {
            removeIfResting(transition);
        } else if (leftover == null) {
            next(transition, ending);
        }
    }

    private static @Nullable String reason(LifecycleState.CleaningUp ending) {
        return switch (ending.cause()) {
            case LifecycleState.Cause.Requested a -> null;
            case LifecycleState.Cause.Reboot r -> null;
            case LifecycleState.Cause.StartFailed failed -> failed.reason();
            case LifecycleState.Cause.Unexpected u ->
                ending.exit() == null
                        ? null
                        : RunEvents.withLastWords(
                                "it exited with status " + ending.exit().status(), u.said());
        };
    }

    private static void next(TransitionBuilder transition, LifecycleState.CleaningUp ending) {
        if (ending.cause() instanceof LifecycleState.Cause.StartFailed failed && !transition.state.restartPending()) {
            boolean asked = transition.state.operations().stream()
                    .anyMatch(operation -> operation.begun() && operation.isStart());
            transition.conclude(operation -> operation.begun() && operation.isStart(), Outcome.FAILED, failed.reason());
            if (failed.automatic() && !asked && transition.state.desiredRunning()) {
                restart(transition, ending, true);
            } else {
                transition.state = transition.state.withDesiredRunning(false);
            }
            return;
        }
        boolean asked =
                transition.state.operations().stream().anyMatch(operation -> operation.begun() && operation.isStart());
        boolean again = transition.state.desiredRunning()
                && (transition.state.restartPending() || ending.cause() instanceof LifecycleState.Cause.Reboot);
        if (asked || again) {
            Starts.launch(transition, !asked);
        } else if (ending.cause() instanceof LifecycleState.Cause.Unexpected unasked
                && transition.state.desiredRunning()) {
            if (unasked.secondsReady() >= RestartBackoff.STABLE_SECONDS) {
                transition.state = transition.state.withRestarts(0);
            }
            restart(transition, ending, ending.exit() == null || ending.exit().status() != 0);
        }
    }

    private static void restart(TransitionBuilder transition, LifecycleState.CleaningUp ending, boolean failed) {
        ContainerSpec spec = transition.state.spec() == null ? ending.spec() : transition.state.spec();
        boolean again = switch (spec.restart()) {
            case ALWAYS -> true;
            case ON_FAILURE -> failed;
            case NO -> false;
        };
        if (!again) {
            transition.state = transition.state.withDesiredRunning(false);
            return;
        }
        int restarts = transition.state.restarts() + 1;
        transition.state = transition.state.withRestarts(restarts);
        transition.live(new LifecycleState.Backoff(
                transition.now.plus(RestartBackoff.before(restarts, transition.state.container()))));
    }
}
