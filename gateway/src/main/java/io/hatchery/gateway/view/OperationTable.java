package io.hatchery.gateway.view;

import io.hatchery.bus.Position;
import io.hatchery.gateway.store.SqlSession;
import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.FleetEvent;
import io.hatchery.protocol.Topics;
import io.hatchery.protocol.Verb;
import io.hatchery.spec.json.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Every operation, folded from the commands, the deletions of definitions, the events and the dead letters. These come on
 * different topics in any order, and each order gives the same operations: an outcome that is read before its command wins. A
 * pending operation stays until it ends or no record can be left of it, an ended one for a day. All calls come on one thread, each
 * within a transaction of the session.
 */
public final class OperationTable {
    /** How long an operation is shown after its end. */
    public static final Duration ENDED_KEPT = Duration.ofHours(24);

    /**
     * A tombstone may outlive the outcome of its deletion. Before that time the evaluation alone shows whether the deletion is
     * pending.
     */
    static final Duration TOMBSTONE_KEPT = Topics.TOMBSTONES.minusDays(1);

    /** How many records that other services refused are remembered, for operations that are read later. */
    static final int MAX_REFUSALS = 10_000;

    private static final int LONGEST_REASON = 500;

    private static final String PUT =
            "INSERT INTO operations (id, is_ended, container, host, command, outcome, requested_by, submitted,"
                    + " submission, submission_submitted, position, acceptance, acceptance_appended, ended, ended_appended, is_refusal)"
                    + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET is_ended = excluded.is_ended,"
                    + " container = excluded.container, command = excluded.command, host = excluded.host, outcome = excluded.outcome, requested_by = excluded.requested_by,"
                    + " submitted = excluded.submitted, submission = excluded.submission,"
                    + " submission_submitted = excluded.submission_submitted, position = excluded.position,"
                    + " acceptance = excluded.acceptance, acceptance_appended = excluded.acceptance_appended, ended = excluded.ended,"
                    + " ended_appended = excluded.ended_appended, is_refusal = excluded.is_refusal";

    private final Map<String, CommandRejection> refusals = new LinkedHashMap<>();
    private final AtomicInteger pending = new AtomicInteger();
    private final AtomicInteger ended = new AtomicInteger();
    private final EndedOperationIds endedIds = new EndedOperationIds();
    private final int maxEnded;
    private Instant now = Instant.EPOCH;

    private record CommandRejection(String reason, Instant appended) {}

    /**
     * @param maxEnded of more ended operations, those that ended first are forgotten
     */
    OperationTable(int maxEnded) {
        this.maxEnded = maxEnded;
    }

    /** Reads what it needs to know of the rows. */
    void open(SqlSession session) {
        pending.set((int) session.number("SELECT count(*) FROM operations WHERE is_ended = 0"));
        ended.set((int) session.number("SELECT count(*) FROM operations WHERE is_ended = 1"));
        endedIds.open(session);
        refusals.clear();
    }

    /** Forgets what has expired by that time. */
    void advance(SqlSession session, Instant time) {
        now = now.isAfter(time) ? now : time;
        ended.addAndGet(-session.update(
                "DELETE FROM operations WHERE is_ended = 1 AND ended_appended <= ?",
                now.minus(ENDED_KEPT).toEpochMilli()));
        endedIds.advance(session, now);
        Instant kept = now.minus(EndedOperationIds.KEPT);
        pending.addAndGet(-session.update(
                "DELETE FROM operations WHERE is_ended = 0 AND acceptance_appended IS NOT NULL AND acceptance_appended < ?"
                        + " AND (submission_submitted IS NULL OR submission_submitted < ?)",
                kept.toEpochMilli(),
                OperationRow.nanos(kept)));
        pending.addAndGet(-session.update(
                "DELETE FROM operations WHERE is_ended = 0 AND acceptance_appended IS NULL AND (submission_submitted < ?"
                        + " OR command = ? AND submission_submitted < ?)",
                OperationRow.nanos(kept),
                Verb.REMOVE.word(),
                OperationRow.nanos(now.minus(TOMBSTONE_KEPT))));
        refusals.values().removeIf(refusal -> refusal.appended.isBefore(kept));
    }

