package io.hatchery.gateway.logs;

import io.hatchery.protocol.LogEntry;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Which lines of a log are asked for. A notice of dropped lines is always admitted within the time, since they might have been.
 *
 * @param since no earlier ones; null for all
 * @param until only earlier ones; null for all
 * @param unit of this unit inside the container; null for all
 * @param priority of this priority or a more important one, which a console does not have; null for all
 * @param grep with a match; null for all
 */
public record LogFilter(
        @Nullable Instant since,
        @Nullable Instant until,
        @Nullable String unit,
        @Nullable Integer priority,
        @Nullable TextPattern grep) {
    /** The priorities of syslog(3), by their number. */
    public static final List<String> PRIORITIES =
            List.of("emerg", "alert", "crit", "err", "warning", "notice", "info", "debug");

    private static final int LONGEST_UNIT = 256;

    /** Everything. */
    public static final LogFilter ALL = new LogFilter(null, null, null, null, null);

    /** Whether an entry is asked for. */
    boolean admits(LogEntry entry) {
        if (since != null && entry.at().isBefore(since)
                || until != null && !entry.at().isBefore(until)) {
            return false;
        }
        if (entry.dropped() != null) {
            return true;
        }
        Integer given = entry.priority();
        return (unit == null || unit.equals(entry.unit()))
                && (priority == null || given != null && given <= priority)
                && (grep == null || grep.isIn(entry.text()));
    }

    /**
     * The number of a priority that is given as a number or by its name, as for journalctl(1).
     *
     * @throws IllegalArgumentException if there is no such priority
     */
    public static int priority(String text) {
        int number = text.matches("[0-7]") ? text.charAt(0) - '0' : PRIORITIES.indexOf(text.toLowerCase(Locale.ROOT));
        if (number < 0) {
            throw new IllegalArgumentException(
                    "no such priority '" + text + "': give one of " + String.join(", ", PRIORITIES) + ", or 0 to 7");
        }
        return number;
    }

    /**
     * The name of a unit; a service may be given without its suffix, as for journalctl(1).
     *
     * @throws IllegalArgumentException if it is too long or empty
     */
    public static String unit(String text) {
        if (text.isEmpty() || text.length() > LONGEST_UNIT) {
            throw new IllegalArgumentException("give the name of a unit, such as nginx.service");
        }
        return text.contains(".") ? text : text + ".service";
    }
}
