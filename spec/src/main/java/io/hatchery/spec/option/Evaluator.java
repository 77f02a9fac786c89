package io.hatchery.spec.option;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.spec.ContainerDefinition;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.ProfileName;
import io.hatchery.spec.SpecChange;
import io.hatchery.spec.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Evaluates layers of options to a spec or to a list of all errors. Pure. */
public final class Evaluator {
    private static final String PICK_ONE = "give exactly one of path, config, flake, boot and command";

    private Evaluator() {}

    /**
     * Evaluates a definition over the profiles that it names.
     *
     * @param profiles all profiles of the fleet
     */
    public static EvaluationResult evaluate(
            ContainerName name, ContainerDefinition definition, Map<ProfileName, ContainerDefinition> profiles) {
        String path = "containers." + name;
        List<DefinitionProblem> tooLarge = tooLarge(name, definition);
        if (!tooLarge.isEmpty()) {
            return new EvaluationResult.Bad(tooLarge);
        }
        var merge = new OptionMerger();
        List<DefinitionLayer> layers = new ArrayList<>();
        for (ProfileName profile : profilesOf(definition)) {
            ContainerDefinition options = profiles.get(profile);
            if (options != null && isTooLarge(options)) {
                return new EvaluationResult.Bad(
                        List.of(excess(path + ".profiles", "profile " + profile, options.size())));
            }
            if (options == null) {
                merge.problem(
                        path + ".profiles",
                        Json.node(profile),
                        "definition of " + name,
                        "there is no such profile",
                        "create the profile, or remove it from the list");
            } else {
                layers.add(DefinitionLayer.of(profile, options));
            }
        }
        layers.add(DefinitionLayer.of(name, definition));
        return evaluate(name, layers, merge);
    }

    /**
     * Checks a definition without its profiles, for callers that do not know them. Reports only errors that no profile can
     * correct.
     */
    public static List<DefinitionProblem> checkAlone(ContainerName name, ContainerDefinition definition) {
        List<DefinitionProblem> tooLarge = tooLarge(name, definition);
        if (!tooLarge.isEmpty()) {
            return tooLarge;
        }
        if (!profilesOf(definition).isEmpty()) {
            var merge = new OptionMerger();
            String path = "containers." + name;
            String origin = "definition of " + name;
            merge.merge(path, Options.container(), List.of(DefinedValue.unwrap(definition.options(), origin)));
            return merge.report(path, origin);
        }
        return evaluate(name, List.of(DefinitionLayer.of(name, definition)), new OptionMerger())
                        instanceof EvaluationResult.Bad bad
                ? bad.problems()
                : List.of();
    }

    /**
     * Checks a spec from another writer: its options are evaluated again and must give the same spec.
     *
     * @return all differences and errors; empty if the spec is valid
     */
    public static List<DefinitionProblem> checkSpec(ContainerSpec spec) {
        String path = "containers." + spec.name();
        String origin = "spec of " + spec.name();
        EvaluationResult evaluated =
                evaluate(spec.name(), List.of(new DefinitionLayer(origin, SpecOptions.of(spec))), new OptionMerger());
        if (!(evaluated instanceof EvaluationResult.Good good)) {
            return ((EvaluationResult.Bad) evaluated).problems();
        }
        ContainerSpec made = good.at(spec.host(), spec.generation());
        return made.equals(spec)
                ? List.of()
                : List.of(new DefinitionProblem(
                        path,
                        null,
                        origin,
                        "it is not in the canonical form of a spec: " + String.join(", ", differences(spec, made)),
                        "let config-service evaluate the definition"));
    }

    private static SortedSet<String> differences(ContainerSpec one, ContainerSpec other) {
        SpecChange change = SpecComparison.between(one, other);
        var options = new TreeSet<>(change.live());
        options.addAll(change.restart());
        return options;
    }

    /** All errors of a profile by itself. */
    public static List<DefinitionProblem> checkProfile(ProfileName name, ContainerDefinition profile) {
        String path = "profiles." + name;
        String origin = "profile " + name;
        if (isTooLarge(profile)) {
            return List.of(excess(path, origin, profile.size()));
        }
        var merge = new OptionMerger();
        merge.merge(path, Options.container(), List.of(DefinedValue.unwrap(profile.options(), origin)));
        if (profile.options().has("profiles")) {
            merge.problem(
                    path + ".profiles",
                    profile.options().get("profiles"),
                    origin,
                    "profiles do not nest",
                    "name all profiles in the container's definition");
        }
        return merge.report(path, origin);
    }

    /** Whether a definition or a profile is larger than {@link DefinitionLimits#MAX_BYTES}. */
    public static boolean isTooLarge(ContainerDefinition definition) {
        return definition.size() > DefinitionLimits.MAX_BYTES;
    }

