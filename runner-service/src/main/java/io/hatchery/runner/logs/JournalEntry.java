package io.hatchery.runner.logs;

import io.hatchery.protocol.LogEntry;
import io.hatchery.protocol.LogEntryBuilder;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An entry of a journal, of which only {@link #FIELDS} are known: systemd.journal-fields(7).
 *
 * @param fields the values by their names; long ones are cut
 * @param cut how many bytes of the message were left out
 */
record JournalEntry(SortedMap<String, String> fields, long cut) {
    /** The fields that a follower asks for. */
    static final String FIELDS = "MESSAGE,PRIORITY,SYSLOG_IDENTIFIER,_COMM,_PID,UNIT,_SYSTEMD_UNIT,_TRANSPORT";

    private static final String CURSOR = "__CURSOR";
    private static final int LONGEST_NAME = 256;
    private static final Pattern PLACE = Pattern.compile("s=([0-9a-f]{1,32});i=([0-9a-f]{1,15});.*");

    /** Keeps the map as it is, which nobody changes. */
    JournalEntry {
        fields = new TreeMap<>(fields);
    }

    /** Where a journal is read on after it. */
    String cursor() {
        return text(CURSOR, "");
    }

    /** Within one journald's journal, entries are numbered without gaps: sd_journal_get_cursor(3). */
    record JournalPlace(String epoch, long number) {}

    /** The place in a cursor; null if it has another form. */
    static @Nullable JournalPlace place(String cursor) {
        var found = PLACE.matcher(cursor);
        return found.matches() ? new JournalPlace(found.group(1), Long.parseLong(found.group(2), 16)) : null;
    }

    private String text(String name, String otherwise) {
        return fields.getOrDefault(name, otherwise);
    }

    private @Nullable String name(String field) {
        String value = fields.get(field);
        return value == null || value.isEmpty() ? null : value.substring(0, Math.min(value.length(), LONGEST_NAME));
    }

    private @Nullable Long number(String field, long most) {
        String value = text(field, "");
        if (!value.matches("\\d{1,18}")) {
            return null;
        }
        long number = Long.parseLong(value);
        return number <= most ? number : null;
    }

    /** A field; null if the entry does not have it. */
    @Nullable
    String field(String name) {
        return fields.get(name);
    }

    /** About how much memory it takes. */
    int size() {
        return fields.values().stream().mapToInt(String::length).sum();
    }

    /** How many entries of a unit journald has dropped before this one, which says so; 0 if it is another one. */
    long droppedByJournald() {
        Long dropped = text("_TRANSPORT", "").equals("driver") ? number("N_DROPPED", Integer.MAX_VALUE) : null;
        return dropped == null ? 0 : dropped;
    }

    /** The entry of the host's journal as a line of a console. */
    LogEntry consoleLine(@Nullable Long sequence, Instant now) {
        LogEntry line = line(sequence, now);
        return line.with(
                changed -> changed.unit(null).priority(null).identifier(null).pid(null));
    }

    /** The entry as a line of a log. */
    LogEntry line(@Nullable Long sequence, Instant now) {
        Long micros = number("__REALTIME_TIMESTAMP", Long.MAX_VALUE);
        Long priority = number("PRIORITY", 7);
        String identifier = name("SYSLOG_IDENTIFIER");
        // What the service manager says about a unit counts as that unit's, as for journalctl(1), --unit.
        String about = text("_PID", "").equals("1") ? name("UNIT") : null;
        String text = text("MESSAGE", "");
        int shown = Math.min(text.length(), LogEntry.MOST_CHARACTERS);
        return LogEntryBuilder.builder()
                .at(micros == null ? now : Instant.EPOCH.plus(micros, ChronoUnit.MICROS))
                .sequence(sequence)
                .text(text.substring(0, shown))
                .unit(about != null ? about : name("_SYSTEMD_UNIT"))
                .priority(priority == null ? null : priority.intValue())
                .identifier(identifier != null ? identifier : name("_COMM"))
                .pid(number("_PID", Integer.MAX_VALUE))
                .cut(cut + (text.length() - shown) == 0 ? null : cut + (text.length() - shown))
                .build();
    }

    static JournalEntry of(Map<String, String> fields, long cut) {
        return new JournalEntry(new TreeMap<>(fields), cut);
    }
}
