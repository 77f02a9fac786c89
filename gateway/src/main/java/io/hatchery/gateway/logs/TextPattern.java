package io.hatchery.gateway.logs;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** A regular expression that is searched for in lines, in bounded time: a pattern can take time that is exponential in the line. */
public final class TextPattern {
    private static final int LONGEST = 200;

    /** How many characters of a line are looked at, each time that one is: about 10 ms. */
    private static final int MOST_STEPS = 1_000_000;

    private final Pattern pattern;

    private TextPattern(Pattern pattern) {
        this.pattern = pattern;
    }

    /** The search takes too long. */
    private static final class TooManyStepsException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TooManyStepsException() {
            super("too many steps", null, false, false);
        }
    }

    /**
     * Reads an expression of java.util.regex; case matters unless it begins with {@code (?i)}.
     *
     * @throws IllegalArgumentException if it is none, or is too long
     */
    public static TextPattern parse(String text) {
        if (text.length() > LONGEST) {
            throw new IllegalArgumentException("give a pattern of at most " + LONGEST + " characters");
        }
        try {
            return new TextPattern(Pattern.compile(text));
        } catch (PatternSyntaxException | StackOverflowError e) {
            throw new IllegalArgumentException(
                    "give a regular expression: "
                            + (e instanceof PatternSyntaxException wrong ? wrong.getDescription() : "it is too deep"),
                    e);
        }
    }

    /**
     * Whether it is found in a text.
     *
     * @throws LogReadException if the search takes too long
     */
    boolean isIn(String text) {
        try {
            return pattern.matcher(new CountedText(text)).find();
        } catch (TooManyStepsException | StackOverflowError e) {
            throw new LogReadException(
                    LogReadException.Kind.PATTERN_TOO_SLOW,
                    "the search for grep takes too long: give a simpler pattern, without repetitions in repetitions",
                    e);
        }
    }

    /** A text that is looked at a bounded number of times. */
    private static final class CountedText implements CharSequence {
        private final String text;
        private int steps;

        CountedText(String text) {
            this.text = text;
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public char charAt(int index) {
            if (++steps > MOST_STEPS) {
                throw new TooManyStepsException();
            }
            return text.charAt(index);
        }

        @Override
        public CharSequence subSequence(int from, int to) {
            return text.substring(from, to);
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
