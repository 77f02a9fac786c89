package io.hatchery.gateway.view;

import io.hatchery.bus.Position;
import io.hatchery.gateway.store.DatabaseException;
import io.hatchery.gateway.store.SqlSession;
import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.FleetEvent;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An operation with the records that it was folded from: the record that requested it, a runner's acceptance, and the end.
 *
 * @param submission as the record that requested it says; null if none was read
 * @param position of that record; null if none was read
 * @param acceptance by a runner; null if none was read
 * @param acceptanceAppended when the broker appended that event
 * @param end with its outcome; null while it is pending
 * @param endAppended when the broker appended the record of the outcome
 * @param isRefusal whether the end is a dead letter and not an event
 */
@RecordBuilder
record OperationRow(
        @Nullable Operation submission,
        @Nullable String position,
        FleetEvent.@Nullable Accepted acceptance,
        Instant acceptanceAppended,
        @Nullable Operation end,
        Instant endAppended,
        boolean isRefusal)
        implements OperationRowBuilder.With {
    private static final String COLUMNS =
            "submission, position, acceptance, acceptance_appended, ended, ended_appended, is_refusal";

    static OperationRow empty() {
        return new OperationRow(null, null, null, Instant.EPOCH, null, Instant.EPOCH, false);
    }

    static OperationRow ended(Operation operation, Instant appended, boolean isRefusal) {
        return new OperationRow(null, null, null, Instant.EPOCH, operation, appended, isRefusal);
    }

    static Optional<OperationRow> find(SqlSession session, CommandId id) {
        return session.first("SELECT " + COLUMNS + " FROM operations WHERE id = ?", OperationRow::of, id.value());
    }

    static Optional<OperationRow> pendingAt(SqlSession session, String position) {
        return session.first(
                "SELECT " + COLUMNS + " FROM operations WHERE position = ? AND is_ended = 0",
                OperationRow::of,
                position);
    }

    /** The operation in a row of the {@link #COLUMNS}. */
    static OperationRow of(ResultSet row) throws SQLException {
        return new OperationRow(
                read(row.getBytes(1), Operation.class),
                row.getString(2),
                read(row.getBytes(3), FleetEvent.Accepted.class),
                Instant.ofEpochMilli(row.getLong(4)),
                read(row.getBytes(5), Operation.class),
                Instant.ofEpochMilli(row.getLong(6)),
                row.getInt(7) != 0);
    }

    /** What a query of operations selects. */
    static String columns() {
        return COLUMNS;
    }

    /** What the database holds was written by this version, so it can be read. */
    static <T> @Nullable T read(byte @Nullable [] json, Class<T> type) {
        if (json == null) {
            return null;
        }
        try {
            return Json.read(json, type);
        } catch (UnreadableException e) {
            throw new DatabaseException("the gateway's database holds an unreadable value: delete its folder", e);
        }
    }

    /** Nanoseconds since 1970; times that do not fit are the first or last that do. */
    static long nanos(Instant time) {
        try {
            return Math.addExact(Math.multiplyExact(time.getEpochSecond(), 1_000_000_000L), time.getNano());
        } catch (ArithmeticException e) {
            return time.isBefore(Instant.EPOCH) ? Long.MIN_VALUE : Long.MAX_VALUE;
        }
    }

    boolean isEnded() {
        return end != null;
    }

    /** Whether a record that requests the operation comes before the one that is known: of several with one id the first counts. */
    boolean isAfter(Operation other, Position otherPosition) {
        if (submission == null || position == null) {
            return true;
        }
        int order = other.submitted().compareTo(submission.submitted());
        return order == 0 ? otherPosition.text().compareTo(position) < 0 : order < 0;
    }

    /** Of two outcomes of one operation the first counts, and what a runner reports before what others conclude. */
    boolean isReplacedBy(Instant appended, boolean isOtherRefusal) {
        return isRefusal == isOtherRefusal ? appended.isBefore(endAppended) : isRefusal;
    }

    /** The operation as it is shown. */
    Operation operation() {
        if (end != null) {
            return end;
        }
        if (submission == null) {
            return Operation.of(Objects.requireNonNull(acceptance), null);
        }
        return acceptance == null ? submission : Operation.of(acceptance, submission);
    }
}
