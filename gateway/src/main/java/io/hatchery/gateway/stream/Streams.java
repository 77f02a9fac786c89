package io.hatchery.gateway.stream;

import io.hatchery.bus.BusRecord;
import io.hatchery.bus.GoneException;
import io.hatchery.bus.Offsets;
import io.hatchery.gateway.access.ApiPrincipal;
import io.hatchery.gateway.read.FleetReader;
import io.hatchery.gateway.view.FleetRecord;
import io.hatchery.gateway.view.FleetView;
import io.hatchery.gateway.view.Operation;
import io.hatchery.gateway.view.OperationQuery;
import io.hatchery.gateway.view.ScopedChange;
import io.hatchery.gateway.view.StreamChange;
import io.hatchery.protocol.Heartbeat;
import io.hatchery.protocol.Topics;
import io.hatchery.spec.HostName;
import io.hatchery.spec.json.UnreadableException;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The clients of the stream, and how far the gateway has read. All calls come on one context. */
public final class Streams {
    /** The topics whose records stream clients get, and so those of a cursor. */
    public static final List<String> TOPICS =
            List.of(Topics.EVALUATIONS.name(), Topics.EVENTS.name(), Topics.HOSTS.name(), Topics.STATUS.name());

    /** How many clients there may be: each costs a connection and up to {@link StreamSubscription#MOST_WAITING} references to changes. */
    public static final int MAX_CLIENTS = 20_000;

    /** How many pending operations, and how many that ended while the client was away, it gets when it connects. */
    static final int MAX_OPERATIONS = 1_000;

    /** An outcome may be read so much later than newer records of other partitions. Clients ignore what they have already. */
    private static final Duration PARTITION_LAG = Duration.ofMinutes(1);

    /** RFC 6455, 7.4.1: going away. */
    static final int GOING_AWAY = 1001;
    /** 410 after the upgrade. */
    static final int GONE = 4410;
    /** 401 after the upgrade. */
    static final int UNAUTHORIZED = 4401;

    private static final Logger LOG = LoggerFactory.getLogger(Streams.class);

    private final Clock clock;
    private final Supplier<Collection<Heartbeat>> hosts;
    private final FleetReader reader;
    private final Replay log;
    private final BiConsumer<BusRecord, Throwable> refused;
    private final Watchers watchers = new Watchers();
    private final Set<StreamSubscription> inBatch = new HashSet<>();
    private final Map<HostName, Boolean> alive = new HashMap<>();
    private final ReadPosition read = new ReadPosition(TOPICS);
    private int opening;

    /** Reads records of the past again. */
    public interface Replay {
        /**
         * Reads the records from some offsets up to others, in order in each partition.
         *
         * @param onRecord takes a record and returns whether to read on
         * @return the offsets to continue from: {@code to} if all records were taken; fails with {@link GoneException} if some no
         *     longer exist
         */
        Future<Offsets> read(Offsets from, Offsets to, Predicate<BusRecord> onRecord);
    }

    /**
     * What a client wants to see.
     *
     * @param since from there on; null for a snapshot first
     */
    public record Request(StreamFilter filter, @Nullable StreamCursor since) {}

    /**
     * Has no clients yet.
     *
     * @param hosts gives the last heartbeat of each host
     * @param refused gets each record of a replay that cannot be read, and why
     */
    public Streams(
            Clock clock,
            Supplier<Collection<Heartbeat>> hosts,
            FleetReader reader,
            Replay log,
            BiConsumer<BusRecord, Throwable> refused) {
        this.clock = clock;
        this.hosts = hosts;
        this.reader = reader;
        this.log = log;
        this.refused = refused;
    }

    /**
     * The gateway has read that far, and goes on from there with {@link #folded}.
     *
     * @param at a time before which every record that was appended has been read
     */
    public void begin(SortedMap<String, String> ids, Offsets readTo, Instant at) {
        read.begin(ids, readTo);
        caughtUp(at);
    }

    /** Every record that was appended before that time has been read: cursors of a fleet where nothing happens do not age. */
    public void caughtUp(Instant at) {
        read.caughtUp(at);
    }

    /** A record was folded, with these changes. {@link #endBatch} must follow. */
    public void folded(BusRecord record, List<ScopedChange> changes) {
        passed(record);
        changes.forEach(change -> send(record, change));
    }

    private void send(@Nullable BusRecord record, ScopedChange change) {
        var messages = new ScopedMessages(change);
        watchers.of(change.change().container(), watcher -> {
            StreamMessage message = messages.admittedBy(watcher.filter());
            if (message != null && watcher.live(record, message)) {
                inBatch.add(watcher);
            }
        });
    }

