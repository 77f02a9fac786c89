package io.hatchery.gateway.read;

import io.hatchery.gateway.view.FleetView;
import io.vertx.core.Future;
import java.util.function.Function;

/** Reads the fleet without blocking the caller. */
public interface FleetReader {
    /** Reads the fleet as it is now: a query sees one state. */
    <T> Future<T> read(Function<FleetView, T> query);

    /**
     * Holds the state of the fleet for several queries. It must be closed, because the log of the database grows as long as it is held.
     *
     * @return completes when it is held, which may wait for others
     */
    Future<HeldState> hold();

    /** One state of the fleet. */
    interface HeldState {
        /** Reads that state; one query at a time. */
        <T> Future<T> read(Function<FleetView, T> query);

        /** Ends it; a second call does nothing. */
        void close();
    }
}
