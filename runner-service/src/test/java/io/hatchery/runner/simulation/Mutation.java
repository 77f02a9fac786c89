package io.hatchery.runner.simulation;

import java.util.Arrays;
import java.util.List;

/** A bug put in on purpose, at the edge that the production code stands on, to see whether the simulation finds it. */
enum Mutation {
    /** The code as it is. */
    NONE,
    /** A command counts as handled as soon as it is read. */
    COMMIT_BEFORE_OUTCOME,
    /** The first command that has no outcome counts as handled. */
    WATERMARK_OFF_BY_ONE,
    /** A new runner does not know which commands have ended. */
    DEDUPLICATION_LOST,
    /** A stop signals every process of the container. */
    SIGNAL_TO_THE_CGROUP,
    /** A stop that was under way is signalled again by a new runner. */
    SIGNALLED_AGAIN,
    /** Whoever has a pid now is taken for who had it. */
    STALE_PID_TRUSTED,
    /** A run that was never begun may begin after a new runner has looked for it. */
    BEGINNING_NOT_PREVENTED,
    /** What happens is not written down before it is done. */
    JOURNAL_NOT_WRITTEN,
    /** The last spec of a container is not kept on disk. */
    SPEC_NOT_KEPT,
    /** That a removal has begun is not kept on disk. */
    REMOVAL_NOT_KEPT,
    /** What replaces a file is written without being synchronized or renamed. */
    REPLACED_BY_APPENDING,
    /** What must be durable is not synchronized. */
    APPEND_NOT_SYNCED,
    /** What must be gone for good is deleted without being synchronized. */
    DELETED_UNDURABLY,
    /** What is deleted on disk stays. */
    NOTHING_DELETED,
    /** Journals outlive a reboot. */
    JOURNAL_OUTLIVES_BOOT,
    /** What was not acknowledged is sent again without looking for it. */
    RESENT_BLINDLY,
    /** The driver says that something is done before it is. */
    TOLD_BEFORE_DONE,
    /** SIGTERM to the supervisor and the kill after it do nothing. */
    NO_ESCALATION,
    /** An exit that came while no runner was there is reported with status 0. */
    EXIT_STATUS_LOST,
    /** Statuses are written in any order. */
    STATUS_NOT_THE_LATEST,
    /** The revision that an author means to replace is not looked at. */
    EXPECTATION_IGNORED,
    /** Of each profile only the first version is seen. */
    PROFILE_CHANGES_NOT_SEEN,
    /** That a host has released a container is not seen. */
    RELEASES_NOT_SEEN,
    /** The ports of other containers are not seen. */
    PORTS_NOT_SEEN,
    /** The labels of hosts are not seen. */
    LABELS_NOT_SEEN,
    /** Now and then a spec or its tombstone is not published to a host. */
    SPEC_NOT_GIVEN,
    /** A deletion with a purge is passed on without it. */
    PURGE_FORGOTTEN,
    /** A rollback replaces whatever is there. */
    ROLLBACK_UNFENCED,
    /** The offset that is committed with what was evaluated is one too high. */
    OFFSETS_TOO_HIGH,
    /** More containers may be starting at a time than is configured. */
    START_GATE_OPEN,
    /** Timers fire after a tenth of their time. */
    TIMERS_TOO_SOON,
    /** A purge removes the container and not its root. */
    ROOT_NOT_PURGED,
    /** A runner sends nothing to the dead letters. */
    NOTHING_BURIED,
    /** That a system has been built is not heard of. */
    BUILDS_NOT_HEARD_OF,
    /** A new owner of a partition does not wait for what the last one committed. */
    VIEWS_NOT_SETTLED,
    /** A transaction that is aborted leaves some of its records. */
    TRANSACTION_IN_PARTS,
    /** What a gateway polled together with a record that it cannot read is not folded. */
    GATEWAY_LOSES_THE_REST_OF_A_BATCH,
    /** A gateway that reads an outcome before its command does not keep it. */
    GATEWAY_FORGETS_OUTCOMES_BEFORE_COMMANDS,
    /** A gateway does not learn of deletions that it was not asked for itself. */
    GATEWAY_KNOWS_ITS_OWN_DELETIONS_ONLY,
    /** The cursor that a client has covers what is still on its way. */
    GATEWAY_GIVES_CURSORS_AHEAD,
    /** What a client missed follows what is new. */
    GATEWAY_SAYS_SYNCED_BEFORE_THE_REPLAY,
    /** A client that resumes is not given the deletions that it missed. */
    GATEWAY_REPLAYS_NO_DELETIONS,
    /** What waits for a slow client is not sent when it can take more. */
    GATEWAY_FORGETS_SLOW_CLIENTS;

    /** Every bug of the gateways, which {@link GatewaySimulationTest} looks for. */
    static List<Mutation> bugsOfGateways() {
        return Arrays.stream(values())
                .filter(mutation -> mutation.name().startsWith("GATEWAY_"))
                .toList();
    }

    /** Every bug but those of the gateways. */
    static List<Mutation> bugs() {
        return Arrays.stream(values())
                .filter(mutation -> mutation != NONE && !bugsOfGateways().contains(mutation))
                .toList();
    }
}
