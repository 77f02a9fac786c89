package io.hatchery.runner.plan;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What containers say, made fit for a terminal: it may hold anything, and control characters move cursors and set titles there. */
public final class PrintableText {
    private static final int LONGEST = 300;

    private static final int LAST_LINES = 3;

    private PrintableText() {}

    /** The last lines of a text in one, at most three of them; empty if it has none. */
    public static Optional<String> lastLines(Stream<String> lines) {
        List<String> all = lines.toList();
        return all.subList(Math.max(0, all.size() - LAST_LINES), all.size()).stream()
                .map(PrintableText::of)
                .reduce((before, line) -> before + " | " + line);
    }

    /**
     * The text with each control or format character as its escape, {@code \x1b} or {@code \\u202e}, but tabs as blanks; at most 300
     * characters of it.
     */
    public static String of(String text) {
        return escaped(text, LONGEST);
    }

    /** The same, with all of its characters. */
    public static String whole(String text) {
        return escaped(text, Integer.MAX_VALUE);
    }

    /** Whether a terminal may act on that code point instead of showing it. */
    public static boolean isControl(int c) {
        return Character.isISOControl(c)
                || Character.getType(c) == Character.FORMAT
                || Character.getType(c) == Character.SURROGATE
                || c == '\u2028'
                || c == '\u2029';
    }

    private static String escaped(String text, int longest) {
        var printable = new StringBuilder();
        for (int i = 0; i < text.length() && printable.length() < longest; ) {
            int c = text.codePointAt(i);
            i += Character.charCount(c);
            if (c == '\t') {
                printable.append(' ');
            } else if (!isControl(c)) {
                printable.appendCodePoint(c);
            } else if (c <= 0xff) {
                printable.append(String.format("\\x%02x", c));
            } else {
                printable.append(String.format(c <= 0xffff ? "\\u%04x" : "\\U%08x", c));
            }
        }
        return printable.toString();
    }
}
