package io.hatchery.bus;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import java.util.List;
import java.util.OptionalLong;

/** Reads one partition on behalf of a consumer group that has one member at a time, which the caller sees to. */
public interface PartitionReader {
    /** What to call the partition in messages: {@code <topic>-<partition>}. */
    String name();

    /** The group's committed offset; empty if there is none, or none any more: the broker forgets those of idle groups. */
    Future<OptionalLong> committed();

    /**
     * Begins; batches come in order, one at a time.
     *
     * @param offset of the first record to be handed over; what is no longer there is passed over
     */
    Future<Void> start(long offset, Handler<List<BusRecord>> batches);

    /**
     * Notes for the group where a next reader begins.
     *
     * @param offset of the first record that is to be read again
     */
    Future<Void> commit(long offset);

    /** Gives no more batches, or goes on to. */
    Future<Void> setPaused(boolean paused);

    /** Ends it. */
    Future<Void> close();
}
