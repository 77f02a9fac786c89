package io.hatchery.gateway.stream;

import io.hatchery.bus.BusRecord;
import io.hatchery.bus.GoneException;
import io.hatchery.bus.Offsets;
import io.hatchery.gateway.view.FleetRecord;
import io.hatchery.gateway.view.FleetView;
import io.hatchery.gateway.view.StreamChange;
import io.hatchery.protocol.Heartbeat;
import io.hatchery.protocol.HostStatus;
import io.hatchery.protocol.Topics;
import io.hatchery.protocol.resource.Container;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.HostName;
import io.hatchery.spec.json.UnreadableException;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The clients of the stream, and how far the gateway has read. All calls come on one context. */
public final class Streams {
    /** The topics whose records stream clients get, and so those of a cursor. */
    public static final List<String> TOPICS = List.of(Topics.EVENTS.name(), Topics.HOSTS.name(), Topics.STATUS.name());

    /** How many clients there may be: each costs a connection and up to {@link StreamSubscription#MOST_WAITING} references to changes. */
    public static final int MAX_CLIENTS = 1_000;

    /** RFC 6455, 7.4.1: going away. */
    static final int GOING_AWAY = 1001;
    /** 410 after the upgrade. */
    static final int GONE = 4410;

    private static final Logger LOG = LoggerFactory.getLogger(Streams.class);

    private final Clock clock;
    private final FleetView view;
    private final Replay log;
    private final BiConsumer<BusRecord, Throwable> refused;
    private final Set<StreamSubscription> watchers = new HashSet<>();
    private final Map<HostName, Boolean> alive = new HashMap<>();
    private SortedMap<String, String> topicIds = Collections.emptySortedMap();
    private Offsets read = new Offsets(new TreeMap<>());
    private Instant readAt = Instant.EPOCH;
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
     * @param container only this one; null for all
     * @param host only of this one; null for all
     * @param since from there on; null for a snapshot first
     */
    public record Request(
            @Nullable ContainerName container,
            @Nullable HostName host,
            @Nullable StreamCursor since) {}

    /**
     * Has no clients yet.
     *
     * @param refused gets each record of a replay that cannot be read, and why
     */
    public Streams(Clock clock, FleetView view, Replay log, BiConsumer<BusRecord, Throwable> refused) {
        this.clock = clock;
        this.view = view;
        this.log = log;
        this.refused = refused;
    }

    /**
     * The gateway has read that far, and goes on from there with {@link #changed}.
     *
     * @param at a time before which every record that was appended has been read
     */
    public void begin(SortedMap<String, String> ids, Offsets readTo, Instant at) {
        caughtUp(at);
        topicIds = new TreeMap<>(ids);
        topicIds.keySet().retainAll(TOPICS);
        var ours = new TreeMap<String, List<Long>>();
        TOPICS.forEach(topic -> ours.put(topic, readTo.next().getOrDefault(topic, List.of())));
        read = new Offsets(ours);
    }

    /** Every record that was appended before that time has been read: cursors of a fleet where nothing happens do not age. */
    public void caughtUp(Instant at) {
        if (at.isAfter(readAt)) {
            readAt = at;
        }
    }

    /** A record was folded. */
    public void changed(BusRecord record, StreamChange change) {
        passed(record);
        watchers.forEach(watcher -> watcher.live(record, change, cursor()));
    }

    /** A record was read that changes nothing for clients. */
    public void passed(BusRecord record) {
        if (!TOPICS.contains(record.topic())) {
            return;
        }
        read = read.after(record);
        Instant now = clock.instant();
        caughtUp(record.timestamp().isAfter(now) ? now : record.timestamp());
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
        return new StreamCursor(topicIds, read, readAt);
    }

    /**
     * Reads a cursor that a client brought.
     *
     * @throws IllegalArgumentException if it is none
     * @throws GoneException if it is of topics that are no more, or too old
     */
    public StreamCursor parse(String since) {
        return StreamCursor.parse(since, topicIds, clock.instant());
    }

