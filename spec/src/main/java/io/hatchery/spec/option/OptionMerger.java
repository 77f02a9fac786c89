package io.hatchery.spec.option;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.hatchery.spec.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Merges and checks the values of options from several layers, and collects all errors. */
final class OptionMerger {
    private final List<DefinitionProblem> problems = new ArrayList<>();
    private int unlisted;

    /** The listed errors. */
    List<DefinitionProblem> problems() {
        return problems;
    }

    /** The listed errors, and a last entry with the number of others. */
    List<DefinitionProblem> report(String path, String origin) {
        if (unlisted == 0) {
            return problems;
        }
        var all = new ArrayList<>(problems);
        all.add(new DefinitionProblem(
                path,
                null,
                origin,
                "and " + (isExhausted() ? "at least " : "") + unlisted + " more errors",
                "correct these and apply the definition again"));
        return all;
    }

    void problem(String path, @Nullable JsonNode value, String origin, String message, String remedy) {
        if (isFull()) {
            unlisted++;
        } else {
            problems.add(DefinitionProblem.of(path, value, origin, message, remedy));
        }
    }

    private boolean isFull() {
        return problems.size() >= DefinitionLimits.MAX_ERRORS;
    }

    /** Whether there are so many errors that checking stops. */
    private boolean isExhausted() {
        return unlisted >= DefinitionLimits.MAX_COUNTED;
    }

    /** The merged value in canonical form; null if there is none or it is invalid. */
    @Nullable
    JsonNode merge(String path, OptionType type, List<DefinedValue> all) {
        if (all.isEmpty()) {
            return null;
        }
        List<DefinedValue> winners = all.size() == 1 ? all : strongest(all);
        return switch (type) {
            case OptionType.Scalar scalar -> scalar(path, scalar, winners);
            case OptionType.ListOf list -> list(path, list, winners);
            case OptionType.Joined joined -> joined(path, joined, winners);
            case OptionType.AttributesOf attributes -> attributes(path, attributes, winners);
            case OptionType.Submodule submodule -> submodule(path, submodule, winners);
        };
    }

    private static List<DefinedValue> strongest(List<DefinedValue> all) {
        int strongest = all.stream().mapToInt(DefinedValue::priority).min().orElseThrow();
        return all.stream().filter(value -> value.priority() == strongest).toList();
    }

    private @Nullable JsonNode scalar(String path, OptionType.Scalar type, List<DefinedValue> winners) {
        JsonNode first = null;
        DefinedValue firstDefined = null;
        for (DefinedValue defined : winners) {
            JsonNode value = check(path, type, defined);
            if (value == null) {
                continue;
            }
            if (first != null && firstDefined != null && !first.equals(value)) {
                problem(
                        path,
                        defined.value(),
                        defined.origin(),
                        "conflicts with "
                                + DefinitionProblem.shorten(firstDefined.value().toString()) + " in the "
                                + firstDefined.origin(),
                        "give it in one place, or wrap one of them as {\"" + DefinedValue.FORCE_KEY + "\": …} or {\""
                                + DefinedValue.DEFAULT_KEY + "\": …}");
                return null;
            }
            first = value;
            firstDefined = defined;
        }
        return first;
    }

    private @Nullable JsonNode check(String path, OptionType.Scalar type, DefinedValue defined) {
        try {
            return type.normalize().apply(defined.value());
        } catch (IllegalArgumentException e) {
            problem(path, defined.value(), defined.origin(), String.valueOf(e.getMessage()), type.remedy());
            return null;
        }
    }

    private JsonNode list(String path, OptionType.ListOf type, List<DefinedValue> winners) {
        ArrayNode joined = Json.object().putArray("list");
        for (DefinedValue defined : winners) {
            if (!(defined.value() instanceof ArrayNode array)) {
                wrongType(path, type, defined);
                continue;
            }
            for (int i = 0; i < array.size() && !isExhausted(); i++) {
                JsonNode element = merge(
                        path + "[" + i + "]",
                        type.element(),
                        List.of(DefinedValue.unwrap(array.get(i), defined.origin())));
                if (element != null) {
                    joined.add(element);
                }
            }
        }
        return joined;
    }

