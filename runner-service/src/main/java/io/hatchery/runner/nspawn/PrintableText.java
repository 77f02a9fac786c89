package io.hatchery.runner.nspawn;

/** What containers say, made fit for a terminal: it may hold anything, and control characters move cursors and set titles there. */
public final class PrintableText {
    private static final int LONGEST = 300;

    private PrintableText() {}

    /**
     * The text with each control or format character as its escape, {@code \x1b} or {@code \\u202e}, but tabs as blanks; at most 300
     * characters of it.
     */
    public static String of(String text) {
        var printable = new StringBuilder();
        for (int i = 0; i < text.length() && printable.length() < LONGEST; i++) {
            char c = text.charAt(i);
            if (c == '\t') {
                printable.append(' ');
            } else if (Character.isISOControl(c)) {
                printable.append(String.format("\\x%02x", (int) c));
            } else if (Character.getType(c) == Character.FORMAT || c == '\u2028' || c == '\u2029') {
                printable.append(String.format("\\u%04x", (int) c));
            } else {
                printable.append(c);
            }
        }
        return printable.toString();
    }
}
