package io.hatchery.gateway.http;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.bus.BusRecord;
import io.hatchery.bus.Offsets;
import io.hatchery.gateway.view.OpaqueToken;
import io.hatchery.spec.ContainerName;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One page of events, merged from the partitions by time: the newest there are, or the oldest after a cursor. Holds at most as many as
 * the page has.
 */
final class EventPage {
    /**
     * What the page shows.
     *
     * @param container only what happened to this one; null for all
     * @param from only what happened then or later; null for no bound
     * @param until only what happened before; null for no bound
     * @param newest whether the page ends with the last event instead of beginning with the first
     * @param before with newest: only what comes before that event; null for no bound
     * @param limit how many it has at most, at least 1
     */
    record Query(
            @Nullable ContainerName container,
            @Nullable Instant from,
            @Nullable Instant until,
            boolean newest,
            @Nullable Before before,
            int limit) {}

    /**
     * The place of an event in the order of time, which pages backwards begin before. To clients it is opaque.
     *
     * @param at when it happened, as the page orders it
     */
    record Before(
            @JsonProperty("t") Instant at,
            @JsonProperty("p") int partition,
            @JsonProperty("o") long offset) {
        private static final Comparator<Before> ORDER = Comparator.comparing(Before::at)
                .thenComparingInt(Before::partition)
                .thenComparingLong(Before::offset);

        String text() {
            return OpaqueToken.of(this);
        }

        /**
         * Reads what {@link #text} wrote.
         *
         * @throws IllegalArgumentException if it is something else
         */
        static Before parse(String text) {
            return OpaqueToken.parse(text, Before.class, "give the previous of a page, as it was received");
        }
    }

    /**
     * An event on the page.
     *
     * @param at orders the events that are shown: never before an earlier event of the same container
     * @param pageAt decides which events are on a page after a cursor: never before an earlier event of the same partition, so that a page has a
     *     whole beginning of each partition, and a cursor can say where the next one begins
     */
    private record EventEntry(Instant at, Instant pageAt, int partition, long offset, ObjectNode body) {
        Before place() {
            return new Before(at, partition, offset);
        }
    }

    private static final Comparator<EventEntry> BY_PAGE = Comparator.comparing(EventEntry::pageAt)
            .thenComparingInt(EventEntry::partition)
            .thenComparingLong(EventEntry::offset);
    private static final Comparator<EventEntry> BY_TIME = Comparator.comparing(EventEntry::place, Before.ORDER);

    private final Query query;
    private final PriorityQueue<EventEntry> kept;
    private final Map<Integer, Instant> reached = new HashMap<>();
    /** Bounded by the containers that had an event within the topic's retention. */
    private final Map<String, Instant> reachedByContainer = new HashMap<>();

    private final Map<Integer, Long> firstDropped = new HashMap<>();

    EventPage(Query query) {
        this.query = query;
        this.kept = new PriorityQueue<>(query.newest ? BY_TIME : BY_PAGE.reversed());
    }

    /** Whether a record's key is asked for. */
    boolean admits(BusRecord record) {
        return query.container == null || record.key().equals(query.container.value());
    }

    /**
     * Takes an event. Those of a partition come in the order of their offsets.
     *
     * @param body as the page shows it
     * @param at when it happened, by the clock of its reporter
     */
    void take(BusRecord record, ObjectNode body, Instant at) {
        if (query.from != null && at.isBefore(query.from) || query.until != null && !at.isBefore(query.until)) {
            return;
        }
        // A clock that is ahead must not put an event after those that follow it, nor a clock that is behind before.
        Instant written = record.timestamp();
        Instant time = at.isBefore(written) ? at : written;
        var entry = new EventEntry(
                reachedByContainer.merge(record.key(), time, EventPage::later),
                reached.merge(record.partition(), time, EventPage::later),
                record.partition(),
                record.offset(),
                body);
        if (query.before != null && Before.ORDER.compare(entry.place(), query.before) >= 0) {
            return;
        }
        kept.add(entry);
        if (kept.size() > query.limit) {
            EventEntry dropped = kept.remove();
            firstDropped.merge(dropped.partition, dropped.offset, Math::min);
        }
    }

    private static Instant later(Instant one, Instant other) {
        return one.isBefore(other) ? other : one;
    }

    /** The events, oldest first. */
    List<ObjectNode> items() {
        return kept.stream().sorted(BY_TIME).map(EventEntry::body).toList();
    }

    /** What the page of earlier events is to come before; empty if there are none. */
    Optional<Before> previous() {
        return firstDropped.isEmpty() || !query.newest
                ? Optional.empty()
                : kept.stream().min(BY_TIME).map(EventEntry::place);
    }

    /**
     * Where the next page begins.
     *
     * @param topic the events'
     * @param read as far as records were offered to this page
     */
    Offsets next(String topic, Offsets read) {
        var next = new TreeMap<>(read.next());
        if (!query.newest) {
            var offsets = new ArrayList<>(next.getOrDefault(topic, List.of()));
            firstDropped.forEach((partition, offset) -> offsets.set(partition, offset));
            next.put(topic, offsets);
        }
        return new Offsets(next);
    }
}
