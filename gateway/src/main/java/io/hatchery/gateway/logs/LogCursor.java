package io.hatchery.gateway.logs;

import io.hatchery.spec.HostName;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Where the log of a container is read on: after what was read of each host's topic.
 *
 * @param places by host; a host that is not named was not read yet
 */
public record LogCursor(SortedMap<HostName, Place> places) {
    /** A container that has been on more hosts within a week is read on the latest of them. */
    static final int MOST_HOSTS = 64;

    private static final Pattern PLACE = Pattern.compile("([a-z0-9-]{1,64}):(\\d{1,18}):(\\d{1,9})");

    /** Keeps an immutable copy. */
    public LogCursor {
        places = Collections.unmodifiableSortedMap(new TreeMap<>(places));
    }

    /**
     * A place in a topic.
     *
     * @param offset of the record that is read next
     * @param index of its entry that is read next
     */
    public record Place(long offset, int index) {}

    /**
     * Reads a cursor as {@link #text} writes it.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static LogCursor parse(String text) {
        var places = new TreeMap<HostName, Place>();
        for (String part : text.split(",", MOST_HOSTS + 1)) {
            var found = PLACE.matcher(part);
            if (!found.matches()) {
                throw new IllegalArgumentException("give the cursor of a line of a log");
            }
            places.put(
                    new HostName(found.group(1)),
                    new Place(Long.parseLong(found.group(2)), Integer.parseInt(found.group(3))));
        }
        return new LogCursor(places);
    }

    /** As text, for a URL. */
    public String text() {
        return text(places);
    }

    static String text(SortedMap<HostName, Place> places) {
        return places.entrySet().stream()
                .map(place -> place.getKey() + ":" + place.getValue().offset() + ":"
                        + place.getValue().index())
                .collect(Collectors.joining(","));
    }
}
