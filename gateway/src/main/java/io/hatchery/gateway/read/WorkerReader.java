package io.hatchery.gateway.read;

import io.hatchery.gateway.store.FleetDatabase;
import io.hatchery.gateway.view.FleetProjection;
import io.hatchery.gateway.view.FleetView;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Function;

/** Reads on worker threads. All calls come on one context, and so do their results. */
public final class WorkerReader implements FleetReader, AutoCloseable {
    /** How many queries run at a time; further ones wait in order. */
    private static final int THREADS = 4;

    /** How many states are held at a time, for snapshots of streams; further ones wait in order. */
    static final int MAX_HELD = FleetDatabase.MAX_READERS - THREADS - 4;

    private final FleetProjection projection;
    private final Context context;
    private final WorkerExecutor workers;
    private final Queue<Promise<HeldState>> waiting = new ArrayDeque<>();
    private int held;

    /** Reads this fleet. */
    public WorkerReader(Vertx vertx, FleetProjection projection) {
        this.projection = projection;
        this.context = vertx.getOrCreateContext();
        this.workers = vertx.createSharedWorkerExecutor("hatchery-gateway-read", THREADS);
    }

    @Override
    public <T> Future<T> read(Function<FleetView, T> query) {
        return workers.executeBlocking(() -> projection.read(query), false);
    }

    @Override
    public Future<HeldState> hold() {
        Promise<HeldState> promise = Promise.promise();
        waiting.add(promise);
        next();
        return promise.future();
    }

    private void next() {
        while (held < MAX_HELD && !waiting.isEmpty()) {
            held++;
            Promise<HeldState> promise = waiting.remove();
            workers.executeBlocking(() -> projection.database().beginRead(), false)
                    .<HeldState>map(Transaction::new)
                    .onFailure(e -> ended())
                    .onComplete(promise);
        }
    }

    private void ended() {
        held--;
        next();
    }

    private final class Transaction implements HeldState {
        private final FleetDatabase.ReadTransaction transaction;
        private Future<?> last = Future.succeededFuture();
        private boolean isClosed;

        Transaction(FleetDatabase.ReadTransaction transaction) {
            this.transaction = transaction;
        }

        @Override
        public <T> Future<T> read(Function<FleetView, T> query) {
            if (isClosed) {
                return Future.failedFuture(new IllegalStateException("the state is no longer held"));
            }
            Future<T> reading =
                    workers.executeBlocking(() -> query.apply(projection.view(transaction.session())), false);
            last = reading;
            return reading;
        }

        @Override
        public void close() {
            if (isClosed) {
                return;
            }
            isClosed = true;
            last.eventually(() -> workers.executeBlocking(
                            () -> {
                                transaction.close();
                                return null;
                            },
                            false))
                    .onComplete(closed -> context.runOnContext(any -> ended()));
        }
    }

    @Override
    public void close() {
        var _ = workers.close();
    }
}