    /** The records since the last call are folded completely. */
    public void endBatch() {
        if (inBatch.isEmpty()) {
            return;
        }
        String cursor = cursor().text();
        inBatch.forEach(watcher -> watcher.endBatch(cursor));
        inBatch.clear();
    }

    private void passed(BusRecord record) {
        if (read.passed(record)) {
            Instant now = clock.instant();
            caughtUp(record.timestamp().isAfter(now) ? now : record.timestamp());
        }
    }

    /** Whether one more client may come; it is counted until it is {@link #opened}, and as a client from then on. */
    public boolean admit() {
        if (watchers.size() + opening >= MAX_CLIENTS) {
            return false;
        }
        opening++;
        return true;
    }

    /** The connection of a client that was admitted is open, or has failed. */
    public void opened() {
        opening--;
    }

    /** How many clients there are. */
    public int watching() {
        return watchers.size();
    }

    /** Where the gateway is now. */
    public StreamCursor cursor() {
        return read.cursor();
    }

    /**
     * The cursor of a state of the database.
     *
     * @param positions up to which it has the records of the {@link #TOPICS}
     * @param readAt the time of the present cursor before the state was read
     */
    public StreamCursor cursorAt(Map<String, Map<Integer, Long>> positions, Instant readAt) {
        return new StreamCursor(read.topicIds(), read.at(positions), readAt);
    }

    /** The time of the present cursor. */
    public Instant readAt() {
        return read.readAt();
    }

    /**
     * Reads a cursor that a client brought.
     *
     * @throws IllegalArgumentException if it is none
     * @throws GoneException if it is of topics that are no more, or too old
     */
    public StreamCursor parse(String since) {
        return StreamCursor.parse(since, read.topicIds(), clock.instant());
    }

    /** Serves a client: from a snapshot, or from its cursor. */
    public StreamSubscription watch(OutboundChannel outgoing, Request request) {
        var watcher = new StreamSubscription(outgoing, request.filter(), clock);
        watchers.add(watcher);
        watcher.hold();
        if (request.since() == null) {
            snapshot(watcher, null);
        } else if (request.filter().isScoped()) {
            resumeInScope(watcher, request.since());
        } else {
            resume(watcher, request.since());
        }
        return watcher;
    }

    /** A client has gone. */
    public void remove(StreamSubscription watcher) {
        watchers.remove(watcher);
        watcher.ended();
    }

