package io.hatchery.runner.lifecycle;

import io.hatchery.protocol.Exit;
import io.hatchery.protocol.Outcome;
import org.jspecify.annotations.Nullable;

/** The transitions out of a run that several states share. */
final class Stops {
    /** The exit status of systemd-nspawn for a reboot from inside: EXIT_FORCE_RESTART, see systemd.exec(5). */
    static final int REBOOT_STATUS = 133;

    private Stops() {}

    /** Completes stops of a container that has no run. */
    static Transition concludeNotRunning(Transition transition) {
        return transition.conclude(PendingOperation::isStopInProgress, Outcome.COMPLETED, "it was not running");
    }

    /** Removes what Hatchery made for a container that has no run, if a removal is pending. */
    static Transition removeIfPending(Transition transition) {
        Removal removal = transition.intent().removal();
        return removal == null
                ? transition
                : transition.with(new Effect.Remove(transition.state().container(), removal));
    }

    /** Sends the kill signal to the leader; the escalation follows after {@code stopTimeout}. */
    static Transition signal(Transition transition, LifecycleState.Active active, @Nullable Long leader) {
        var stopping = new LifecycleState.Stopping(
                active.run(),
                active.spec(),
                leader,
                LifecycleState.Escalation.SIGNALLED,
                null,
                Timeouts.end(transition.now(), active.spec().stopTimeout()),
                null);
        return transition
                .withHistory(history -> history.withInitiator(null))
                .enter(stopping)
                .step("sent " + active.spec().killSignal())
                .with(new Effect.SignalLeader(active.run(), active.spec()));
    }

    /** Kills a run that was not asked to exit before. */
    static Transition kill(
            Transition transition,
            LifecycleState.Active active,
            @Nullable Long leader,
            LifecycleState.Cause.@Nullable StartFailed failure) {
        return kill(
                transition,
                new LifecycleState.Stopping(
                        active.run(), active.spec(), leader, LifecycleState.Escalation.KILLED, null, null, failure));
    }

    /** Kills a run that was asked to exit before. */
    static Transition killNext(Transition transition, LifecycleState.Stopping stopping) {
        return kill(
                transition,
                new LifecycleState.Stopping(
                        stopping.run(),
                        stopping.spec(),
                        stopping.leader(),
                        LifecycleState.Escalation.KILLED,
                        stopping.escalation(),
                        null,
                        stopping.failure()));
    }

    private static Transition kill(Transition transition, LifecycleState.Stopping killed) {
        return transition
                .withHistory(history -> history.withInitiator(null))
                .enter(killed)
                .step("killed")
                .with(new Effect.Kill(killed.run(), transition.state().container()));
    }

    /** Cleans up a run whose processes have exited. */
    static Transition exited(
            Transition transition, LifecycleState.Active active, Exit exit, LifecycleState.Cause cause) {
        Transition next =
                transition.withHistory(history -> history.withExit(exit)).step("exited with status " + exit.status());
        return cleanUp(next, active, exit, cause);
    }

    /** Cleans up a run that had no processes. */
    static Transition withoutProcesses(
            Transition transition, LifecycleState.Active active, LifecycleState.Cause cause) {
        return cleanUp(transition, active, null, cause);
    }

    private static Transition cleanUp(
            Transition transition, LifecycleState.Active active, @Nullable Exit exit, LifecycleState.Cause cause) {
        Transition next = switch (cause) {
            case LifecycleState.Cause.Requested requested -> transition.stoppedBy(requested.stoppedBy());
            case LifecycleState.Cause.StartFailed _, LifecycleState.Cause.Reboot _, LifecycleState.Cause.Unexpected _ ->
                transition.withHistory(history -> history.withInitiator(null));
        };
        return next.enter(new LifecycleState.CleaningUp(active.run(), active.spec(), exit, cause))
                .with(new Effect.CleanUp(active.run(), transition.state().container()));
    }

    static String withLastOutput(String reason, @Nullable String lastOutput) {
        return lastOutput == null ? reason : reason + ": " + lastOutput;
    }
}