    private JsonNode joined(String path, OptionType.Joined type, List<DefinedValue> winners) {
        ArrayNode all = Json.object().putArray("list");
        for (DefinedValue defined : winners) {
            if (defined.value() instanceof ArrayNode) {
                list(path, new OptionType.ListOf(type.element()), List.of(defined))
                        .forEach(all::add);
            } else {
                JsonNode value = check(path, type.element(), defined);
                if (value != null) {
                    all.add(value);
                }
            }
        }
        return all;
    }

    private JsonNode attributes(String path, OptionType.AttributesOf type, List<DefinedValue> winners) {
        Map<String, List<DefinedValue>> byCanonicalKey = new LinkedHashMap<>();
        collect(path, type, winners).forEach((key, values) -> {
            if (isExhausted()) {
                return;
            }
            try {
                String canonical =
                        type.key().normalize().apply(TextNode.valueOf(key)).textValue();
                byCanonicalKey
                        .computeIfAbsent(canonical, k -> new ArrayList<>())
                        .addAll(values);
            } catch (IllegalArgumentException e) {
                problem(
                        path + "." + DefinitionProblem.shorten(key),
                        null,
                        values.getFirst().origin(),
                        "the name: " + e.getMessage(),
                        type.key().remedy());
            }
        });
        ObjectNode merged = Json.object();
        byCanonicalKey.forEach((key, values) -> {
            JsonNode value = isExhausted() ? null : merge(path + "." + key, type.value(), values);
            if (value != null) {
                merged.set(key, value);
            }
        });
        return merged;
    }

    private JsonNode submodule(String path, OptionType.Submodule type, List<DefinedValue> winners) {
        Map<String, List<DefinedValue>> given = collect(path, type, winners);
        Map<String, List<DefinedValue>> byOption = new LinkedHashMap<>();
        given.forEach((key, values) -> {
            if (isExhausted()) {
                return;
            }
            Option option = find(type, key);
            if (option == null) {
                unknown(path, type, key, values.getFirst());
            } else {
                // As in NixOS, null stands for an option without a default that is not set.
                values.stream()
                        .filter(value ->
                                option.defaultValue() != null || !value.value().isNull())
                        .forEach(value -> byOption.computeIfAbsent(option.name(), k -> new ArrayList<>())
                                .add(value));
            }
        });
        ObjectNode merged = Json.object();
        for (Option option : type.options()) {
            List<DefinedValue> values = byOption.get(option.name());
            JsonNode value = values == null ? null : merge(path + "." + option.name(), option.type(), values);
            if (value == null) {
                value = option.defaultValue();
            }
            if (value != null) {
                merged.set(option.name(), value);
            }
        }
        return merged;
    }

    private static @Nullable Option find(OptionType.Submodule type, String key) {
        for (Option option : type.options()) {
            if (option.name().equals(key) || option.aliases().contains(key)) {
                return option;
            }
        }
        return null;
    }

    private void unknown(String path, OptionType.Submodule type, String key, DefinedValue defined) {
        if (isFull()) {
            unlisted++; // the search for the nearest name is what takes time
            return;
        }
        var names = type.options().stream().map(Option::name).toList();
        String nearest = NameSuggestion.of(key, names);
        problem(
                path + "." + DefinitionProblem.shorten(key),
                defined.value(),
                defined.origin(),
                "there is no such option",
                nearest == null
                        ? "remove it; the options are " + String.join(", ", names)
                        : "did you mean " + nearest + "?");
    }

    private Map<String, List<DefinedValue>> collect(String path, OptionType type, List<DefinedValue> winners) {
        Map<String, List<DefinedValue>> byKey = new LinkedHashMap<>();
        for (DefinedValue defined : winners) {
            if (!(defined.value() instanceof ObjectNode object)) {
                wrongType(path, type, defined);
                continue;
            }
            for (var field : object.properties()) {
                byKey.computeIfAbsent(field.getKey(), k -> new ArrayList<>())
                        .add(DefinedValue.unwrap(field.getValue(), defined.origin(), defined.priority()));
            }
        }
        return byKey;
    }

    private void wrongType(String path, OptionType type, DefinedValue defined) {
        problem(path, defined.value(), defined.origin(), "expected " + type.words(), "give " + type.words());
    }
}
