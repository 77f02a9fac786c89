package io.hatchery.config.system;

import io.hatchery.nix.NixLine;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/** Collects the output of a build in batches, up to a bound, so that endless output does not fill the topic. */
final class LogLines {
    private static final int MOST = 100;

    /** Maximum number of characters of a batch, well below the size of a record. */
    private static final int MOST_CHARACTERS = 200_000;

    /** Maximum number of characters of a line; the rest is cut. */
    static final int LONGEST_LINE = 4_000;

    /** Maximum number of lines and characters of a build; only the number of further lines is reported. */
    static final int MAX_LINES = 20_000;

    static final long MAX_CHARACTERS = 4L << 20;

    private static final int KEPT = 10;
    private static final long LONGEST_NANOS = 250_000_000;

    private final Consumer<List<String>> next;
    private final List<String> lines = new ArrayList<>();
    private final Deque<String> last = new ArrayDeque<>();
    private long since = System.nanoTime();
    private int waiting;
    private int lineCount;
    private long characters;
    private long dropped;

    LogLines(Consumer<List<String>> next) {
        this.next = next;
    }

    void hear(NixLine line) {
        switch (line) {
            case NixLine.BuildLog(String text) -> {
                keep(text);
                append(text);
            }
            case NixLine.Note(String words) -> words.lines().forEach(this::append);
            default -> {
                // Failures are reported with their problem; progress is not reported.
            }
        }
    }

    private synchronized void keep(String line) {
        last.add(cut(line));
        if (last.size() > KEPT) {
            last.remove();
        }
    }

    /** The last lines that builders printed. */
    synchronized List<String> last() {
        return List.copyOf(last);
    }

    private static String cut(String line) {
        return line.length() <= LONGEST_LINE ? line : line.substring(0, LONGEST_LINE) + "…";
    }

    synchronized void append(String line) {
        String shown = cut(line);
        if (lineCount >= MAX_LINES || characters + shown.length() > MAX_CHARACTERS) {
            dropped++;
            return;
        }
        lineCount++;
        characters += shown.length();
        add(shown);
        if (lines.size() >= MOST || waiting >= MOST_CHARACTERS || System.nanoTime() - since > LONGEST_NANOS) {
            flush();
        }
    }

    private void add(String line) {
        lines.add(line);
        waiting += line.length();
    }

    synchronized void flush() {
        if (!lines.isEmpty()) {
            next.accept(List.copyOf(lines));
            lines.clear();
            waiting = 0;
        }
        since = System.nanoTime();
    }

    /** Ends the output. */
    synchronized void end() {
        if (dropped > 0) {
            add(dropped + " lines dropped: a log has at most " + MAX_LINES + " lines and " + MAX_CHARACTERS
                    + " characters");
            dropped = 0;
        }
        flush();
    }
}
