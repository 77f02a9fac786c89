package io.hatchery.bus;

import io.vertx.core.Future;
import java.util.Collection;
import java.util.Map;

/** Reads whole topics, outside any consumer group, and knows when it has read all that was there when it began. */
public interface Follower {
    /**
     * Follows these topics too, from their start.
     *
     * @return completes when everything that is there now was handed over; fails if a topic does not exist
     */
    Future<Void> follow(Collection<String> topics);

    /**
     * Follows some partitions of a topic.
     *
     * @param from by partition, the offset of the first record to be handed over; what is no longer there is passed over
     * @param to by partition, the offset before which everything is to have been handed over, as {@link Bus#ends} gives it
     * @return completes when that is so, which waits for transactions under way before it
     */
    Future<Void> followFrom(String topic, Map<Integer, Long> from, Map<Integer, Long> to);

    /** Completes when everything that is on the followed topics now was handed over. */
    Future<Void> catchUp();

    /** Ends it; nothing is handed over any more once the future is complete. */
    Future<Void> close();
}
