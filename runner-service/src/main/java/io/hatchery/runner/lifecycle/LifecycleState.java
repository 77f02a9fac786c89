package io.hatchery.runner.lifecycle;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.hatchery.protocol.Exit;
import io.hatchery.protocol.Phase;
import io.hatchery.protocol.StoppedBy;
import io.hatchery.spec.ContainerSpec;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The lifecycle state of a container: its phase with the data of that phase. docs/explanation/lifecycle.md has the diagram. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = LifecycleState.Inactive.class, name = "inactive"),
    @JsonSubTypes.Type(value = LifecycleState.Preparing.class, name = "preparing"),
    @JsonSubTypes.Type(value = LifecycleState.Starting.class, name = "starting"),
    @JsonSubTypes.Type(value = LifecycleState.Running.class, name = "running"),
    @JsonSubTypes.Type(value = LifecycleState.Stopping.class, name = "stopping"),
    @JsonSubTypes.Type(value = LifecycleState.CleaningUp.class, name = "cleaningUp"),
    @JsonSubTypes.Type(value = LifecycleState.Backoff.class, name = "backoff")
})
public sealed interface LifecycleState {
    /** The exit status of a process that SIGKILL ended. */
    int KILLED_STATUS = 128 + 9;

    /** The phase that the container's status reports. */
    Phase phase();

    /** When {@link Input.Due} is due in this state; null if never. */
    default @Nullable Instant due() {
        return null;
    }

    /** This state after the clock was set: what was due in a minute is still due in a minute. */
    default LifecycleState shifted(Duration jump) {
        return this;
    }

    private static @Nullable Instant shifted(@Nullable Instant time, Duration jump) {
        return time == null ? null : time.plus(jump);
    }

    /** A state with a run: its root is prepared, or the host has its processes or what they left. */
    sealed interface Active extends LifecycleState {
        /** The number of the run, counted per container since the host's boot. */
        long run();

        /** The spec that the run has. */
        ContainerSpec spec();

        /** This state after the run has taken on a spec. */
        Active withSpec(ContainerSpec next);
    }

    /**
     * The container has no run.
     *
     * @param failed whether the last run failed
     */
    record Inactive(boolean failed) implements LifecycleState {
        @Override
        public Phase phase() {
            return failed ? Phase.FAILED : Phase.STOPPED;
        }
    }

    /**
     * The driver prepares the root.
     *
     * @param automatic whether the start was not requested by a command
     * @param stopRequested whether the run ends as soon as the preparation has
     */
    record Preparing(long run, ContainerSpec spec, boolean automatic, boolean stopRequested) implements Active {
        @Override
        public Preparing withSpec(ContainerSpec next) {
            return new Preparing(run, next, automatic, stopRequested);
        }

        Preparing withStopRequested() {
            return new Preparing(run, spec, automatic, true);
        }

        @Override
        public Phase phase() {
            return Phase.PREPARING;
        }
    }

    /**
     * The processes are spawned, or wait for the limit of concurrent starts, and the container is not ready.
     *
     * @param automatic whether the start was not requested by a command
     * @param spawned whether the driver has spawned the processes
     * @param stopRequested whether the run ends at readiness, or when {@code due}
     * @param leader pid of the container's init on the host; null until known
     * @param due when the start fails; null before the spawn, and if {@code startTimeout} is infinite
     */
    record Starting(
            long run,
            ContainerSpec spec,
            boolean automatic,
            boolean spawned,
            boolean stopRequested,
            @Nullable Long leader,
            @Nullable Instant due)
            implements Active {
        @Override
        public Starting withSpec(ContainerSpec next) {
            return new Starting(run, next, automatic, spawned, stopRequested, leader, due);
        }

        Starting withSpawned(@Nullable Instant startTimeout) {
            return new Starting(run, spec, automatic, true, stopRequested, leader, startTimeout);
        }

        Starting withStopRequested() {
            return new Starting(run, spec, automatic, spawned, true, leader, due);
        }

        Starting withLeader(long pid) {
            return new Starting(run, spec, automatic, spawned, stopRequested, pid, due);
        }

        Starting withDue(Instant next) {
            return new Starting(run, spec, automatic, spawned, stopRequested, leader, next);
        }

        @Override
        public LifecycleState shifted(Duration jump) {
            return new Starting(
                    run, spec, automatic, spawned, stopRequested, leader, LifecycleState.shifted(due, jump));
        }

        @Override
        public Phase phase() {
            return Phase.STARTING;
        }
    }

    /**
     * The container is ready.
     *
     * @param leader pid of the container's init on the host; null if unknown
     * @param since when it became ready
     */
    record Running(long run, ContainerSpec spec, @Nullable Long leader, Instant since) implements Active {
        @Override
        public Running withSpec(ContainerSpec next) {
            return new Running(run, next, leader, since);
        }

