package io.hatchery.protocol;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A line of a container's log.
 *
 * @param at when it was logged; of a console, when it was read, which is within a second while the runner runs
 * @param sequence grows within the batch's source and epoch, not always by one: an entry whose sequence is not beyond those before it was
 *     sent twice; null for a notice of dropped lines
 * @param text without its line end, at most {@value #MOST_CHARACTERS} characters
 * @param unit the unit inside the container that logged it; null for a console, or if journald knows none
 * @param priority of syslog(3), 0 (emerg) to 7 (debug); null for a console
 * @param identifier the name of the program that logged it; null for a console, or if it gave none
 * @param pid the process inside the container that logged it; null for a console, or if journald knows none
 * @param cut how many bytes of a line that is too long were left out at its end; null if none
 * @param dropped this entry is a notice: at least so many lines were dropped here; null for a line
 */
@RecordBuilder
public record LogEntry(
        Instant at,
        @Nullable Long sequence,
        String text,
        @Nullable String unit,
        @Nullable Integer priority,
        @Nullable String identifier,
        @Nullable Long pid,
        @Nullable Long cut,
        @Nullable Long dropped)
        implements LogEntryBuilder.With {
    /** The longest text; what is longer is cut, with {@code cut} set. */
    public static final int MOST_CHARACTERS = 8192;

    /** A line of a console. */
    public static LogEntry ofConsole(Instant at, long sequence, String text, long cut) {
        return LogEntryBuilder.builder()
                .at(at)
                .sequence(sequence)
                .text(text)
                .cut(cut == 0 ? null : cut)
                .build();
    }

    /**
     * A notice that lines were dropped.
     *
     * @param lines at least so many, at least 1
     * @param reason what was the cause and what to do
     */
    public static LogEntry ofDropped(Instant at, long lines, String reason) {
        return LogEntryBuilder.builder()
                .at(at)
                .text(lines + (lines == 1 ? " line was" : " lines were") + " dropped: " + reason)
                .dropped(lines)
                .build();
    }
}
