package io.hatchery.gateway.view;

import io.hatchery.gateway.store.DatabaseException;
import io.hatchery.gateway.store.SqlSession;
import io.hatchery.gateway.view.ContainerConditions.AccessPath;
import io.hatchery.protocol.Phase;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.json.JsonFields;
import io.hatchery.spec.json.UnreadableException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds the containers of a query, through the index with which the fewest rows are looked at. The other conditions are checked on these
 * rows.
 */
final class ContainerSearch {
    static final String COLUMNS = "c." + ContainerRow.COLUMNS.replace(", ", ", c.") + ", e.json, s.json";
    static final String JOINS = " LEFT JOIN evaluations AS e ON e.id = c.id LEFT JOIN statuses AS s ON s.id = c.id";

    /** What needs attention comes first. */
    private static final List<Phase> PHASES = List.of(
            Phase.FAILED,
            Phase.UNKNOWN,
            Phase.BACKOFF,
            Phase.STOPPING,
            Phase.STARTING,
            Phase.PREPARING,
            Phase.ABSENT,
            Phase.STOPPED,
            Phase.RUNNING);

    private final SqlSession session;
    private final FleetMemory memory;
    private final Instant now;
    private final int counted;

    /** A row of a page with what is to be shown. */
    record Found(
            ContainerRow row,
            @Nullable JsonFields evaluation,
            @Nullable JsonFields status) {
        /** Reads a row of the columns of {@link ContainerSearch#COLUMNS}. */
        static Found of(ResultSet row) throws SQLException {
            return new Found(
                    ContainerRow.of(row),
                    fields(row.getBytes(ContainerRow.WIDTH + 1)),
                    fields(row.getBytes(ContainerRow.WIDTH + 2)));
        }

        private static @Nullable JsonFields fields(byte @Nullable [] json) {
            try {
                return json == null ? null : JsonFields.of(json);
            } catch (UnreadableException e) {
                throw new DatabaseException("the gateway's database holds an unreadable value: delete its folder", e);
            }
        }

        private ContainerPlace place(ContainerOrder order, @Nullable Phase phase) {
            ContainerSort sort = order.sort();
            String key = switch (sort) {
                case NAME -> row.name();
                case HOST -> row.host() == null ? "" : row.host();
                case PHASE -> phase == null ? "" : phase.name();
                case CHANGED -> String.valueOf(row.changed());
            };
            return new ContainerPlace(sort, order.isDescending(), key, new ContainerName(row.name()));
        }
    }

    /**
     * A container of a list, and its place.
     *
     * @param place behind which the next page begins
     */
    record FoundAt(Found found, ContainerPlace place) {}

    /**
     * A search among the containers.
     *
     * @param counted containers with a label are counted up to here
     */
    ContainerSearch(SqlSession session, FleetMemory memory, Instant now, int counted) {
        this.counted = counted;
        this.session = session;
        this.memory = memory;
        this.now = now;
    }

    /** The containers of a query in its order. */
    List<FoundAt> find(ContainerQuery query) {
        if (query.order().sort() == ContainerSort.PHASE) {
            return byPhase(query);
        }
        return find(query, query.order().sort()).stream()
                .map(found -> new FoundAt(found, found.place(query.order(), null)))
                .toList();
    }

    /** One phase after the other, each by name: whether a host is lost is not in the database. */
    private List<FoundAt> byPhase(ContainerQuery query) {
        var all = new ArrayList<FoundAt>();
        ContainerPlace after = query.after();
        Phase begin = after == null ? null : Phase.valueOf(after.key());
        List<Phase> phases = query.order().isDescending() ? PHASES.reversed() : PHASES;
        for (Phase phase : phases.subList(begin == null ? 0 : phases.indexOf(begin), phases.size())) {
            if (all.size() == query.limit()
                    || query.filter().phase() != null && query.filter().phase() != phase) {
                continue;
            }
            var one = query.with(q -> q.filter(query.filter().withPhase(phase))
                    .after(phase == begin ? after : null)
                    .limit(query.limit() - all.size()));
            find(one, ContainerSort.NAME).stream()
                    .map(found -> new FoundAt(found, found.place(query.order(), phase)))
                    .forEach(all::add);
        }
        return all;
    }