    /**
     * @param resumed the time of the cursor of a client that has what happened since then; null for one without a cursor
     */
    private void snapshot(StreamSubscription watcher, @Nullable Instant resumed) {
        Instant readAt = read.readAt();
        new StreamSnapshot(watcher, clock)
                .send(reader)
                .onSuccess(positions -> {
                    StreamCursor cursor = cursorAt(positions.next(), readAt);
                    if (resumed == null) {
                        watcher.includes(cursor.offsets());
                    }
                    if (watcher.isOverrun()) {
                        replay(watcher, cursor, cursor.offsets(), true);
                    } else {
                        finish(watcher, cursor, cursor, resumed);
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
    private void resumeInScope(StreamSubscription watcher, StreamCursor since) {
        StreamCursor until = cursor();
        watcher.includes(until.offsets());
        var types = EnumSet.of(StreamType.EVENT);
        types.retainAll(watcher.filter().types());
        var sources = new StreamReplay.Sources(log, reader, clock, this::content);
        new StreamReplay(sources, watcher, watcher.filter().withTypes(types), since, until)
                .start()
                .map(done -> {
                    since.requireServed(clock.instant());
                    snapshot(watcher, since.at());
                    return null;
                })
                .onFailure(e -> refuse(watcher, e));
    }

    private static void refuse(StreamSubscription watcher, Throwable e) {
        LOG.warn("a cursor cannot be served: {}", e.getMessage());
        int code = e instanceof GoneException ? GONE : StreamSubscription.TRY_AGAIN_LATER;
        watcher.outgoing().close(code, shortened(e.getMessage()));
    }

    private void resume(StreamSubscription watcher, StreamCursor since) {
        replay(watcher, since, since.offsets(), false);
    }

    /** A replay that was overrun continues where the one before ended. */
    private void replay(StreamSubscription watcher, StreamCursor since, Offsets from, boolean isContinued) {
        if (watcher.filter().isScoped()) {
            watcher.outgoing().close(StreamSubscription.TRY_AGAIN_LATER, "too slow: come back with since=<cursor>");
            return;
        }
        StreamCursor until = cursor();
        watcher.hold();
        watcher.includes(until.offsets());
        var sources = new StreamReplay.Sources(log, reader, clock, this::content);
        new StreamReplay(sources, watcher, watcher.filter(), new StreamCursor(until.ids(), from, since.at()), until)
                .start()
                .map(done -> {
                    since.requireServed(clock.instant());
                    if (watcher.isOverrun()) {
                        replay(watcher, since, until.offsets(), true);
                        return null;
                    }
                    if (isContinued) {
                        replayLostHosts(watcher, until);
                    }
                    finish(watcher, until, since, since.at());
                    return null;
                })
                .onFailure(e -> refuse(watcher, e));
    }

    /**
     * Sends the operations, and that live changes follow.
     *
     * @param cursor up to which the client has everything
     * @param begun where the client began
     * @param ended operations that ended from then on are sent too; null for pending ones alone
     */
    private void finish(StreamSubscription watcher, StreamCursor cursor, StreamCursor begun, @Nullable Instant ended) {
        sendOperations(watcher, ended).onComplete(sent -> {
            if (sent.failed()) {
                LOG.warn("operations cannot be read: {}", sent.cause().getMessage());
                watcher.outgoing()
                        .close(
                                StreamSubscription.TRY_AGAIN_LATER,
                                shortened(sent.cause().getMessage()));
                return;
            }
            if (watcher.isOverrun()) { // while the operations were read
                replay(watcher, begun, cursor.offsets(), true);
                return;
            }
            watcher.missed(StreamMessages.synced(cursor));
            watcher.release();
        });
    }

    private Future<Void> sendOperations(StreamSubscription watcher, @Nullable Instant ended) {
        StreamFilter filter = watcher.filter();
        if (!filter.types().contains(StreamType.OPERATION)) {
            return Future.succeededFuture();
        }
        var query = OperationQuery.of(filter.container(), filter.host());
        return reader.read(whole -> {
                    FleetView view = whole.seenBy(filter.principal());
                    var operations = new ArrayList<>(view.operations(query.pending(), MAX_OPERATIONS));
                    if (ended != null) {
                        operations.addAll(view.operationsEndedSince(ended.minus(PARTITION_LAG), query, MAX_OPERATIONS));
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
    private void replayLostHosts(StreamSubscription watcher, StreamCursor after) {
        Instant now = clock.instant();
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

    private Optional<FleetRecord> content(BusRecord record) {
        try {
            return Optional.of(FleetRecord.read(record));
        } catch (UnreadableException | RuntimeException | StackOverflowError e) {
            refused.accept(record, e);
            return Optional.empty();
        }
    }

    /** Of how many hosts it is known whether they were alive last. */
    int knownAlive() {
        return alive.size();
    }

    /**
     * Sends clients the hosts that are lost, by the clock, or are back: no record reports that a host is silent, and a heartbeat that
     * arrived late changes nothing but its time.
     */
    public void lookForLostHosts() {
        Instant now = clock.instant();
        Collection<Heartbeat> known = hosts.get();
        for (Heartbeat host : known) {
            boolean isAlive = host.isAlive(now);
            Boolean before = alive.put(host.status().host(), isAlive);
            if (before != null && before != isAlive) {
                send(
                        null,
                        ScopedChange.ofFleet(
                                new StreamChange.HostChange(host.status().host(), FleetView.resource(host, now))));
            }
        }
        if (alive.size() > known.size()) {
            var names = new HashSet<HostName>();
            known.forEach(host -> names.add(host.status().host()));
            alive.keySet().retainAll(names);
        }
        endBatch();
    }

    /** Closes clients whose token was revoked or changed, or has expired. */
    public void reauthorize(Predicate<ApiPrincipal> isValid) {
        for (StreamSubscription watcher : watchers.all()) {
            ApiPrincipal principal = watcher.filter().principal();
            if (!isValid.test(principal)) {
                watcher.outgoing()
                        .close(UNAUTHORIZED, "the token was revoked, has changed or has expired: use a valid one");
            }
        }
    }

    /** Closes clients that have taken nothing of what they missed for {@link StreamSubscription#STALL_TIMEOUT}. */
    public void closeStalled() {
        watchers.all().forEach(StreamSubscription::closeIfStalled);
    }

    /** Sends every client elsewhere. */
    public void drain() {
        for (StreamSubscription watcher : new ArrayList<>(watchers.all())) {
            watcher.outgoing().close(GOING_AWAY, "the gateway is going away: come back with since=<cursor>");
        }
    }
}
