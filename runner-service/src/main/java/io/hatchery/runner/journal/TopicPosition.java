package io.hatchery.runner.journal;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.hatchery.bus.PartitionExtent;
import java.time.Instant;
import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * How far a host has handled the single partition of a topic: every record below {@code next}, but for those that are open.
 * Handled for ever: neither the broker's committed offset, which expires, nor the memory of outcomes, which is bounded, is needed.
 *
 * @param topicId the topic's id on the broker; the offsets mean nothing in a topic of the same name with another id
 * @param next the offset of the first record that is not known
 * @param at the latest append time of the records below {@code next}; null if none of them was read
 * @param open the offsets below {@code next} of records that were taken on and have no outcome yet, at most {@value #MOST_OPEN}
 */
public record TopicPosition(
        String topicId, long next, @Nullable Instant at, SortedSet<Long> open) {
    /** The most records that are open at a time. The reader of commands stops reading there. */
    public static final int MOST_OPEN = 20_000;

    /** Keeps an immutable copy of the open offsets. */
    public TopicPosition {
        open = Collections.unmodifiableSortedSet(new TreeSet<>(open));
    }

    /** Of a topic of which nothing below that offset is to be handled. */
    public static TopicPosition of(String topicId, long next) {
        return new TopicPosition(topicId, next, null, Collections.emptySortedSet());
    }

    /** The offset of the first record that is not handled. */
    @JsonIgnore
    public long low() {
        return open.isEmpty() ? next : Math.min(open.first(), next);
    }

    /** Whether it lies in a topic of that extent: in another topic, or beyond the end of a truncated one, it does not. */
    public boolean liesIn(PartitionExtent extent) {
        return topicId.equals(extent.topicId()) && next <= extent.end();
    }

    /**
     * The position in a topic of that extent.
     *
     * @return this if it lies in there; one at the beginning if the topic is another; and if the topic was truncated, one at its
     *     end, with which {@link #isHandled} still finds the records that were written since
     */
    public TopicPosition in(PartitionExtent extent) {
        if (!topicId.equals(extent.topicId())) {
            return of(extent.topicId(), extent.beginning());
        }
        return next <= extent.end() ? this : new TopicPosition(topicId, extent.end(), at, open.headSet(extent.end()));
    }

    /**
     * Whether a record was handled.
     *
     * @param appended when the record was written; one that is younger than all that were read took the place of a lost one
     */
    public boolean isHandled(long offset, Instant appended) {
        return offset < next && !open.contains(offset) && (at == null || !appended.isAfter(at));
    }
}
