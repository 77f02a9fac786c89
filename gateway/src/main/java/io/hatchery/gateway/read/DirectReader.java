package io.hatchery.gateway.read;

import io.hatchery.gateway.view.FleetProjection;
import io.hatchery.gateway.view.FleetView;
import io.vertx.core.Future;
import java.util.function.Function;

/** Reads on the thread of the caller, from a database in memory. What it holds is the present state, not an old one. */
public final class DirectReader implements FleetReader {
    private final FleetProjection projection;

    /** Reads this fleet. */
    public DirectReader(FleetProjection projection) {
        this.projection = projection;
    }

    @Override
    public <T> Future<T> read(Function<FleetView, T> query) {
        try {
            return Future.succeededFuture(projection.read(query));
        } catch (RuntimeException e) {
            return Future.failedFuture(e);
        }
    }

    @Override
    public Future<HeldState> hold() {
        return Future.succeededFuture(new HeldState() {
            @Override
            public <T> Future<T> read(Function<FleetView, T> query) {
                return DirectReader.this.read(query);
            }

            @Override
            public void close() {}
        });
    }
}
