package io.hatchery.gateway.stream;

import io.hatchery.bus.BusRecord;
import io.hatchery.bus.GoneException;
import io.hatchery.bus.Offsets;
import io.hatchery.gateway.access.ApiPrincipal;
import io.hatchery.gateway.read.FleetReader;
import io.hatchery.gateway.view.FleetRecord;
import io.hatchery.gateway.view.FleetView;
import io.hatchery.gateway.view.ScopedChange;
import io.hatchery.gateway.view.StreamChange;
import io.hatchery.protocol.Heartbeat;
import io.hatchery.protocol.Topics;
import io.hatchery.spec.HostName;
import io.hatchery.spec.json.UnreadableException;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
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

/** The clients of the stream, and how far the gateway has read. All calls come on one context. */
public final class Streams {
    /** The topics whose records stream clients get, and so those of a cursor. */
    public static final List<String> TOPICS =
            List.of(Topics.EVALUATIONS.name(), Topics.EVENTS.name(), Topics.HOSTS.name(), Topics.STATUS.name());

    /** How many clients there may be: each costs a connection and up to {@link StreamSubscription#MOST_WAITING} references to changes. */
    public static final int MAX_CLIENTS = 20_000;

    /** How many pending operations, and how many that ended while the client was away, it gets when it connects. */
    static final int MAX_OPERATIONS = 1_000;

    /** RFC 6455, 7.4.1: going away. */
    static final int GOING_AWAY = 1001;
    /** 410 after the upgrade. */
    static final int GONE = 4410;
    /** 401 after the upgrade. */
    static final int UNAUTHORIZED = 4401;

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
        return read.cursorAt(positions, readAt);
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
        var sources = new StreamReplay.Sources(log, reader, clock, this::content);
        new StreamStart(watcher, sources, read, hosts).begin(request.since());
        return watcher;
    }

    /** A client has gone. */
    public void remove(StreamSubscription watcher) {
        watchers.remove(watcher);
        watcher.ended();
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