        Running withLeader(long pid) {
            return new Running(run, spec, pid, since);
        }

        @Override
        public LifecycleState shifted(Duration jump) {
            return new Running(run, spec, leader, since.plus(jump));
        }

        @Override
        public Phase phase() {
            return Phase.RUNNING;
        }
    }

    /** The steps of a stop. Each is written to the journal before it is taken, and none is taken twice. */
    enum Escalation {
        /** The leader was sent the kill signal. */
        SIGNALLED,
        /** The supervisor was sent SIGTERM. */
        TERMINATED,
        /** All processes were killed. */
        KILLED;

        StoppedBy stoppedBy() {
            return switch (this) {
                case SIGNALLED -> StoppedBy.HALTED;
                case TERMINATED -> StoppedBy.TERMINATED;
                case KILLED -> StoppedBy.KILLED;
            };
        }
    }

    /**
     * The processes were asked to exit.
     *
     * @param leader pid of the container's init on the host; null if unknown
     * @param escalation the last step
     * @param previous the step before the last; null if there is none
     * @param due when the next step is taken; null if {@code stopTimeout} is infinite or there is no next step
     * @param failure the failed start that the run ends for; null if it ends for another reason
     */
    record Stopping(
            long run,
            ContainerSpec spec,
            @Nullable Long leader,
            Escalation escalation,
            @Nullable Escalation previous,
            @Nullable Instant due,
            Cause.@Nullable StartFailed failure)
            implements Active {
        /**
         * The step that ended the container. One that exits by itself just before it is killed does not have the exit status of
         * SIGKILL. Null if the status is unknown.
         */
        @Nullable
        StoppedBy stoppedBy(int status) {
            if (status == Exit.UNKNOWN) {
                return null;
            }
            if (status == KILLED_STATUS) {
                return StoppedBy.KILLED; // by the host, where it was not the fleet
            }
            Escalation last = escalation == Escalation.KILLED ? previous : escalation;
            return last == null ? null : last.stoppedBy();
        }

        @Override
        public Stopping withSpec(ContainerSpec next) {
            return new Stopping(run, next, leader, escalation, previous, due, failure);
        }

        Stopping withLeader(long pid) {
            return new Stopping(run, spec, pid, escalation, previous, due, failure);
        }

        Stopping withTerminated(Instant killDue) {
            return new Stopping(run, spec, leader, Escalation.TERMINATED, escalation, killDue, failure);
        }

        @Override
        public LifecycleState shifted(Duration jump) {
            return new Stopping(run, spec, leader, escalation, previous, LifecycleState.shifted(due, jump), failure);
        }

        @Override
        public Phase phase() {
            return Phase.STOPPING;
        }
    }

    /** Why a run ended. */
    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = Cause.Requested.class, name = "requested"),
        @JsonSubTypes.Type(value = Cause.StartFailed.class, name = "startFailed"),
        @JsonSubTypes.Type(value = Cause.Reboot.class, name = "reboot"),
        @JsonSubTypes.Type(value = Cause.Unexpected.class, name = "unexpected")
    })
    sealed interface Cause {
        /**
         * A command, a changed spec, a removal or someone on the host stopped it.
         *
         * @param stoppedBy the step that ended it; null if unknown, or if it had no processes
         */
        record Requested(@Nullable StoppedBy stoppedBy) implements Cause {}

        /**
         * The start failed.
         *
         * @param reason why
         * @param automatic whether the start was not requested by a command
         */
        record StartFailed(String reason, boolean automatic) implements Cause {}

        /** The container rebooted from inside. */
        record Reboot() implements Cause {}

        /**
         * The container exited, and nothing had requested it.
         *
         * @param secondsReady how long it had been ready, in seconds
         * @param lastOutput its last output if it failed; null if there is none
         */
        record Unexpected(long secondsReady, @Nullable String lastOutput) implements Cause {}
    }

    /**
     * The processes have ended, and the driver removes what they left.
     *
     * @param exit how they ended; null if there were none
     */
    record CleaningUp(
            long run, ContainerSpec spec, @Nullable Exit exit, Cause cause) implements Active {
        @Override
        public CleaningUp withSpec(ContainerSpec next) {
            return new CleaningUp(run, next, exit, cause);
        }

        @Override
        public Phase phase() {
            return Phase.STOPPING;
        }
    }

    /**
     * The container waits for its automatic restart.
     *
     * @param due when it starts
     */
    record Backoff(Instant due) implements LifecycleState {
        @Override
        public LifecycleState shifted(Duration jump) {
            return new Backoff(due.plus(jump));
        }

        @Override
        public Phase phase() {
            return Phase.BACKOFF;
        }
    }
}
