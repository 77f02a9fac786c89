package io.hatchery.app;

import io.hatchery.spec.Span;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Which values a configuration key takes.
 *
 * @param <T> the type of the value
 */
@FunctionalInterface
interface ValueType<T> {
    /**
     * Reads a value.
     *
     * @param text not empty
     * @throws IllegalArgumentException with what to write instead
     */
    T parse(String text);

    /** Any text. */
    static ValueType<String> text() {
        return text -> text;
    }

    /** A path; a relative one is resolved against the working directory. */
    static ValueType<Path> path() {
        return text -> Path.of(text).toAbsolutePath();
    }

    /** One of a few words. */
    static ValueType<String> oneOf(String... words) {
        return text -> {
            if (!List.of(words).contains(text)) {
                throw new IllegalArgumentException("write " + String.join(" or ", words));
            }
            return text;
        };
    }

    /** {@code true} or {@code false}. */
    static ValueType<Boolean> bool() {
        return text -> switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("write true or false");
        };
    }

    /** A whole number in a range. */
    static ValueType<Integer> integer(int min, int max) {
        return text -> {
            String expected = "write a number from " + min + " to " + max;
            try {
                return inRange(Integer.valueOf(text), Integer.valueOf(min), Integer.valueOf(max), expected);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException(expected, e);
            }
        };
    }

    /** A TCP port. */
    static ValueType<Integer> port() {
        return integer(1, 65_535);
    }

    /** A duration in a range, with units as in systemd.time(7). */
    static ValueType<Duration> duration(String min, String max) {
        return text -> {
            if (isNumber(text)) {
                throw new IllegalArgumentException("a duration needs a unit: write " + text + "s");
            }
            Span span = Span.parse(text);
            String expected = "write a duration from " + min + " to " + max;
            inRange(span.micros(), Span.parse(min).micros(), Span.parse(max).micros(), expected);
            return span.toDuration();
        };
    }

    /** A duration of whole seconds in a range. */
    static ValueType<Duration> seconds(int min, int max) {
        ValueType<Duration> type = duration(min + "s", Span.ofSeconds(max).toString());
        return text -> {
            Duration duration = type.parse(text);
            if (!duration.equals(Duration.ofSeconds(duration.toSeconds()))) {
                throw new IllegalArgumentException(
                        "write whole seconds, such as " + Math.max(min, duration.toSeconds()) + "s");
            }
            return duration;
        };
    }

    /** A size in a range, with the unit B, KiB, MiB, GiB or TiB. */
    static ValueType<ByteSize> size(String min, String max) {
        ByteSize least = ByteSize.parse(min);
        ByteSize most = ByteSize.parse(max);
        return text -> {
            if (isNumber(text)) {
                throw new IllegalArgumentException(
                        "a size needs a unit: write " + ByteSize.withUnitInRange(text, least, most));
            }
            return inRange(ByteSize.parse(text), least, most, "write a size from " + min + " to " + max);
        };
    }

    /** Values separated by commas or blanks. */
    static <T> ValueType<List<T>> listOf(ValueType<T> element) {
        return text -> Arrays.stream(text.split("[,\\s]+"))
                .filter(word -> !word.isEmpty())
                .map(element::parse)
                .toList();
    }

    /** An absolute path. */
    static ValueType<Path> absolutePath() {
        return text -> {
            if (!text.startsWith("/")) {
                throw new IllegalArgumentException(
                        "'" + text + "' is not absolute: write absolute paths, separated by" + " commas");
            }
            return Path.of(text).normalize();
        };
    }

    /** Pairs {@code name=value}, separated by commas or blanks. */
    static ValueType<SortedMap<String, String>> labels() {
        return text -> {
            var labels = new TreeMap<String, String>();
            for (String label : listOf(text()).parse(text)) {
                String[] sides = label.split("=", 2);
                if (sides.length != 2 || sides[0].isEmpty()) {
                    throw new IllegalArgumentException(
                            "'" + label + "' is not a label: write name=value, separated by commas");
                }
                labels.put(sides[0], sides[1]);
            }
            return labels;
        };
    }

    private static boolean isNumber(String text) {
        return Pattern.matches("[0-9]+(\\.[0-9]+)?", text.strip());
    }

    private static <C extends Comparable<C>> C inRange(C value, C min, C max, String expected) {
        if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
            throw new IllegalArgumentException(expected);
        }
        return value;
    }
}
