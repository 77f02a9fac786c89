package io.hatchery.app;

import com.fasterxml.jackson.databind.JsonNode;
import io.hatchery.runner.plan.PrintableText;
import io.hatchery.spec.json.Json;
import java.util.stream.Collectors;

/**
 * Prints the output of commands. Text from containers may hold control characters, which could control the terminal: they are
 * escaped.
 */
final class Output {
    private Output() {}

    /** One line of text; line feeds in it are escaped too. */
    static void line(String text) {
        System.out.println(PrintableText.whole(text));
    }

    /** Text of several lines. */
    static void text(String lines) {
        System.out.print(printable(lines));
    }

    /** A message on standard error. */
    static void note(String lines) {
        System.err.println(printable(lines));
    }

    /** A result for scripts, on several lines. */
    static void json(JsonNode node) {
        System.out.println(escaped(Json.pretty(node)));
    }

    /** A result for scripts, on one line. */
    static void jsonLine(JsonNode node) {
        System.out.println(escaped(Json.text(node)));
    }

    /** The text, with control characters other than line feeds escaped. */
    static String printable(String lines) {
        return lines.lines().map(PrintableText::whole).collect(Collectors.joining("\n"))
                + (lines.endsWith("\n") ? "\n" : "");
    }

    /** JSON leaves DEL, C1 controls and format characters as they are. */
    private static String escaped(String json) {
        return json.codePoints()
                .mapToObj(c -> c < ' ' || !PrintableText.isControl(c)
                        ? Character.toString(c)
                        : Character.toString(c)
                                .chars()
                                .mapToObj(unit -> String.format("\\u%04x", unit))
                                .collect(Collectors.joining()))
                .collect(Collectors.joining());
    }
}
