package io.hatchery.spec.option;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/**
 * An error in a definition, for its author.
 *
 * <p>Longer texts are cut, so that the errors of a definition stay readable and fit into a record.
 *
 * @param path the option, such as {@code containers.web.bindMounts./data.hostPath}
 * @param value the invalid value as JSON text, shortened; null if a value is missing
 * @param origin the layer with the value, such as {@code profile base}
 * @param message what is wrong
 * @param remedy what to do about it
 */
public record DefinitionProblem(String path, @Nullable String value, String origin, String message, String remedy) {
    private static final int SHOWN = 120;

    /** Maximum number of characters of a path or an origin, which contain keys that the author chose. */
    static final int MAX_PATH = 500;

    /** Maximum number of characters of a message or a remedy; a Nix trace has a few thousand. */
    static final int MAX_TEXT = 8_000;

    /** Shortens long texts. */
    public DefinitionProblem {
        path = cut(path, MAX_PATH);
        value = value == null ? null : cut(value, MAX_PATH);
        origin = cut(origin, MAX_PATH);
        message = cut(message, MAX_TEXT);
        remedy = cut(remedy, MAX_TEXT);
    }

    /** Creates a problem with the value as it was written, shortened. */
    public static DefinitionProblem of(
            String path, @Nullable JsonNode value, String origin, String message, String remedy) {
        return new DefinitionProblem(path, value == null ? null : shorten(value.toString()), origin, message, remedy);
    }

    /** The text, shortened for a message. */
    public static String shorten(String text) {
        return cut(text, SHOWN);
    }

    private static String cut(String text, int most) {
        return text.length() <= most ? text : text.substring(0, most) + "…";
    }

    /** One line: path, message, value, origin and remedy. */
    public String format() {
        return path + ": " + message + (value == null ? "" : ", got " + value) + " (in the " + origin + "); " + remedy;
    }
}
