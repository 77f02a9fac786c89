package io.hatchery.gateway.view;

import io.hatchery.gateway.access.ApiPrincipal;
import io.hatchery.gateway.store.SqlSession;
import io.hatchery.protocol.Verb;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds the operations of a query, the newest first. */
final class OperationSearch {
    private final SqlSession session;
    private final OperationQuery query;
    private final ApiPrincipal principal;
    private final int most;
    private final List<String> conditions = new ArrayList<>();
    private final List<@Nullable Object> parameters = new ArrayList<>();

    /**
     * @param principal of whose scope the operations are
     * @param most how many are found at most
     */
    OperationSearch(SqlSession session, OperationQuery query, ApiPrincipal principal, int most) {
        this.session = session;
        this.query = query;
        this.principal = principal;
        this.most = most;
    }

    /** The operations of which a record was read. */
    List<Operation> find() {
        begin();
        inScope("operations.container", principal.name());
        if (query.container() != null) {
            condition("container = ?", query.container().value());
        }
        if (query.host() != null) {
            // A pending deletion names no host: it is on the one that holds the container.
            condition(
                    "(host = ? OR host IS NULL AND is_ended = 0 AND container IN"
                            + " (SELECT name FROM containers WHERE is_there = 1 AND holder = ?))",
                    query.host().value(),
                    query.host().value());
        }
        if (query.state() == OperationState.PENDING) {
            condition("is_ended = 0"); // not a parameter: only so is the index of pending operations used
        } else if (query.state() != null) {
            condition("outcome = ?", query.state().word());
        }
        if (query.command() != null) {
            condition("command = ?", query.command().word());
        }
        if (query.after() != null) {
            long submitted = OperationRow.nanos(query.after().submitted());
            condition(
                    "(submitted < ? OR submitted = ? AND id > ?)",
                    submitted,
                    submitted,
                    query.after().id().value());
        }
        return list("submitted DESC, id");
    }

    /** Those of a container or a host that ended at that time or later, the last ones first. */
    List<Operation> findEndedSince(Instant time) {
        begin();
        inScope("operations.container", principal.name());
        condition("is_ended = 1 AND ended_appended >= ?", time.toEpochMilli());
        if (query.container() != null) {
            condition("container = ?", query.container().value());
        }
        if (query.host() != null) {
            condition("host = ?", query.host().value());
        }
        return list("ended_appended DESC");
    }

    private List<Operation> list(String order) {
        parameters.add(most);
        return session
                .list(
                        "SELECT " + OperationRow.columns() + " FROM operations WHERE "
                                + String.join(" AND ", conditions) + " ORDER BY " + order + " LIMIT ?",
                        OperationRow::of,
                        parameters.toArray())
                .stream()
                .map(OperationRow::operation)
                .toList();
    }

    /** The deletions of which no record is left, but an evaluation waits for the host. */
    List<Operation> findAwaitedRemovals(SqlSession.RowMapper<Operation> removal) {
        boolean isNone = query.state() != null && query.state() != OperationState.PENDING
                || query.command() != null && query.command() != Verb.REMOVE;
        if (isNone) {
            return List.of();
        }
        begin();
        inScope("removals.container", null);
        if (query.container() != null) {
            condition("container = ?", query.container().value());
        }
        if (query.host() != null) {
            condition("host = ?", query.host().value());
        }
        if (query.after() != null) {
            long appended = query.after().submitted().toEpochMilli();
            condition(
                    "(appended < ? OR appended = ? AND operation > ?)",
                    appended,
                    appended,
                    query.after().id().value());
        }
        parameters.add(most);
        return session.list(
                "SELECT operation, container, host, appended FROM removals WHERE operation NOT IN (SELECT id FROM operations)"
                        + " AND " + String.join(" AND ", conditions) + " ORDER BY appended DESC, operation LIMIT ?",
                removal,
                parameters.toArray());
    }

    private void begin() {
        conditions.clear();
        parameters.clear();
        conditions.add("1");
    }

    /** What {@link FleetView#sees} says, as a condition. */
    private void inScope(String container, @Nullable String requester) {
        if (principal.scope().isAll()) {
            return;
        }
        SqlCondition scope = SqlCondition.of(principal.scope());
        String isOfContainer =
                "EXISTS (SELECT 1 FROM containers AS c WHERE c.name = " + container + " AND " + scope.sql() + ")";
        var values = new ArrayList<@Nullable Object>(scope.parameters());
        if (requester == null) {
            condition(isOfContainer, values.toArray());
        } else {
            values.add(requester);
            condition("(" + isOfContainer + " OR requested_by = ?)", values.toArray());
        }
    }

    private void condition(String sql, @Nullable Object... values) {
        conditions.add(sql);
        parameters.addAll(Arrays.asList(values));
    }
}
