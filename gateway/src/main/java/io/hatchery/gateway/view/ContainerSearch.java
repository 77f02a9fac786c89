package io.hatchery.gateway.view;

import io.hatchery.gateway.store.SqlSession;
import io.hatchery.protocol.ContainerStatus;
import io.hatchery.protocol.Evaluation;
import io.hatchery.protocol.Phase;
import io.hatchery.spec.LabelSelector.Requirement;
import io.hatchery.spec.json.Json;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Finds the containers of a query in the order of their names, through the index that leaves the fewest rows to look at. The other
 * conditions are checked on these rows.
 */
final class ContainerSearch {
    static final String COLUMNS = "c." + ContainerRow.COLUMNS.replace(", ", ", c.") + ", e.json, s.json";

    private final SqlSession session;
    private final FleetMemory memory;
    private final ContainerQuery query;
    private final Instant now;
    private final int counted;
    private final List<String> conditions = new ArrayList<>();
    private final List<@Nullable Object> parameters = new ArrayList<>();
    private AccessPath path;
    private boolean isEmpty;

    /** A row of a page with what is to be shown. */
    record Found(
            ContainerRow row,
            @Nullable Evaluation evaluation,
            @Nullable ContainerStatus status) {
        /** Reads a row of the columns of {@link ContainerSearch#COLUMNS} and the texts. */
        static Found of(ResultSet row) throws SQLException {
            return new Found(
                    ContainerRow.of(row),
                    OperationRow.read(row.getBytes(17), Evaluation.class),
                    OperationRow.read(row.getBytes(18), ContainerStatus.class));
        }
    }

    /**
     * A way to the rows.
     *
     * @param rows about so many are looked at, at most
     * @param source the tables, with the index
     * @param condition beside the others; null for none
     */
    private record AccessPath(
            long rows, String source, @Nullable String condition, List<Object> parameters) {}

    /**
     * A search among the containers.
     *
     * @param counted containers with a label are counted up to here; a label of more does not narrow a search much
     */
    ContainerSearch(SqlSession session, FleetMemory memory, ContainerQuery query, Instant now, int counted) {
        this.counted = counted;
        this.session = session;
        this.memory = memory;
        this.query = query;
        this.now = now;
        this.path = index(memory.phases().total(), "by_name");
    }

    private static AccessPath index(long rows, String name) {
        return new AccessPath(rows, "containers AS c INDEXED BY " + name, null, List.of());
    }

    /** The containers of the query, by name. */
    List<Found> find() {
        if (query.after() != null) {
            condition("c.name > ?", query.after().value());
        }
        host();
        phase();
        query.selector().requirements().forEach(this::label);
        if (query.outdated() != null) {
            condition("c.is_drifted = " + (query.outdated() ? 1 : 0)); // not a parameter: only so is the index used
            if (query.outdated()) {
                consider(index(counted, "by_drift"));
            }
        }
        text();
        return isEmpty ? List.of() : rows();
    }

    private List<Found> rows() {
        if (path.condition != null) {
            condition(path.condition, path.parameters.toArray());
        }
        parameters.add(query.limit());
        return session.list(
                "SELECT " + COLUMNS + " FROM " + path.source
                        + " LEFT JOIN evaluations AS e ON e.id = c.id LEFT JOIN statuses AS s ON s.id = c.id"
                        + " WHERE c.is_there = 1"
                        + conditions.stream().map(" AND "::concat).collect(Collectors.joining())
                        + " ORDER BY c.name LIMIT ?",
                Found::of,
                parameters.toArray());
    }

    private void condition(String sql, @Nullable Object... values) {
        conditions.add(sql);
        parameters.addAll(Arrays.asList(values));
    }

    private void consider(AccessPath other) {
        if (other.rows < path.rows) {
            path = other;
        }
    }

    private void host() {
        if (query.host() != null) {
            condition("c.host = ?", query.host().value());
            consider(index(memory.phases().heldBy(query.host().value()), "by_host"));
        }
    }

    private void text() {
        if (query.text() != null) {
            String text = query.text().toLowerCase(Locale.ROOT);
            condition(
                    "(instr(c.name, ?) > 0 OR instr(c.host, ?) > 0 OR instr(c.description, ?) > 0)", text, text, text);
        }
    }

    /** The containers of a lost host are in the phase unknown, whatever was published. */
    private void phase() {
        Phase phase = query.phase();
        if (phase == null) {
            return;
        }
        int shown = memory.shownPhases(now).getOrDefault(phase, 0);
        if (shown == 0) {
            isEmpty = true;
        } else if (phase == Phase.UNKNOWN) {
            condition("c.holder IN (SELECT value FROM json_each(?))", Json.text(lost()));
            if (isRare(shown, memory.phases().total())) {
                consider(index(shown, "by_holder"));
            }
        } else {
            published(phase, shown);
        }
    }

    private void published(Phase phase, int shown) {
        condition("c.phase = ?", phase.name());
        int published = memory.phases().published(phase);
        if (isRare(shown, published) && phase != Phase.ABSENT) {
            List<String> alive = memory.phases().holders(phase).stream()
                    .filter(holder -> !memory.hosts().isLost(holder, now))
                    .toList();
            condition("c.holder IN (SELECT value FROM json_each(?))", Json.text(alive));
            consider(index(shown, "by_holder"));
            return;
        }
        List<String> lost = lost();
        if (!lost.isEmpty()) {
            condition("(c.holder IS NULL OR c.holder NOT IN (SELECT value FROM json_each(?)))", Json.text(lost));
        }
        consider(index(published, "by_phase"));
    }

    private List<String> lost() {
        return memory.phases().holders(Phase.values()).stream()
                .filter(holder -> memory.hosts().isLost(holder, now))
                .toList();
    }

    /** Whether a search in the order of names would look at many rows for each that it finds. */
    private static boolean isRare(int expected, int among) {
        return expected <= 10_000 && expected < among / 50;
    }

    private void label(Requirement requirement) {
        String member = "$.\"" + requirement.key() + "\"";
        if (requirement.values().isEmpty()) {
            condition("json_extract(c.labels, ?) IS " + (requirement.isNegated() ? "NULL" : "NOT NULL"), member);
            return;
        }
        String values = Json.text(requirement.values());
        if (requirement.isNegated()) {
            condition("coalesce(json_extract(c.labels, ?) NOT IN (SELECT value FROM json_each(?)), 1)", member, values);
            return;
        }
        condition("json_extract(c.labels, ?) IN (SELECT value FROM json_each(?))", member, values);
        long labelled = session.number(
                "SELECT count(*) FROM (SELECT 1 FROM labels WHERE key = ? AND value IN (SELECT value FROM json_each(?))"
                        + " LIMIT " + counted + ")",
                requirement.key(),
                values);
        if (labelled == 0) {
            isEmpty = true;
        } else if (labelled < counted) {
            consider(new AccessPath(
                    labelled,
                    "containers AS c",
                    "c.name IN (SELECT name FROM labels WHERE key = ? AND value IN (SELECT value FROM json_each(?)))",
                    List.of(requirement.key(), values)));
        } else if (requirement.values().size() == 1) {
            // In the order of the index, which is that of the names.
            consider(new AccessPath(
                    counted,
                    "labels AS l CROSS JOIN containers AS c ON c.name = l.name",
                    "l.key = ? AND l.value = ? AND l.name > ?",
                    List.of(
                            requirement.key(),
                            requirement.values().getFirst(),
                            query.after() == null ? "" : query.after().value())));
        }
    }
}
