package io.hatchery.runner.journal;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.hatchery.bus.PartitionExtent;
import java.time.Instant;
import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The position up to which a host has handled the single partition of a topic: every record below {@code next} except the open ones.
 * Unlike the broker's committed offset it does not expire, and unlike the ledger it is complete.
 *
 * @param topicId the topic's id on the broker; the offsets are void in a topic of the same name with another id
 * @param next the offset of the first record that was not read
 * @param at the latest append time of the records below {@code next}; null if none of them was read
 * @param open the offsets below {@code next} of accepted records without an outcome, at most {@value #MOST_OPEN}
 */
public record TopicPosition(
        String topicId, long next, @Nullable Instant at, SortedSet<Long> open) {
    /** The maximum of open records. The reader of commands pauses at it. */
    public static final int MOST_OPEN = 20_000;

    /** Keeps an immutable copy of the open offsets. */
    public TopicPosition {
        open = Collections.unmodifiableSortedSet(new TreeSet<>(open));
    }

    /** The position in a topic whose records below that offset are not handled. */
    public static TopicPosition of(String topicId, long next) {
        return new TopicPosition(topicId, next, null, Collections.emptySortedSet());
    }

    /** The offset of the first record that is not handled. */
    @JsonIgnore
    public long low() {
        return open.isEmpty() ? next : Math.min(open.first(), next);
    }

    /** Whether the position is valid for a topic of that extent. It is not in another topic, nor beyond the end of a truncated one. */
    public boolean liesIn(PartitionExtent extent) {
        return topicId.equals(extent.topicId()) && next <= extent.end();
    }

    /**
     * The position in a topic of that extent.
     *
     * @return this position if it is valid; the beginning if the topic is another one; the end if the topic was truncated, where
     *     {@link #isHandled} still recognizes records that were written since
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
     * @param appended append time of the record; one that is younger than all handled records replaced a lost one
     */
    public boolean isHandled(long offset, Instant appended) {
        return offset < next && !open.contains(offset) && (at == null || !appended.isAfter(at));
    }
}
