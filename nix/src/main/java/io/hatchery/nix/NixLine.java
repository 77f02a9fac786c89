package io.hatchery.nix;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A line that Nix writes to its standard error with {@code --log-format internal-json}. The numbers are those of Nix's
 * {@code ActivityType} and {@code ResultType} (libutil/logging.hh), which are the same in every release since 2.4.
 */
public sealed interface NixLine {
    /**
     * An error.
     *
     * @param words without colours
     * @param place where; null if nowhere in particular
     * @param trace how it came there, the innermost first, each in words and with its place
     */
    record NixError(String words, @Nullable SourceLocation place, List<NixError> trace) implements NixLine {
        /** Keeps an immutable copy of the trace. */
        public NixError {
            trace = List.copyOf(trace);
        }
    }

    /**
     * A place in an expression.
     *
     * @param file as Nix names it
     * @param line from 1 on
     * @param column from 1 on
     */
    record SourceLocation(String file, long line, long column) {}

    /** A message that is not an error: a warning, or the output of a trace. */
    record Note(String words) implements NixLine {}

    /** A line that a builder has printed. */
    record BuildLog(String line) implements NixLine {}

    /**
     * An activity with progress began.
     *
     * @param activity the id of the activity
     */
    record Begun(long activity, ActivityKind kind) implements NixLine {}

    /** The progress of an activity. */
    record TransferProgress(long activity, long done, long expected) implements NixLine {}

    /** The expected total of a kind. */
    record ExpectedTransfer(ActivityKind kind, long amount) implements NixLine {}

    /** Anything else. */
    record Other() implements NixLine {}

    /** The kind of progress. */
    enum ActivityKind {
        /** The bytes of a download. */
        DOWNLOAD,
        /** Store paths. */
        PATHS,
        /** Anything else. */
        OTHER
    }
}
