package io.hatchery.gateway.view;

import io.hatchery.gateway.store.SqlSession;
import io.hatchery.protocol.Phase;
import io.hatchery.protocol.token.Scope;
import io.hatchery.spec.LabelSelector.Requirement;
import io.hatchery.spec.json.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The conditions of a filter in SQL, and the indexes that lead to the rows which meet some of them. */
final class ContainerConditions {
    private final SqlSession session;
    private final FleetMemory memory;
    private final Instant now;
    private final int counted;
    private final List<String> conditions = new ArrayList<>();
    private final List<@Nullable Object> parameters = new ArrayList<>();
    private final List<AccessPath> paths = new ArrayList<>();
    private double share = 1;
    private boolean isEmpty;

    /**
     * A way to the rows.
     *
     * @param rows about so many are looked at, at most
     * @param source the tables, with the index
     * @param condition beside the others; null for none
     * @param order the columns in whose order the rows come; null for none
     */
    record AccessPath(
            long rows,
            String source,
            @Nullable String condition,
            List<Object> parameters,
            @Nullable String order) {
        /** An index whose rows come in an order. */
        static AccessPath index(long rows, String name, @Nullable String order) {
            return new AccessPath(rows, "containers AS c INDEXED BY " + name, null, List.of(), order);
        }
    }

    /**
     * The conditions of a filter.
     *
     * @param counted containers with a label are counted up to here
     */
    ContainerConditions(SqlSession session, FleetMemory memory, FleetFilter filter, Instant now, int counted) {
        this.session = session;
        this.memory = memory;
        this.now = now;
        this.counted = counted;
        add("c.is_there = 1");
        scope(filter.scope());
        if (filter.host() != null) {
            host(filter.host().value());
        }
        if (filter.isPublishedPhase() && filter.phase() != null) {
            add("c.phase = ?", filter.phase().name());
            narrow(memory.phases().published(filter.phase()));
            paths.add(AccessPath.index(memory.phases().published(filter.phase()), "by_phase", "c.name"));
        } else {
            phase(filter.phase());
        }
        filter.selector().requirements().forEach(this::label);
        outdated(filter.outdated());
        text(filter.text());
    }

    /** Whether no container can meet them. */
    boolean isEmpty() {
        return isEmpty;
    }

    /** About how many containers meet them: at least one. */
    double expected() {
        return Math.max(1, share * total());
    }

    /** The number of containers. */
    int total() {
        return memory.phases().total();
    }

    /** The ways to the rows beside those through all containers. */
    List<AccessPath> paths() {
        return paths;
    }

    /** The condition of a query that goes that way. */
    String sql(AccessPath path) {
        return conditions.stream().collect(Collectors.joining(" AND "))
                + (path.condition == null ? "" : " AND " + path.condition);
    }

    /** The parameters of {@link #sql}. */
    List<@Nullable Object> parameters(AccessPath path) {
        var all = new ArrayList<@Nullable Object>(parameters);
        all.addAll(path.parameters);
        return all;
    }

    private void add(String sql, @Nullable Object... values) {
        conditions.add(sql);
        parameters.addAll(Arrays.asList(values));
    }

    private void add(SqlCondition condition) {
        conditions.add(condition.sql());
        parameters.addAll(condition.parameters());
    }

    /** A condition that about so many containers meet. */
    private void narrow(long rows) {
        share *= Math.min(1, rows / (double) Math.max(1, total()));
    }

    private void host(String host) {
        add("c.host = ?", host);
        int held = memory.phases().heldBy(host);
        narrow(held);
        paths.add(AccessPath.index(held, "by_host", "c.name"));
    }

