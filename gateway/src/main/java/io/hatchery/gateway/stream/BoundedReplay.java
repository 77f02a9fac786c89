package io.hatchery.gateway.stream;

import io.hatchery.bus.BusRecord;
import io.hatchery.bus.Offsets;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.Queue;

/** Reads again what is past, so many times at a time, since each costs a consumer and a thread; further ones wait. All calls come on one context. */
public final class BoundedReplay implements Streams.Replay {
    private final Streams.Replay log;
    private final int most;
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private int reading;

    /** None is under way. */
    public BoundedReplay(Streams.Replay log, int most) {
        this.log = log;
        this.most = most;
    }

    @Override
    public Future<Void> read(Offsets from, Offsets to, Handler<BusRecord> onRecord) {
        Promise<Void> done = Promise.promise();
        waiting.add(() -> log.read(from, to, onRecord)
                .eventually(() -> {
                    reading--;
                    next();
                    return Future.succeededFuture();
                })
                .onComplete(done));
        next();
        return done.future();
    }

    private void next() {
        while (reading < most && !waiting.isEmpty()) {
            reading++;
            waiting.remove().run();
        }
    }

    /** How many are under way or wait. */
    public int pending() {
        return reading + waiting.size();
    }
}