    /** The record of a command, or of a deletion, was read. */
    void submit(SqlSession session, Operation operation, Position position) {
        Optional<OperationRow> known = OperationRow.find(session, operation.id());
        if (known.filter(OperationRow::isEnded).isPresent() || EndedOperationIds.contains(session, operation.id())) {
            return;
        }
        OperationRow row = known.orElseGet(OperationRow::empty);
        if (!row.isAfter(operation, position)) {
            return;
        }
        CommandRejection refusal = refusals.get(position.text());
        OperationRow submitted = row.withSubmission(operation).withPosition(position.text());
        if (refusal == null) {
            put(session, known, submitted);
        } else {
            end(session, known, Operation.rejected(submitted.operation(), refusal.reason), refusal.appended, true);
        }
    }

    void accept(SqlSession session, FleetEvent.Accepted accepted, Instant appended) {
        Optional<OperationRow> known = OperationRow.find(session, accepted.id());
        if (known.filter(OperationRow::isEnded).isPresent() || EndedOperationIds.contains(session, accepted.id())) {
            return;
        }
        OperationRow row = known.orElseGet(OperationRow::empty);
        if (row.acceptance() == null || appended.isBefore(row.acceptanceAppended())) {
            put(session, known, row.withAcceptance(accepted).withAcceptanceAppended(appended));
        }
    }

    void end(SqlSession session, FleetEvent.Ended event, Instant appended) {
        end(session, OperationRow.find(session, event.id()), Operation.of(event), appended, false);
    }

    /**
     * A service has refused the record at that position.
     *
     * @return the operation that it requested; null if none is known
     */
    @Nullable
    CommandId refuse(SqlSession session, String position, String reason, Instant appended) {
        String shown = reason.length() <= LONGEST_REASON ? reason : reason.substring(0, LONGEST_REASON) + "…";
        refusals.putIfAbsent(position, new CommandRejection(shown, appended));
        if (refusals.size() > MAX_REFUSALS) {
            Iterator<String> oldest = refusals.keySet().iterator();
            oldest.next();
            oldest.remove();
        }
        Optional<OperationRow> requested = OperationRow.pendingAt(session, position);
        requested.ifPresent(
                row -> end(session, Optional.of(row), Operation.rejected(row.operation(), shown), appended, true));
        return requested.map(row -> row.operation().id()).orElse(null);
    }

    private void end(
            SqlSession session,
            Optional<OperationRow> known,
            Operation operation,
            Instant appended,
            boolean isRefusal) {
        endedIds.add(session, operation.id(), appended);
        boolean isShown = appended.isAfter(now.minus(ENDED_KEPT));
        boolean isFirst = known.filter(row -> row.isEnded() && !row.isReplacedBy(appended, isRefusal))
                .isEmpty();
        if (isShown && isFirst) {
            put(session, known, OperationRow.ended(operation, appended, isRefusal));
            forgetOldest(session);
        } else if (known.filter(row -> !row.isEnded()).isPresent()) {
            session.update("DELETE FROM operations WHERE id = ?", operation.id().value());
            pending.decrementAndGet();
        }
    }

    private void forgetOldest(SqlSession session) {
        if (ended.get() > maxEnded) {
            ended.addAndGet(
                    -session.update("DELETE FROM operations WHERE id IN (SELECT id FROM operations WHERE is_ended = 1"
                            + " ORDER BY ended_appended LIMIT 1)"));
        }
    }

    private void put(SqlSession session, Optional<OperationRow> before, OperationRow row) {
        Operation operation = row.operation();
        session.update(
                PUT,
                operation.id().value(),
                row.isEnded(),
                operation.container().value(),
                operation.host() == null ? null : operation.host().value(),
                operation.command().word(),
                operation.outcome().word(),
                operation.requestedBy(),
                OperationRow.nanos(operation.submitted()),
                row.submission() == null ? null : Json.bytes(row.submission()),
                row.submission() == null
                        ? null
                        : OperationRow.nanos(row.submission().submitted()),
                row.position(),
                row.acceptance() == null ? null : Json.bytes(row.acceptance()),
                row.acceptance() == null ? null : row.acceptanceAppended().toEpochMilli(),
                row.end() == null ? null : Json.bytes(row.end()),
                row.end() == null ? null : row.endAppended().toEpochMilli(),
                row.isRefusal());
        before.ifPresent(known -> (known.isEnded() ? ended : pending).decrementAndGet());
        (row.isEnded() ? ended : pending).incrementAndGet();
    }

    /** The number of operations without an outcome. Any thread may ask. */
    public int pendingCount() {
        return pending.get();
    }

    /** The number of operations that have an outcome and are shown. Any thread may ask. */
    public int endedCount() {
        return ended.get();
    }
}
