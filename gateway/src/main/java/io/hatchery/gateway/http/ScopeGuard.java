package io.hatchery.gateway.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.hatchery.gateway.access.ApiPrincipal;
import io.hatchery.gateway.view.FleetView;
import io.hatchery.gateway.view.StoredProfile;
import io.hatchery.protocol.Evaluation;
import io.hatchery.protocol.Headers;
import io.hatchery.protocol.token.Scope;
import io.hatchery.spec.ContainerDefinition;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.HostName;
import io.hatchery.spec.ProfileName;
import io.hatchery.spec.option.EvaluationResult;
import io.hatchery.spec.option.Evaluator;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Admits changes of containers that stay within the scope of a principal: a container must be in scope before and after. The change
 * then expects the revision that was looked at, so that nobody can move the container out of scope in between.
 */
final class ScopeGuard {
    private final FleetView whole;
    private final ApiPrincipal principal;

    /**
     * @param whole the whole fleet
     */
    ScopeGuard(FleetView whole, ApiPrincipal principal) {
        this.whole = whole;
        this.principal = principal;
    }

    /**
     * Admits a definition.
     *
     * @return the revision that the change must expect
     * @throws ApiProblem if the container is not in scope, before or after, or another revision than the expected one is in force
     */
    Precondition define(ContainerName name, ContainerDefinition definition, Precondition expected) {
        if (principal.scope().isAll()) {
            return expected;
        }
        requireInScope(name);
        requireInScope(name, evaluated(name, definition));
        return unchanged(name, expected);
    }

    /**
     * Admits the deletion of a container that the principal sees.
     *
     * @return the revision that the change must expect
     * @throws ApiProblem if another revision than the expected one is in force
     */
    Precondition delete(ContainerName name, Precondition expected) {
        if (principal.scope().isAll()) {
            return expected;
        }
        requireInScope(name);
        return unchanged(name, expected);
    }

    /** Names are unique in the fleet, so it cannot be hidden that one is taken. */
    private void requireInScope(ContainerName name) {
        if (whole.traits(name).filter(traits -> !traits.isIn(principal.scope())).isPresent()) {
            throw forbidden("container " + name + " exists and is not in the scope of " + principal.name() + " ("
                    + principal.scope() + "): use another name");
        }
    }

    private EvaluationResult.Good evaluated(ContainerName name, ContainerDefinition definition) {
        return switch (Evaluator.evaluate(name, definition, profilesOf(definition))) {
            case EvaluationResult.Good good -> good;
            case EvaluationResult.Bad bad -> {
                new DefinitionChecks.Checked(definition, bad.problems()).requireValid(name.value());
                throw new IllegalStateException("a definition failed without an error");
            }
        };
    }

    private Map<ProfileName, ContainerDefinition> profilesOf(ContainerDefinition definition) {
        var profiles = new HashMap<ProfileName, ContainerDefinition>();
        for (ProfileName profile : Evaluator.profilesOf(definition)) {
            whole.profile(profile).map(StoredProfile::definition).ifPresent(found -> profiles.put(profile, found));
        }
        return profiles;
    }

    private void requireInScope(ContainerName name, EvaluationResult.Good evaluated) {
        Scope scope = principal.scope();
        var labels = new TreeMap<String, String>();
        for (Map.Entry<String, JsonNode> label :
                evaluated.values().path("labels").properties()) {
            labels.put(label.getKey(), label.getValue().asText());
        }
        if (!scope.selector().matches(labels)) {
            throw forbidden("the labels of " + name + " are " + labels + ", and the scope of " + principal.name()
                    + " is " + scope + ": give the container labels that the scope selects");
        }
        @Nullable HostName host = evaluated.host().orElse(null);
        if (!scope.admitsHost(host)) {
            throw forbidden((host == null
                            ? "the definition of " + name + " names no host"
                            : "the host of " + name + " is " + host)
                    + ", and the scope of " + principal.name() + " is " + scope + ": name a host of the scope");
        }
    }

    private Precondition unchanged(ContainerName name, Precondition expected) {
        Long current = whole.evaluation(name)
                .filter(evaluation -> evaluation.state() != Evaluation.State.DELETED)
                .map(Evaluation::revision)
                .orElse(null);
        if (expected.revision() != null) {
            expected.requireHolds(current);
            return expected;
        }
        return new Precondition(
                current == null ? Headers.NO_REVISION : String.valueOf(current), ProblemType.CHANGED_MEANWHILE);
    }

    private static ApiProblem forbidden(String detail) {
        return new ApiProblem(ProblemType.FORBIDDEN, detail);
    }
}