    /** Serves a client: from a snapshot, or from its cursor. */
    public StreamSubscription watch(OutboundChannel outgoing, Request request) {
        var watcher = new StreamSubscription(
                outgoing, new StreamSubscription.Filter(request.container(), request.host()), clock);
        watchers.add(watcher);
        if (request.since() == null) {
            watcher.write(snapshot(watcher.filter()));
            watcher.write(StreamMessages.synced(cursor()));
        } else {
            resume(watcher, request.since());
        }
        return watcher;
    }

    /** A client has gone. */
    public void remove(StreamSubscription watcher) {
        watchers.remove(watcher);
    }

    private void resume(StreamSubscription watcher, StreamCursor since) {
        replay(watcher, since, since.offsets(), false);
    }

    /** A replay that was overrun continues where the one before ended. */
    private void replay(StreamSubscription watcher, StreamCursor since, Offsets from, boolean isContinued) {
        StreamCursor until = cursor();
        watcher.hold(until.offsets());
        new StreamReplay(log, watcher, new StreamCursor(until.ids(), from, since.at()), until, this::change)
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
                    watcher.missed(StreamMessages.synced(until));
                    watcher.release();
                    return null;
                })
                .onFailure(e -> {
                    LOG.warn("a cursor cannot be served: {}", e.getMessage());
                    int code = e instanceof GoneException ? GONE : StreamSubscription.TRY_AGAIN_LATER;
                    watcher.outgoing().close(code, shortened(e.getMessage()));
                });
    }

    /** No record reports that a host is silent, and live changes of an overrun subscription were dropped. */
    private void replayLostHosts(StreamSubscription watcher, StreamCursor after) {
        Instant now = clock.instant();
        view.hosts().stream()
                .filter(host -> !host.isAlive(now))
                .forEach(host -> watcher.replay(
                        new StreamChange.HostChange(host.status().host(), FleetView.resource(host, now)), after));
    }

    /** A close reason has at most 123 bytes (RFC 6455, 5.5). */
    private static String shortened(@Nullable String text) {
        String words = String.valueOf(text);
        return words.length() <= 100 ? words : words.substring(0, 100);
    }

    private Optional<StreamChange> change(BusRecord record) {
        try {
            return FleetRecord.read(record).change();
        } catch (UnreadableException | RuntimeException | StackOverflowError e) {
            refused.accept(record, e);
            return Optional.empty();
        }
    }

    private String snapshot(StreamSubscription.Filter filter) {
        Instant now = clock.instant();
        List<Container> containers = view.containers(null).stream()
                .filter(name -> filter.container() == null || filter.container().equals(name))
                .filter(name -> filter.host() == null
                        || view.hostOf(name).filter(filter.host()::equals).isPresent())
                .map(name -> view.resource(name, now))
                .toList();
        List<HostStatus> hosts = view.hosts().stream()
                .filter(host -> filter.host() == null
                        || filter.host().equals(host.status().host()))
                .map(host -> FleetView.resource(host, now))
                .toList();
        return StreamMessages.snapshot(cursor(), containers, hosts);
    }

    /** Of how many hosts it is known whether they were alive last. */
    int knownAlive() {
        return alive.size();
    }

    /** Sends clients the hosts that are lost, by the clock: no record reports that a host is silent. */
    public void lookForLostHosts() {
        alive.keySet().removeIf(host -> view.host(host).isEmpty());
        for (Heartbeat host : view.hosts()) {
            boolean now = host.isAlive(clock.instant());
            Boolean before = alive.put(host.status().host(), now);
            if (before != null && before && !now) {
                var change =
                        new StreamChange.HostChange(host.status().host(), FleetView.resource(host, clock.instant()));
                watchers.forEach(watcher -> watcher.live(null, change, cursor()));
            }
        }
    }

    /** Closes clients that have taken nothing of what they missed for {@link StreamSubscription#STALL_TIMEOUT}. */
    public void closeStalled() {
        new ArrayList<>(watchers).forEach(StreamSubscription::closeIfStalled);
    }

    /** Sends every client elsewhere. */
    public void drain() {
        for (StreamSubscription watcher : new ArrayList<>(watchers)) {
            watcher.outgoing().close(GOING_AWAY, "the gateway is going away: come back with since=<cursor>");
        }
    }
}