    /** What a principal sees is a condition like those of its query, so that pages, counts and indexes are the same. */
    private void scope(Scope scope) {
        if (!scope.isOfAllLabels()) {
            add(SqlCondition.hasLabelsFor(scope.selector()));
            scope.selector().requirements().forEach(this::label);
        }
        if (scope.hosts().size() == 1) {
            host(scope.hosts().getFirst().value());
        } else if (!scope.hosts().isEmpty()) {
            add(SqlCondition.ofHosts(scope));
            int held = scope.hosts().stream()
                    .mapToInt(host -> memory.phases().heldBy(host.value()))
                    .sum();
            narrow(held);
            paths.add(AccessPath.index(held, "by_host", null));
        }
    }

    private void outdated(@Nullable Boolean isOutdated) {
        if (isOutdated != null) {
            add("c.is_drifted = " + (isOutdated ? 1 : 0)); // not a parameter: only so is the index used
            if (isOutdated) {
                long outdated = session.number("SELECT count(*) FROM (SELECT 1 FROM containers INDEXED BY by_drift"
                        + " WHERE is_there = 1 AND is_drifted = 1 LIMIT " + counted + ")");
                narrow(outdated < counted ? outdated : total());
                paths.add(AccessPath.index(outdated < counted ? outdated : total(), "by_drift", "c.name"));
            }
        }
    }

    private void text(@Nullable String text) {
        if (text != null) {
            String lower = text.toLowerCase(Locale.ROOT);
            add("(instr(c.name, ?) > 0 OR instr(c.host, ?) > 0 OR instr(c.description, ?) > 0)", lower, lower, lower);
        }
    }

    /** The containers of a lost host are in the phase unknown, whatever was published. */
    private void phase(@Nullable Phase phase) {
        if (phase == null) {
            return;
        }
        int shown = memory.shownPhases(now).getOrDefault(phase, 0);
        narrow(shown);
        if (shown == 0) {
            isEmpty = true;
        } else if (phase == Phase.UNKNOWN) {
            add("c.holder IN (SELECT value FROM json_each(?))", Json.text(lost()));
            paths.add(AccessPath.index(shown, "by_holder", null));
        } else {
            published(phase, shown);
        }
    }

    private void published(Phase phase, int shown) {
        add("c.phase = ?", phase.name());
        int published = memory.phases().published(phase);
        if (isRare(shown, published) && phase != Phase.ABSENT) {
            List<String> alive = memory.phases().holders(phase).stream()
                    .filter(holder -> !memory.hosts().isLost(holder, now))
                    .toList();
            add("c.holder IN (SELECT value FROM json_each(?))", Json.text(alive));
            paths.add(AccessPath.index(shown, "by_holder", null));
            return;
        }
        List<String> lost = lost();
        if (!lost.isEmpty()) {
            add("(c.holder IS NULL OR c.holder NOT IN (SELECT value FROM json_each(?)))", Json.text(lost));
        }
        paths.add(AccessPath.index(published, "by_phase", "c.name"));
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
        add(SqlCondition.of(requirement));
        if (requirement.values().isEmpty() || requirement.isNegated()) {
            return;
        }
        String values = Json.text(requirement.values());
        long labelled = session.number(
                "SELECT count(*) FROM (SELECT 1 FROM labels WHERE key = ? AND value IN (SELECT value FROM json_each(?))"
                        + " LIMIT " + counted + ")",
                requirement.key(),
                values);
        isEmpty |= labelled == 0;
        // Of a label of more containers it is not known how many have it.
        long rows = labelled < counted ? labelled : Math.max(counted, total() / 10);
        narrow(rows);
        if (requirement.values().size() == 1) {
            paths.add(new AccessPath(
                    rows,
                    "labels AS l CROSS JOIN containers AS c ON c.name = l.name",
                    "l.key = ? AND l.value = ?",
                    List.of(requirement.key(), requirement.values().getFirst()),
                    "l.name"));
        } else if (labelled < counted) {
            paths.add(new AccessPath(
                    rows,
                    "containers AS c",
                    "c.name IN (SELECT name FROM labels WHERE key = ? AND value IN (SELECT value FROM json_each(?)))",
                    List.of(requirement.key(), values),
                    null));
        }
    }
}
