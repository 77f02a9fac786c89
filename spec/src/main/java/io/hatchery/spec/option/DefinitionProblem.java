package io.hatchery.spec.option;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/**
 * Something wrong with a definition, in words that its author can act on.
 *
 * <p>Longer texts are cut, so that the errors of a definition stay readable and fit into a record.
 *
 * @param path the option, such as {@code containers.web.bindMounts./data.hostPath}
 * @param value the offending value as JSON text, shortened; null if the fault is that there is none
 * @param origin the layer that holds it, such as {@code profile base}
 * @param message what is wrong
 * @param remedy what to do about it
 */
public record DefinitionProblem(String path, @Nullable String value, String origin, String message, String remedy) {
    private static final int SHOWN = 120;

    /** The most characters of a path or an origin, which hold keys that the author chose. */
    static final int MAX_PATH = 500;

    /** The most characters of a message or a remedy; a Nix trace has some thousand. */
    static final int MAX_TEXT = 8_000;

    /** Cuts what is too long. */
    public DefinitionProblem {
        path = cut(path, MAX_PATH);
        value = value == null ? null : cut(value, MAX_PATH);
        origin = cut(origin, MAX_PATH);
        message = cut(message, MAX_TEXT);
        remedy = cut(remedy, MAX_TEXT);
    }

    /** With the value as it was written, shortened for reading. */
    public static DefinitionProblem of(
            String path, @Nullable JsonNode value, String origin, String message, String remedy) {
        return new DefinitionProblem(path, value == null ? null : shorten(value.toString()), origin, message, remedy);
    }

    /** The text, cut to what can be read in a message. */
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
