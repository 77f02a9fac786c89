package io.hatchery.bus;

import io.vertx.core.Future;

/** Writes to the bus. */
public interface Publisher {
    /**
     * Writes a message.
     *
     * @return where it lies, once every replica has it; failed if that is not known in time, in which case it may lie there
     */
    Future<Position> publish(Message message);

    /** Writes a record that nobody could read to the dead letters, its bytes untouched. */
    Future<Position> sendToDeadLetter(BusRecord record, String reader, String reason);
}
