package io.hatchery.gateway.stream;

import io.hatchery.bus.BusRecord;
import io.hatchery.bus.Offsets;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Predicate;

/** Limits how many replays read at a time, since each costs a consumer and a thread; further ones wait in order. All calls come on one context. */
public final class BoundedReplay implements Streams.Replay {
    private final Streams.Replay log;
    private final int most;
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private int reading;

    /**
     * @param most how many read at a time
     */
    public BoundedReplay(Streams.Replay log, int most) {
        this.log = log;
        this.most = most;
    }

    @Override
    public Future<Offsets> read(Offsets from, Offsets to, Predicate<BusRecord> onRecord) {
        Promise<Offsets> done = Promise.promise();
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

    /** How many read or wait. */
    public int pending() {
        return reading + waiting.size();
    }
}
