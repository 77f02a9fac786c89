package io.hatchery.config.system;

import io.hatchery.nix.NixLine;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/** Gathers what a job prints, and gives it on in batches. */
final class LogLines {
    private static final int MOST = 100;
    private static final int KEPT = 10;
    private static final long LONGEST_NANOS = 250_000_000;

    private final Consumer<List<String>> next;
    private final List<String> lines = new ArrayList<>();
    private final Deque<String> last = new ArrayDeque<>();
    private long since = System.nanoTime();

    LogLines(Consumer<List<String>> next) {
        this.next = next;
    }

    void hear(NixLine line) {
        switch (line) {
            case NixLine.BuildLog(String text) -> {
                keep(text);
                say(text);
            }
            case NixLine.Note(String words) -> words.lines().forEach(this::say);
            default -> {
                // A failure is told with its problem, and progress to nobody.
            }
        }
    }

    private synchronized void keep(String line) {
        last.add(line);
        if (last.size() > KEPT) {
            last.remove();
        }
    }

    /** The last lines that builders printed. */
    synchronized List<String> last() {
        return List.copyOf(last);
    }

    synchronized void say(String line) {
        lines.add(line);
        if (lines.size() >= MOST || System.nanoTime() - since > LONGEST_NANOS) {
            flush();
        }
    }

    synchronized void flush() {
        if (!lines.isEmpty()) {
            next.accept(List.copyOf(lines));
            lines.clear();
        }
        since = System.nanoTime();
    }
}