    private static List<DefinitionProblem> tooLarge(ContainerName name, ContainerDefinition definition) {
        String path = "containers." + name;
        String origin = "definition of " + name;
        if (isTooLarge(definition)) {
            return List.of(excess(path, origin, definition.size()));
        }
        int profiles = profilesOf(definition).size();
        return profiles <= DefinitionLimits.MAX_PROFILES
                ? List.of()
                : List.of(new DefinitionProblem(
                        path + ".profiles",
                        null,
                        origin,
                        "it names " + profiles + " profiles, and at most " + DefinitionLimits.MAX_PROFILES
                                + " are allowed",
                        "combine profiles that belong together"));
    }

    private static DefinitionProblem excess(String path, String origin, int size) {
        return new DefinitionProblem(
                path,
                null,
                origin,
                "it has " + size + " bytes as JSON, and at most " + DefinitionLimits.MAX_BYTES + " are allowed",
                "move large texts into files that the container mounts, or into a flake");
    }

    /** The profiles that a definition names; invalid names are left out. */
    public static List<ProfileName> profilesOf(ContainerDefinition definition) {
        var names = new ArrayList<ProfileName>();
        JsonNode list = definition.option("profiles");
        if (list != null && DefinedValue.unwrap(list, "").value() instanceof ArrayNode array) {
            for (JsonNode name : array) {
                if (name.isTextual() && ProfileName.isValid(name.textValue())) {
                    names.add(new ProfileName(name.textValue()));
                }
            }
        }
        return names;
    }

    private static EvaluationResult evaluate(ContainerName name, List<DefinitionLayer> layers, OptionMerger merge) {
        String path = "containers." + name;
        List<DefinedValue> all = layers.stream()
                .map(layer -> DefinedValue.unwrap(layer.options(), layer.origin()))
                .toList();
        JsonNode merged = merge.merge(path, Options.container(), all);
        if (merged instanceof ObjectNode values) {
            String origin = layers.getLast().origin();
            payload(path, origin, values, layers, merge);
            assertions(path, origin, values, name, merge);
            new OptionRules(path, origin, values, merge).check();
            if (merge.problems().isEmpty()) {
                ObjectNode shaped = SpecShaper.of(name, values);
                int size = Json.bytes(shaped).length;
                return size <= DefinitionLimits.MAX_MERGED_BYTES
                        ? new EvaluationResult.Good(
                                name, hostSelector(values), SystemOptions.source(name, values), shaped)
                        : new EvaluationResult.Bad(List.of(mergedExcess(path, origin, size)));
            }
        }
        return new EvaluationResult.Bad(merge.report(path, layers.getLast().origin()));
    }

    private static DefinitionProblem mergedExcess(String path, String origin, int size) {
        return new DefinitionProblem(
                path,
                null,
                origin,
                "merged with its profiles it has " + size + " bytes as JSON, and at most "
                        + DefinitionLimits.MAX_MERGED_BYTES + " are allowed",
                "name fewer profiles, or move large texts into files that the container mounts");
    }

    private static SortedMap<String, String> hostSelector(ObjectNode values) {
        var labels = new TreeMap<String, String>();
        values.path("hostSelector")
                .properties()
                .forEach(label -> labels.put(label.getKey(), label.getValue().asText()));
        return labels;
    }

    private static void payload(
            String path, String origin, ObjectNode values, List<DefinitionLayer> layers, OptionMerger merge) {
        List<String> given = PayloadOptions.NAMES.stream()
                .filter(p -> PayloadOptions.isGiven(values.get(p)))
                .toList();
        if (given.isEmpty() && merge.problems().stream().anyMatch(p -> isPayload(path, p.path()))) {
            return; // one was given and is wrong, which is reported already
        }
        if (given.isEmpty()) {
            boolean emptyCommand = layers.stream().anyMatch(l -> l.options().has("command"));
            merge.problem(
                    path, null, origin, emptyCommand ? "the command is empty" : "it declares nothing to run", PICK_ONE);
        } else if (given.size() > 1) {
            merge.problem(path, null, origin, "it declares " + String.join(" and ", given) + " at once", PICK_ONE);
        }
    }

    private static boolean isPayload(String path, String problemPath) {
        return PayloadOptions.NAMES.stream().anyMatch(p -> problemPath.startsWith(path + "." + p));
    }

    private static void assertions(
            String path, String origin, ObjectNode values, ContainerName name, OptionMerger merge) {
        JsonNode root = values.get("root");
        if (root != null && root.textValue().equals("/")) {
            merge.problem(
                    path + ".root",
                    root,
                    origin,
                    "the root of the host cannot be the root of a container",
                    "give a directory, such as /var/lib/containers/" + name);
        }
        for (var mount : values.withObject("bindMounts").properties()) {
            if (mount.getKey().equals("/")) {
                merge.problem(
                        path + ".bindMounts./",
                        mount.getValue(),
                        origin,
                        "a mount at / hides the root of the container",
                        "set root instead");
            }
        }
        if (values.path("command").isArray()
                && !values.get("command").isEmpty()
                && values.get("command").get(0).asText().isEmpty()) {
            merge.problem(
                    path + ".command[0]",
                    values.get("command").get(0),
                    origin,
                    "the program's name is empty",
                    "name the program");
        }
    }
}
