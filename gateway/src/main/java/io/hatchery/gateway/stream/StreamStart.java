package io.hatchery.gateway.stream;

import io.hatchery.bus.GoneException;
import io.hatchery.bus.Offsets;
import io.hatchery.gateway.view.FleetView;
import io.hatchery.gateway.view.Operation;
import io.hatchery.gateway.view.OperationQuery;
import io.hatchery.gateway.view.ScopedChange;
import io.hatchery.gateway.view.StreamChange;
import io.hatchery.protocol.Heartbeat;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings a client to the present, after which it gets live changes: with a snapshot, or with what it missed. */
final class StreamStart {
    /** An outcome may be read so much later than newer records of other partitions. Clients ignore what they have already. */
    private static final Duration PARTITION_LAG = Duration.ofMinutes(1);

    private static final Logger LOG = LoggerFactory.getLogger(StreamStart.class);

    private final StreamSubscription watcher;
    private final StreamReplay.Sources sources;
    private final ReadPosition read;
    private final Supplier<Collection<Heartbeat>> hosts;

    /**
     * @param watcher whose live changes wait
     * @param read how far the gateway has read
     * @param hosts gives the last heartbeat of each host
     */
    StreamStart(
            StreamSubscription watcher,
            StreamReplay.Sources sources,
            ReadPosition read,
            Supplier<Collection<Heartbeat>> hosts) {
        this.watcher = watcher;
        this.sources = sources;
        this.read = read;
        this.hosts = hosts;
    }

    /**
     * Begins; what goes wrong closes the client.
     *
     * @param since the client's cursor; null for a snapshot
     */
    void begin(@Nullable StreamCursor since) {
        if (since == null) {
            snapshot(null);
        } else if (watcher.filter().isScoped()) {
            resumeInScope(since);
        } else {
            replay(since, since.offsets(), false);
        }
    }

    /**
     * @param resumed the time of the cursor of a client that has what happened since then; null for one without a cursor
     */
    private void snapshot(@Nullable Instant resumed) {
        Instant readAt = read.readAt();
        new StreamSnapshot(watcher, sources.clock())
                .send(sources.reader())
                .onSuccess(positions -> {
                    StreamCursor cursor = read.cursorAt(positions.next(), readAt);
                    if (resumed == null) {
                        watcher.includes(cursor.offsets());
                    }
                    if (watcher.isOverrun()) {
                        replay(cursor, cursor.offsets(), true);
                    } else {
                        finish(cursor, cursor, resumed);
                    }
                })
                .onFailure(e -> {
                    LOG.warn("a snapshot cannot be read: {}", e.getMessage());
                    watcher.outgoing().close(StreamSubscription.TRY_AGAIN_LATER, shortened(e.getMessage()));
                });
    }

    /**
     * Which containers have left the scope since the cursor is not known, and the client must not learn of others that changed: it gets
     * what happened to those in scope, and then a snapshot.
     */
    private void resumeInScope(StreamCursor since) {
        StreamCursor until = read.cursor();
        watcher.includes(until.offsets());
        var types = EnumSet.of(StreamType.EVENT);
        types.retainAll(watcher.filter().types());
        new StreamReplay(sources, watcher, watcher.filter().withTypes(types), since, until)
                .start()
                .map(done -> {
                    since.requireServed(sources.clock().instant());
                    snapshot(since.at());
                    return null;
                })
                .onFailure(e -> refuse(e));
    }

    private void refuse(Throwable e) {
        LOG.warn("a cursor cannot be served: {}", e.getMessage());
        int code = e instanceof GoneException ? Streams.GONE : StreamSubscription.TRY_AGAIN_LATER;
        watcher.outgoing().close(code, shortened(e.getMessage()));
    }

    /** A replay that was overrun continues where the one before ended. */
    private void replay(StreamCursor since, Offsets from, boolean isContinued) {
        if (watcher.filter().isScoped()) {
            watcher.outgoing().close(StreamSubscription.TRY_AGAIN_LATER, "too slow: come back with since=<cursor>");
            return;
        }
        StreamCursor until = read.cursor();
        watcher.hold();
        watcher.includes(until.offsets());
        new StreamReplay(sources, watcher, watcher.filter(), new StreamCursor(until.ids(), from, since.at()), until)
                .start()
                .map(done -> {
                    since.requireServed(sources.clock().instant());
                    if (watcher.isOverrun()) {
                        replay(since, until.offsets(), true);
                        return null;
                    }
                    if (isContinued) {
                        replayLostHosts(until);
                    }
                    finish(until, since, since.at());
                    return null;
                })
                .onFailure(e -> refuse(e));
    }

    /**
     * Sends the operations, and that live changes follow.
     *
     * @param cursor up to which the client has everything
     * @param begun where the client began
     * @param ended operations that ended from then on are sent too; null for pending ones alone
     */
    private void finish(StreamCursor cursor, StreamCursor begun, @Nullable Instant ended) {
        sendOperations(ended).onComplete(sent -> {
            if (sent.failed()) {
                LOG.warn("operations cannot be read: {}", sent.cause().getMessage());
                watcher.outgoing()
                        .close(
                                StreamSubscription.TRY_AGAIN_LATER,
                                shortened(sent.cause().getMessage()));
                return;
            }
            if (watcher.isOverrun()) { // while the operations were read
                replay(begun, cursor.offsets(), true);
                return;
            }
            watcher.missed(StreamMessages.synced(cursor));
            watcher.release();
        });
    }

    private Future<Void> sendOperations(@Nullable Instant ended) {
        StreamFilter filter = watcher.filter();
        if (!filter.types().contains(StreamType.OPERATION)) {
            return Future.succeededFuture();
        }
        var query = OperationQuery.of(filter.container(), filter.host());
        return sources.reader()
                .read(whole -> {
                    FleetView view = whole.seenBy(filter.principal());
                    var operations = new ArrayList<>(view.operations(query.pending(), Streams.MAX_OPERATIONS));
                    if (ended != null) {
                        operations.addAll(
                                view.operationsEndedSince(ended.minus(PARTITION_LAG), query, Streams.MAX_OPERATIONS));
                    }
                    return operations.stream()
                            .map(operation -> scoped(view, operation))
                            .toList();
                })
                .map(changes -> {
                    changes.stream()
                            .filter(change -> filter.admit(change) == StreamFilter.Admission.CHANGE)
                            .forEach(change -> watcher.missed(StreamMessages.of(change.change(), null)));
                    return null;
                });
    }

    private static ScopedChange scoped(FleetView view, Operation operation) {
        var traits = view.traits(operation.container()).orElse(null);
        return new ScopedChange(new StreamChange.OperationChange(operation), traits, traits, null);
    }

    /** No record reports that a host is silent, and live changes of an overrun subscription were dropped. */
    private void replayLostHosts(StreamCursor after) {
        Instant now = sources.clock().instant();
        hosts.get().stream()
                .filter(host -> !host.isAlive(now))
                .forEach(host -> watcher.replay(
                        new StreamChange.HostChange(host.status().host(), FleetView.resource(host, now)), after));
    }

    /** A close reason has at most 123 bytes (RFC 6455, 5.5). */
    private static String shortened(@Nullable String text) {
        String words = String.valueOf(text);
        return words.length() <= 100 ? words : words.substring(0, 100);
    }
}
