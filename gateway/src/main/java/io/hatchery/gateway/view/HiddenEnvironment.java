package io.hatchery.gateway.view;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.JsonFields;
import io.hatchery.spec.json.JsonText;
import io.hatchery.spec.json.UnreadableException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What viewers see in place of the values of environment variables, which may be secret. The names of the variables stay. */
public final class HiddenEnvironment {
    /** Stands for each value. */
    public static final String PLACEHOLDER = "(hidden)";

    private static final String ENVIRONMENT = "environment";
    private static final String ERRORS = "errors";
    private static final String FIELD = "value";

    /** Options, or the whole definition, may be wrapped to get another priority. */
    private static final Set<String> WRAPPERS = Set.of("$default", "$force");

    private HiddenEnvironment() {}

    /** A container as the API shows it, with the values hidden in its definition, its spec and its errors. */
    public static String inContainer(String json) {
        if (isAlways(json, ENVIRONMENT, "\":{}") && isAlways(json, ERRORS, "\":[]")) {
            return json; // most have nothing to hide
        }
        JsonFields container = fields(json);
        var text = new JsonText();
        for (String name : container.names()) {
            String value = container.get(name);
            text.field(
                    name,
                    value == null
                            ? null
                            : switch (name) {
                                case "definition", "spec" -> inOptions(value);
                                case "evaluation" -> inErrors(value);
                                default -> value;
                            });
        }
        return text.end();
    }

    /** Whether a word is always followed by that text. */
    private static boolean isAlways(String json, String word, String followedBy) {
        for (int at = json.indexOf(word); at >= 0; at = json.indexOf(word, at + word.length())) {
            if (!json.startsWith(followedBy, at + word.length())) {
                return false;
            }
        }
        return true;
    }

    /** A definition, a profile or a spec, with the values hidden. */
    public static String inOptions(String json) {
        if (!json.contains(ENVIRONMENT)) {
            return json;
        }
        JsonFields options = fields(json);
        var text = new JsonText();
        for (String name : options.names()) {
            text.field(name, option(name, options.get(name)));
        }
        return text.end();
    }

    private static @Nullable String option(String name, @Nullable String value) {
        if (value == null) {
            return null;
        }
        if (name.equals(ENVIRONMENT)) {
            return Json.text(hidden(object("{\"" + FIELD + "\":" + value + "}").path(FIELD)));
        }
        return WRAPPERS.contains(name) && value.startsWith("{") ? inOptions(value) : value;
    }

    /** An error shows the value that is wrong, and a conflict the other one too. */
    private static String inErrors(String evaluation) {
        ObjectNode summary = object(evaluation);
        if (summary.path(ERRORS).isEmpty()) {
            return evaluation;
        }
        for (JsonNode each : summary.path(ERRORS)) {
            if (each instanceof ObjectNode error) {
                if (error.has(FIELD)) {
                    error.put(FIELD, PLACEHOLDER);
                }
                if (error.path("path").asText().contains("." + ENVIRONMENT)) {
                    error.put("message", PLACEHOLDER);
                }
            }
        }
        return Json.text(summary);
    }

    private static JsonNode hidden(JsonNode value) {
        return switch (value) {
            case ObjectNode object -> {
                object.properties().forEach(field -> field.setValue(hidden(field.getValue())));
                yield object;
            }
            case ArrayNode array -> {
                for (int i = 0; i < array.size(); i++) {
                    array.set(i, hidden(array.get(i)));
                }
                yield array;
            }
            default -> TextNode.valueOf(PLACEHOLDER);
        };
    }

    private static JsonFields fields(String json) {
        try {
            return JsonFields.of(json.getBytes(StandardCharsets.UTF_8));
        } catch (UnreadableException e) {
            throw new IllegalStateException("what is shown was written as a JSON object", e);
        }
    }

    private static ObjectNode object(String json) {
        try {
            return Json.readObject(json.getBytes(StandardCharsets.UTF_8));
        } catch (UnreadableException e) {
            throw new IllegalStateException("what is shown was written as a JSON object", e);
        }
    }
}
