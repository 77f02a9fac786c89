package io.hatchery.bus;

import io.hatchery.protocol.Topic;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import java.util.Collection;
import java.util.Map;

/** What a service needs of Kafka. Futures complete, and handlers are called, on the context that is current at the call. */
public interface Bus {
    /** Makes sure that topics are there and kept as they must be; fails with {@link BusException} if the broker is away. */
    Future<Void> ensure(Collection<Topic> topics);

    /** By partition of a topic, the offset that its next record will have, transactions under way included. */
    Future<Map<Integer, Long>> ends(String topic);

    /**
     * What the single partition of a topic holds now.
     *
     * @return fails with {@link BusException} if the topic does not exist or the broker does not answer
     */
    Future<PartitionExtent> extent(String topic);

    /**
     * A writer.
     *
     * @param patience how long it tries, in milliseconds
     */
    Publisher publisher(int patience);

    /**
     * A reader of whole topics.
     *
     * @param name for its thread and in messages
     * @param onRecord gets every record, in order within a partition
     * @param onFailure is called when reading cannot go on, which neither an absent broker nor refused credentials cause
     */
    Follower follower(String name, Handler<BusRecord> onRecord, Handler<Throwable> onFailure);

    /**
     * A reader of a topic's single partition.
     *
     * @param group whose offsets are committed
     * @param onFailure takes the reason when reading cannot continue
     */
    PartitionReader partition(String topic, String group, Handler<Throwable> onFailure);
}
