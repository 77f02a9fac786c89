package io.hatchery.gateway.view;

import io.hatchery.protocol.token.Scope;
import io.hatchery.spec.LabelSelector;
import io.hatchery.spec.LabelSelector.Requirement;
import io.hatchery.spec.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A condition of a query on containers, which it calls {@code c}.
 *
 * @param sql with a question mark for each parameter
 */
record SqlCondition(String sql, List<Object> parameters) {
    private static final String IS_DEFINED = "(c.evaluation_state IS NOT NULL AND c.evaluation_state <> 'DELETED')";

    SqlCondition {
        parameters = List.copyOf(parameters);
    }

    private static SqlCondition of(String sql, Object... parameters) {
        return new SqlCondition(sql, List.of(parameters));
    }

    /** That the labels fulfil a requirement. */
    static SqlCondition of(Requirement requirement) {
        String member = "$.\"" + requirement.key() + "\"";
        if (requirement.values().isEmpty()) {
            return of("json_extract(c.labels, ?) IS " + (requirement.isNegated() ? "NULL" : "NOT NULL"), member);
        }
        String values = Json.text(requirement.values());
        return requirement.isNegated()
                ? of("coalesce(json_extract(c.labels, ?) NOT IN (SELECT value FROM json_each(?)), 1)", member, values)
                : of("json_extract(c.labels, ?) IN (SELECT value FROM json_each(?))", member, values);
    }

    /** That the host is one of those of a scope, which has some. */
    static SqlCondition ofHosts(Scope scope) {
        return of("c.host IN (SELECT value FROM json_each(?))", Json.text(scope.hosts()));
    }

    /**
     * That enough labels are known to decide on a selector: those of a container that is being removed are not, and could be any; of one
     * without a spec, those from profiles are not, and could be excluded ones.
     */
    static SqlCondition hasLabelsFor(LabelSelector selector) {
        return of(selector.hasNegatedRequirement() ? IS_DEFINED + " AND c.spec_host IS NOT NULL" : IS_DEFINED);
    }

    /** That a container is there and in scope. */
    static SqlCondition of(Scope scope) {
        var all = new ArrayList<SqlCondition>();
        all.add(of("c.is_there = 1"));
        if (!scope.isOfAllLabels()) {
            all.add(hasLabelsFor(scope.selector()));
            scope.selector().requirements().forEach(requirement -> all.add(of(requirement)));
        }
        if (!scope.hosts().isEmpty()) {
            all.add(ofHosts(scope));
        }
        return new SqlCondition(
                all.stream().map(SqlCondition::sql).collect(Collectors.joining(" AND ")),
                all.stream().flatMap(condition -> condition.parameters.stream()).toList());
    }
}
