package io.hatchery.app;

import com.fasterxml.jackson.databind.JsonNode;
import io.hatchery.spec.ContainerDefinition;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Payload;
import io.hatchery.spec.ProfileName;
import io.hatchery.spec.SpecChange;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import io.hatchery.spec.option.DefinitionProblem;
import io.hatchery.spec.option.EvaluationResult;
import io.hatchery.spec.option.Evaluator;
import io.hatchery.spec.option.SpecComparison;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Plans which containers a set of definitions would change. Pure. */
final class ApplyPlan {
    /** A placeholder for the path of a system that is not evaluated yet. */
    private static final String NEW_SYSTEM = "/nix/store/new";

    /**
     * The change of one container.
     *
     * @param word {@code new}, {@code stays}, {@code changes}, {@code restarts}, {@code reloads}, {@code removed} or {@code wrong}
     * @param why the options that differ, or what is wrong
     */
    record PlannedChange(String container, String word, String why) {}

    private final Map<String, JsonNode> fleet;
    private final Map<ProfileName, ContainerDefinition> profiles;

    /**
     * @param fleet the containers of the fleet by name, as the gateway shows them
     */
    ApplyPlan(Map<String, JsonNode> fleet, Map<ProfileName, ContainerDefinition> profiles) {
        this.fleet = fleet;
        this.profiles = profiles;
    }

    /**
     * The change of each container.
     *
     * @param prunes whether containers that are not declared are removed
     */
    List<PlannedChange> of(List<DefinitionFiles.Named> declared, boolean prunes) {
        var changes = new ArrayList<PlannedChange>();
        for (DefinitionFiles.Named definition : declared) {
            changes.add(change(definition));
        }
        if (prunes) {
            undeclared(declared).forEach(name -> changes.add(new PlannedChange(name, "removed", "no longer declared")));
        }
        return changes;
    }

    /** The names of containers of the fleet that the definitions do not declare. */
    List<String> undeclared(List<DefinitionFiles.Named> declared) {
        var names = declared.stream().map(DefinitionFiles.Named::name).collect(Collectors.toSet());
        return fleet.entrySet().stream()
                .filter(entry -> entry.getValue().path("definition").isObject())
                .map(Map.Entry::getKey)
                .filter(name -> !names.contains(name))
                .sorted()
                .toList();
    }

    private PlannedChange change(DefinitionFiles.Named declared) {
        String name = declared.name();
        if (!ContainerName.isValid(name)) {
            return new PlannedChange(name, "wrong", "the name is not valid: use a-z, 0-9 and '-'");
        }
        var container = new ContainerName(name);
        var definition = new ContainerDefinition(declared.options());
        return switch (Evaluator.evaluate(container, definition, profiles)) {
            case EvaluationResult.Bad bad ->
                new PlannedChange(
                        name,
                        "wrong",
                        bad.problems().stream().map(DefinitionProblem::format).collect(Collectors.joining("; ")));
            case EvaluationResult.Good good -> change(name, good, definition);
        };
    }

    private PlannedChange change(String name, EvaluationResult.Good good, ContainerDefinition definition) {
        JsonNode now = fleet.get(name);
        if (now == null || !now.path("definition").isObject()) {
            return new PlannedChange(name, "new", good.source() == null ? "" : "its system is evaluated");
        }
        var before = new ContainerDefinition(now.path("definition").deepCopy());
        ContainerSpec spec = spec(now);
        if (before.equals(definition)) {
            return new PlannedChange(name, "stays", "");
        }
        if (spec == null) {
            return new PlannedChange(name, "changes", "it has no spec yet");
        }
        ContainerSpec next = good.at(good.host().orElse(spec.host()), spec.generation(), system(good, before, spec));
        SpecChange change = SpecComparison.between(spec, next);
        if (change.isEmpty()) {
            return new PlannedChange(name, "stays", "");
        }
        boolean runs = now.at("/status/leader").isNumber();
        if (!change.needsRestart() || !runs) {
            return new PlannedChange(name, "changes", options(change));
        }
        String word =
                SpecComparison.isReload(spec, next) ? "reloads" : next.restartIfChanged() ? "restarts" : "changes";
        return new PlannedChange(
                name, word, options(change) + (word.equals("changes") ? ", in force after a restart" : ""));
    }

    private @Nullable String system(EvaluationResult.Good good, ContainerDefinition before, ContainerSpec spec) {
        if (good.source() == null) {
            return null;
        }
        boolean same = Evaluator.evaluate(spec.name(), before, profiles) instanceof EvaluationResult.Good last
                && Objects.equals(last.source(), good.source())
                && spec.payload() instanceof Payload.SystemPath;
        return same && spec.payload() instanceof Payload.SystemPath(String path) ? path : NEW_SYSTEM;
    }

    private static String options(SpecChange change) {
        return java.util.stream.Stream.concat(change.restart().stream(), change.live().stream())
                .collect(Collectors.joining(", "));
    }

    private static @Nullable ContainerSpec spec(JsonNode container) {
        JsonNode spec = container.path("spec");
        try {
            return spec.isObject() ? Json.convert(spec, ContainerSpec.class) : null;
        } catch (UnreadableException e) {
            throw new UserError(
                    "the spec of " + container.path("name").asText() + " cannot be read: " + e.getMessage(), e);
        }
    }
}
