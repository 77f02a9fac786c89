package io.hatchery.runner.simulation;

/** A bug put in on purpose, to see whether the simulation finds it. */
enum Mutation {
    /** The code as it is. */
    NONE,
    /** A command's offset is committed as soon as it is read. */
    COMMIT_BEFORE_OUTCOME,
    /** The offset committed is one too high. */
    WATERMARK_OFF_BY_ONE,
    /** A new runner does not know which commands have ended. */
    DEDUPLICATION_LOST,
    /** A stop signals every process of the container. */
    SIGNAL_TO_THE_CGROUP,
    /** A new runner takes what was written down for what is there. */
    STALE_PID_TRUSTED,
    /** What happens is not written down before it is done. */
    JOURNAL_NOT_WRITTEN,
    /** An outcome that was not acknowledged is sent again without looking for it. */
    OUTCOME_RESENT_BLINDLY,
    /** An outcome is told before what it tells of is done. */
    OUTCOME_BEFORE_EFFECT,
    /** A stop that was under way is begun again by a new runner. */
    STOP_SIGNALLED_AGAIN,
    /** A stop's time-out is not acted on. */
    NO_ESCALATION,
    /** An exit that came while no runner was there is reported with status 0. */
    EXIT_STATUS_LOST,
    /** Statuses are published in any order. */
    STATUS_NOT_THE_LATEST,
    /** A new owner of a partition does not wait for what the last one committed. */
    VIEWS_ARE_NOT_SETTLED;

    /** What is committed where this offset should be. */
    long committed(long offset) {
        return this == WATERMARK_OFF_BY_ONE ? offset + 1 : offset;
    }
}
