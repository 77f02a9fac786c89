package io.hatchery.bus;

import io.vertx.core.Future;
import java.time.Instant;
import java.util.Collection;

/** Reads whole topics, outside any consumer group, and knows when it has read all that was there when it began. */
public interface Follower {
    /**
     * Follows these topics too, from their start.
     *
     * @return completes when everything that is there now was handed over; fails if a topic does not exist
     */
    Future<Void> follow(Collection<String> topics);

    /** Follows these topics too, from the first record that is not older than that; otherwise as {@link #follow}. */
    Future<Void> followSince(Collection<String> topics, Instant since);

    /** Ends it; nothing is handed over any more once the future is complete. */
    Future<Void> close();
}
