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

/**
 * Where a container is in its life, with just the data that this stage has.
 *
 * <pre>
 *   Inactive ──start──▶ Preparing ──▶ Starting ──ready──▶ Running
 *      ▲                  │             │ time-out, stop    │ stop, kill
 *      │                  │             ▼                   ▼
 *      ├──────────────────┴─ CleaningUp ◀── exit ────────── Stopping
 *      │                       │
 *      └──────── Backoff ◀─────┘ after an exit nobody asked for
 * </pre>
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = LifecycleState.Inactive.class, name = "resting"),
    @JsonSubTypes.Type(value = LifecycleState.Preparing.class, name = "preparing"),
    @JsonSubTypes.Type(value = LifecycleState.Starting.class, name = "starting"),
    @JsonSubTypes.Type(value = LifecycleState.Running.class, name = "running"),
    @JsonSubTypes.Type(value = LifecycleState.Stopping.class, name = "stopping"),
    @JsonSubTypes.Type(value = LifecycleState.CleaningUp.class, name = "ending"),
    @JsonSubTypes.Type(value = LifecycleState.Backoff.class, name = "backoff")
})
public sealed interface LifecycleState {
    /** The exit status of who was sent SIGKILL. */
    int KILLED_STATUS = 128 + 9;

    /** How operators call this stage. */
    Phase phase();

    /** When something happens by itself; null if nothing does. */
    default @Nullable Instant due() {
        return null;
    }

    /** The same, by a clock that was set forward so much. */
    default LifecycleState shifted(Duration by) {
        return this;
    }

    private static @Nullable Instant shifted(@Nullable Instant time, Duration by) {
        return time == null ? null : time.plus(by);
    }

    /** A stage in which the host holds something of a run: its root being made, its processes, or what they left. */
    sealed interface Active extends LifecycleState {
        /** Counts the runs of this container on this host since its boot. */
        long run();

        /** What this run was started from. */
        ContainerSpec spec();
    }

    /**
     * No processes.
     *
     * @param failed whether the last run ended badly
     */
    record Inactive(boolean failed) implements LifecycleState {
        @Override
        public Phase phase() {
            return failed ? Phase.FAILED : Phase.STOPPED;
        }
    }

    /**
     * The root is made ready.
     *
     * @param automatic whether no command asked for this start
     * @param stopRequested whether it is to end as soon as it can
     */
    record Preparing(long run, ContainerSpec spec, boolean automatic, boolean stopRequested) implements Active {
        @Override
        public Phase phase() {
            return Phase.PREPARING;
        }
    }

    /**
     * Spawned, or waiting its turn to be, and not ready.
     *
     * @param automatic whether no command asked for this start
     * @param spawned whether the driver has begun it
     * @param stopRequested whether it is to end once ready, or when {@code due}
     * @param leader its init's pid; null until known
     * @param due when it is given up; null before it is spawned, or if its start may take for ever
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
        Starting withSpec(ContainerSpec next) {
            return new Starting(run, next, automatic, spawned, stopRequested, leader, due);
        }

        Starting asSpawned(@Nullable Instant giveUp) {
            return new Starting(run, spec, automatic, true, stopRequested, leader, giveUp);
        }

        Starting asToStop() {
            return new Starting(run, spec, automatic, spawned, true, leader, due);
        }

        Starting withLeader(long pid) {
            return new Starting(run, spec, automatic, spawned, stopRequested, pid, due);
        }

        Starting withDue(Instant next) {
            return new Starting(run, spec, automatic, spawned, stopRequested, leader, next);
        }

        @Override
        public LifecycleState shifted(Duration by) {
            return new Starting(run, spec, automatic, spawned, stopRequested, leader, LifecycleState.shifted(due, by));
        }

        @Override
        public Phase phase() {
            return Phase.STARTING;
        }
    }

    /**
     * Ready.
     *
     * @param leader its init's pid; null if nspawn did not tell
     * @param since when it became ready
     */
    record Running(long run, ContainerSpec spec, @Nullable Long leader, Instant since) implements Active {
        @Override
        public LifecycleState shifted(Duration by) {
            return new Running(run, spec, leader, since.plus(by));
        }

        @Override
        public Phase phase() {
            return Phase.RUNNING;
        }
    }

    /** How far a stop has gone. Each is written down before it is done, and none is done twice. */
    enum Escalation {
        /** Its init was sent its kill signal. */
        SIGNALLED,
        /** Its supervisor was sent SIGTERM. */
        TERMINATED,
        /** Its processes were killed. */
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
     * Requested to end.
     *
     * @param leader its init's pid; null if not known
     * @param escalation what was done to it last
     * @param before what was done to it before that; null if nothing was, or it was signalled only now
     * @param due when the next is done; null if that takes for ever or there is none
     * @param failure why it must end, if that is a failure of its start; null if it was asked for
     * @param automatic whether no command asked for that start
     */
    record Stopping(
            long run,
            ContainerSpec spec,
            @Nullable Long leader,
            Escalation escalation,
            @Nullable Escalation before,
            @Nullable Instant due,
            @Nullable String failure,
            boolean automatic)
            implements Active {
        /**
         * What made it end with that status, as a shell counts it. It may have ended by itself just before it was killed: who is
         * killed ends with 128 + SIGKILL. Null if nobody can know.
         */
        @Nullable
        StoppedBy endedBy(int status) {
            if (status == Exit.UNKNOWN) {
                return null;
            }
            if (status == KILLED_STATUS) {
                return StoppedBy.KILLED; // by the host, where it was not the fleet
            }
            Escalation by = escalation == Escalation.KILLED ? before : escalation;
            return by == null ? null : by.stoppedBy();
        }

        @Override
        public LifecycleState shifted(Duration by) {
            return new Stopping(
                    run, spec, leader, escalation, before, LifecycleState.shifted(due, by), failure, automatic);
        }

        @Override
        public Phase phase() {
            return Phase.STOPPING;
        }
    }

    /** Why a run ended. */
    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = Cause.Requested.class, name = "asked"),
        @JsonSubTypes.Type(value = Cause.StartFailed.class, name = "startFailed"),
        @JsonSubTypes.Type(value = Cause.Reboot.class, name = "reboot"),
        @JsonSubTypes.Type(value = Cause.Unexpected.class, name = "unasked")
    })
    sealed interface Cause {
        /** Someone or something wanted it to; {@code by} is null if it had no processes yet. */
        record Requested(@Nullable StoppedBy by) implements Cause {}

        /** It did not come up. */
        record StartFailed(String reason, boolean automatic) implements Cause {}

        /** It rebooted from inside. */
        record Reboot() implements Cause {}

        /**
         * It ended by itself.
         *
         * @param secondsReady how long it had been ready
         * @param said the last that was heard of it; null if that is nothing
         */
        record Unexpected(long secondsReady, @Nullable String said) implements Cause {}
    }

    /**
     * Its processes have ended and what they left is removed.
     *
     * @param exit how they ended; null if there were none
     */
    record CleaningUp(
            long run, ContainerSpec spec, @Nullable Exit exit, Cause cause) implements Active {
        @Override
        public Phase phase() {
            return Phase.STOPPING;
        }
    }

    /**
     * Waits to be started again.
     *
     * @param due when
     */
    record Backoff(Instant due) implements LifecycleState {
        @Override
        public LifecycleState shifted(Duration by) {
            return new Backoff(due.plus(by));
        }

        @Override
        public Phase phase() {
            return Phase.BACKOFF;
        }
    }
}