    private List<Found> find(ContainerQuery query, ContainerSort sort) {
        var conditions = new ContainerConditions(session, memory, query.filter(), now, counted);
        if (conditions.isEmpty()) {
            return List.of();
        }
        AccessPath path = Stream.concat(Stream.of(inOrder(conditions.total(), sort)), conditions.paths().stream())
                .min(Comparator.comparingDouble(each -> cost(each, query.limit(), sort, conditions.expected())))
                .orElseThrow();
        String name = path.order() != null && path.order().equals("l.name") ? "l.name" : "c.name";
        String direction = query.order().direction();
        var sql = new StringBuilder("SELECT c.id FROM " + path.source() + " WHERE " + conditions.sql(path));
        List<@Nullable Object> parameters = conditions.parameters(path);
        if (query.after() != null) {
            after(query.after(), sort, name, query.order(), sql, parameters);
        }
        sql.append(" ORDER BY ").append(keys(sort, name, direction)).append(" LIMIT ?");
        parameters.add(query.limit());
        // Only the ids are sorted, not the texts.
        return session.list(
                "SELECT " + COLUMNS + " FROM (" + sql + ") AS page CROSS JOIN containers AS c ON c.id = page.id" + JOINS
                        + " ORDER BY " + keys(sort, "c.name", direction),
                Found::of,
                parameters.toArray());
    }

    private static void after(
            ContainerPlace place,
            ContainerSort sort,
            String name,
            ContainerOrder order,
            StringBuilder sql,
            List<@Nullable Object> parameters) {
        switch (sort) {
            case NAME, PHASE -> sql.append(" AND " + name + " " + order.after() + " ?");
            case HOST -> {
                sql.append(" AND (c.host, " + name + ") " + order.after() + " (?, ?)");
                parameters.add(place.key());
            }
            case CHANGED -> {
                sql.append(" AND (c.changed, " + name + ") " + order.after() + " (?, ?)");
                parameters.add(Long.valueOf(place.key()));
            }
        }
        parameters.add(place.name().value());
    }

    private static String keys(ContainerSort sort, String name, String direction) {
        return switch (sort) {
            case NAME, PHASE -> name + direction;
            case HOST -> "c.host" + direction + ", " + name + direction;
            case CHANGED -> "c.changed" + direction + ", " + name + direction;
        };
    }

    private static AccessPath inOrder(int total, ContainerSort sort) {
        return switch (sort) {
            case NAME, PHASE -> AccessPath.index(total, "by_name", "c.name");
            case HOST -> AccessPath.index(total, "by_host", "c.host");
            case CHANGED -> AccessPath.index(total, "by_changed", "c.changed");
        };
    }

    /** About how many rows are looked at; each that must be sorted counts more. */
    private static double cost(AccessPath path, int limit, ContainerSort sort, double expected) {
        boolean isInOrder = path.order() != null
                && switch (sort) {
                    case NAME, PHASE -> path.order().endsWith(".name");
                    case HOST -> path.order().equals("c.host");
                    case CHANGED -> path.order().equals("c.changed");
                };
        double rows = (double) path.rows();
        return isInOrder ? Math.min(rows, limit * rows / expected) : 1.5 * rows;
    }

    /**
     * The number of containers by the phase that is shown. Takes about a second for a million containers.
     */
    Map<Phase, Integer> phases(FleetFilter filter) {
        var phases = new EnumMap<Phase, Integer>(Phase.class);
        if (filter.equals(FleetFilter.ALL)) {
            phases.putAll(memory.shownPhases(now));
        } else {
            counts(filter)
                    .forEach(count -> phases.merge(
                            isLost(count.holder()) ? Phase.UNKNOWN : count.phase(), count.containers(), Integer::sum));
        }
        return phases;
    }

    /** The names of the containers that a filter has, in any order. */
    List<String> names(FleetFilter filter) {
        var conditions = new ContainerConditions(session, memory, filter, now, counted);
        if (conditions.isEmpty()) {
            return List.of();
        }
        AccessPath path = fewestRows(conditions);
        return session.list(
                "SELECT c.name FROM " + path.source() + " WHERE " + conditions.sql(path),
                row -> row.getString(1),
                conditions.parameters(path).toArray());
    }

    private static AccessPath fewestRows(ContainerConditions conditions) {
        AccessPath all = new AccessPath(conditions.total(), "containers AS c", null, List.of(), null);
        return conditions.paths().stream()
                .min(Comparator.comparingLong(AccessPath::rows))
                .filter(each -> each.rows() < all.rows())
                .orElse(all);
    }

    private boolean isLost(@Nullable String holder) {
        return holder != null && memory.hosts().isLost(holder, now);
    }

    private List<PhaseCounts.HolderCount> counts(FleetFilter filter) {
        var conditions = new ContainerConditions(session, memory, filter, now, counted);
        if (conditions.isEmpty()) {
            return List.of();
        }
        AccessPath path = fewestRows(conditions);
        return session.list(
                "SELECT c.holder, c.phase, count(*) FROM " + path.source() + " WHERE " + conditions.sql(path)
                        + " GROUP BY c.holder, c.phase",
                row -> new PhaseCounts.HolderCount(row.getString(1), Phase.valueOf(row.getString(2)), row.getInt(3)),
                conditions.parameters(path).toArray());
    }
}
