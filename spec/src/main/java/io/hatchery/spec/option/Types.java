package io.hatchery.spec.option;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.hatchery.spec.Signal;
import io.hatchery.spec.Span;
import io.hatchery.spec.json.Json;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/** The scalar types that options are declared with. */
final class Types {
    /** Linux: PATH_MAX, 4096 with the terminating NUL (limits.h). */
    private static final int PATH_MAX = 4095;

    private static final String NO = "no";

    static final OptionType.Scalar BOOL = new OptionType.Scalar(
            "a boolean",
            Json.object().put("type", "boolean"),
            value -> {
                if (!value.isBoolean()) {
                    throw new IllegalArgumentException("expected a boolean");
                }
                return value;
            },
            "write true or false, without quotes");

    static final OptionType.Scalar TEXT = text("a string", Pattern.compile("(?s).*"), 65_536, "write it in quotes");

    static final OptionType.Scalar PATH = new OptionType.Scalar(
            "an absolute path",
            Json.object().put("type", "string").put("pattern", "^/"),
            value -> TextNode.valueOf(path(string(value))),
            "give an absolute path without '..', such as /var/lib/data");

    static final OptionType.Scalar SPAN = new OptionType.Scalar(
            "a time span",
            spanSchema(),
            value -> {
                Span span = value.isIntegralNumber() && value.canConvertToLong() && value.longValue() >= 0
                        ? Span.ofSeconds(value.longValue())
                        : Span.parse(string(value));
                if (span.micros() == 0) {
                    throw new IllegalArgumentException("a time span must be longer than 0");
                }
                return TextNode.valueOf(span.toString());
            },
            "give a time span of systemd.time(7), such as 90s, 1min 30s or infinity");

    static final OptionType.Scalar SIGNAL = new OptionType.Scalar(
            "a signal",
            Json.object().put("type", "string"),
            value -> TextNode.valueOf(Signal.parse(string(value)).name()),
            "give a signal of signal(7), such as SIGTERM or SIGRTMIN+3");

    private Types() {}

    static OptionType.Scalar text(String words, Pattern pattern, int longest, String remedy) {
        ObjectNode schema = Json.object().put("type", "string").put("maxLength", longest);
        if (!pattern.pattern().startsWith("(?s)")) {
            schema.put("pattern", pattern.pattern());
        }
        UnaryOperator<JsonNode> normalize = value -> {
            String text = string(value);
            if (text.length() > longest || !pattern.matcher(text).matches()) {
                throw new IllegalArgumentException("is not " + words);
            }
            return value;
        };
        return new OptionType.Scalar(words, schema, normalize, remedy);
    }

    static OptionType.Scalar choice(String... words) {
        ObjectNode schema = Json.object();
        ArrayNode allowed = schema.putArray("enum");
        for (String word : words) {
            allowed.add(word);
        }
        if (List.of(words).contains(NO)) {
            allowed.add(false);
        }
        String all = String.join(", ", words);
        UnaryOperator<JsonNode> normalize = value -> {
            if (!List.of(words).contains(string(orNo(value)))) {
                throw new IllegalArgumentException("expected one of " + all);
            }
            return orNo(value);
        };
        return new OptionType.Scalar("one of " + all, schema, normalize, "write one of " + all);
    }

    /** Reads false as the word no, because YAML 1.1 reads an unquoted no as false. */
    static JsonNode orNo(JsonNode value) {
        return value.isBoolean() && !value.booleanValue() ? TextNode.valueOf(NO) : value;
    }

    /** The string that a value must be. Control characters that would break an argument vector are refused here for all. */
    static String string(JsonNode value) {
        if (!value.isTextual()) {
            throw new IllegalArgumentException(
                    "expected a string, not " + value.getNodeType().name().toLowerCase(Locale.ROOT));
        }
        String text = value.textValue();
        if (text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("it has a NUL character");
        }
        return text;
    }

    /** A path as it is kept: absolute, without empty, '.' or '..' steps and without a trailing slash. */
    static String path(String text) {
        if (!text.startsWith("/")) {
            throw new IllegalArgumentException("expected an absolute path");
        }
        if (text.length() > PATH_MAX) {
            throw new IllegalArgumentException("longer than the kernel's " + PATH_MAX + " characters");
        }
        var kept = new StringBuilder();
        for (String step : text.split("/")) {
            if (step.equals("..")) {
                throw new IllegalArgumentException("'..' is not allowed in a path");
            }
            if (step.chars().anyMatch(Character::isISOControl)) {
                throw new IllegalArgumentException("a path cannot hold control characters");
            }
            if (!step.isEmpty() && !step.equals(".")) {
                kept.append('/').append(step);
            }
        }
        return kept.isEmpty() ? "/" : kept.toString();
    }

    private static ObjectNode spanSchema() {
        ObjectNode schema = Json.object();
        schema.putArray("type").add("string").add("integer");
        return schema.put("minimum", 1);
    }
}
