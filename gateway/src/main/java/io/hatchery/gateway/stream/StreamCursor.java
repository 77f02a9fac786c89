package io.hatchery.gateway.stream;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.hatchery.bus.GoneException;
import io.hatchery.bus.Offsets;
import io.hatchery.gateway.view.OpaqueToken;
import io.hatchery.protocol.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * How far a stream client has come: the offsets it has seen, and the ids of the topics that they are of. To clients it is opaque.
 *
 * @param ids of the topics, by name
 * @param offsets of the next records
 * @param at a time before which every record that was appended lies before the offsets, but for the moment by which one
 *     partition is read later than another; null in cursors of an earlier format
 */
public record StreamCursor(
        @JsonProperty("i") SortedMap<String, String> ids,
        @JsonProperty("o") Offsets offsets,
        @JsonProperty("t") @Nullable Instant at) {
    /** A cursor is served for this long; the day is for clocks, and for partitions that were read later than others. */
    public static final Duration KEPT = Topics.TOMBSTONES.minusDays(1);

    /** As it is given to clients: URL-safe text. */
    public String text() {
        return OpaqueToken.of(this);
    }

    /**
     * Reads what {@link #text} wrote.
     *
     * @param ids of the topics as they are now
     * @throws IllegalArgumentException if it is no cursor
     * @throws GoneException if it is of topics that are no more, or so old that deletions since then may be gone from them
     */
    public static StreamCursor parse(String text, SortedMap<String, String> ids, Instant now) {
        StreamCursor cursor = OpaqueToken.parse(
                text, StreamCursor.class, "since is not a cursor: give one that a message or a page carried");
        if (!cursor.ids.equals(ids) || !cursor.offsets.next().keySet().equals(ids.keySet())) {
            throw new GoneException("the topics that the cursor is of were created anew since");
        }
        cursor.requireServed(now);
        return cursor;
    }

    /**
     * Checks that no deletion since the cursor can be gone from the topics.
     *
     * @throws GoneException if one can
     */
    void requireServed(Instant now) {
        if (at == null) {
            throw new GoneException("the cursor is of an earlier version and does not say how old it is");
        }
        if (at.isBefore(now.minus(KEPT))) {
            throw new GoneException(
                    "the cursor is of " + at + ", and deletions are kept for " + KEPT.toDays() + " days");
        }
    }
}
