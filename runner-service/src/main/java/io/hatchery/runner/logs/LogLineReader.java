package io.hatchery.runner.logs;

import io.hatchery.protocol.LogEntry;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Takes bytes of a console apart into lines. */
final class LogLineReader {
    /** How many bytes without a line end are waited for; what comes after them is another line. */
    static final int LONGEST_LINE = 32 << 10;

    /** How many lines are read at once: each costs more in a message than its bytes. */
    static final int MOST_LINES = 2_000;

    /** Lines of up to a GiB, 8 billion of them. */
    private static final int COLUMN_BITS = 30;

    private LogLineReader() {}

    /**
     * Lines.
     *
     * @param bytes how many bytes they have with their line ends
     * @param feeds how many line ends there are
     * @param column how many bytes of an unfinished line were read
     */
    record ReadLines(List<LogEntry> entries, int bytes, int feeds, long column) {
        ReadLines {
            entries = List.copyOf(entries);
        }
    }

    /**
     * Reads lines. The sequence of a line is the number of line ends up to its own; parts of a line have the number of bytes in their
     * line besides. So it does not depend on where a read begins or ends.
     *
     * @param length how many of the bytes are there
     * @param linesBefore how many line ends came before
     * @param columnBefore how many bytes of an unfinished line came before
     * @param isWhole whether a last line without an end is one nevertheless; it is left for the next read otherwise, unless it is too long
     */
    static ReadLines read(byte[] bytes, int length, long linesBefore, long columnBefore, boolean isWhole, Instant at) {
        var entries = new ArrayList<LogEntry>();
        int start = 0;
        int feeds = 0;
        long column = columnBefore;
        while (start < length && entries.size() < MOST_LINES) {
            int limit = Math.min(length, start + LONGEST_LINE);
            int end = start;
            while (end < limit && bytes[end] != '\n') {
                end++;
            }
            boolean isEnded = end < limit;
            if (!isEnded && end - start < LONGEST_LINE && !isWhole) {
                break;
            }
            feeds += isEnded ? 1 : 0;
            column = isEnded ? 0 : column + end - start;
            entries.add(entry(bytes, start, end, sequence(linesBefore + feeds, column), at));
            start = isEnded ? end + 1 : end;
        }
        return new ReadLines(entries, start, feeds, column);
    }

    private static long sequence(long lines, long column) {
        return lines << COLUMN_BITS | Math.min(column, (1L << COLUMN_BITS) - 1);
    }

    private static LogEntry entry(byte[] bytes, int start, int end, long sequence, Instant at) {
        int last = end > start && bytes[end - 1] == '\r' ? end - 1 : end;
        int shown = Math.min(last, start + LogEntry.MOST_CHARACTERS);
        if (shown < last) {
            // Not within a character of UTF-8.
            while (shown > start && (bytes[shown] & 0xc0) == 0x80) {
                shown--;
            }
        }
        return LogEntry.ofConsole(
                at, sequence, new String(bytes, start, shown - start, StandardCharsets.UTF_8), last - shown);
    }
}
