package io.hatchery.gateway.stream;

import io.hatchery.bus.BusRecord;
import io.hatchery.bus.Offsets;
import io.hatchery.gateway.view.StreamChange;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.Optional;
import java.util.function.Function;

/**
 * Sends a client what it missed, a page at a time. Between pages nothing is read and no reader is held: the next page is read when the
 * client has taken the last one.
 */
final class StreamReplay {
    private final Streams.Replay log;
    private final StreamSubscription client;
    private final StreamCursor since;
    private final StreamCursor until;
    private final Function<BusRecord, Optional<StreamChange>> changes;
    private final Promise<Void> done = Promise.promise();
    private Offsets read;

    /**
     * @param since the cursor that the client brought
     * @param until where live changes begin
     * @param changes what a record changes for clients; empty if nothing
     */
    StreamReplay(
            Streams.Replay log,
            StreamSubscription client,
            StreamCursor since,
            StreamCursor until,
            Function<BusRecord, Optional<StreamChange>> changes) {
        this.log = log;
        this.client = client;
        this.since = since;
        this.until = until;
        this.changes = changes;
        this.read = since.offsets();
    }

    /** Completes when all that the client missed was handed to its subscription; never if the client leaves before. */
    Future<Void> start() {
        nextPage();
        return done.future();
    }

    private void nextPage() {
        log.read(read, until.offsets(), this::take).onFailure(done::tryFail).onSuccess(next -> {
            read = next;
            if (next.equals(until.offsets())) {
                done.tryComplete();
            } else if (!client.outgoing().isClosed()) {
                client.drained().onSuccess(taken -> nextPage());
            }
        });
    }

    private boolean take(BusRecord record) {
        read = read.after(record);
        // Partitions are read one after the other: until all are, the oldest of them is as old as the client's cursor.
        changes.apply(record)
                .ifPresent(change -> client.replay(change, new StreamCursor(until.ids(), read, since.at())));
        return !client.hasFullPage() && !client.outgoing().isClosed();
    }
}
