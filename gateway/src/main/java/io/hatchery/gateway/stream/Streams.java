package io.hatchery.gateway.stream;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.bus.BusRecord;
import io.hatchery.bus.GoneException;
import io.hatchery.bus.LogReader;
import io.hatchery.bus.Offsets;
import io.hatchery.gateway.view.Change;
import io.hatchery.gateway.view.FleetView;
import io.hatchery.protocol.Heartbeat;
import io.hatchery.protocol.Topics;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.HostName;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.ServerWebSocket;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Everyone who watches the fleet, and how far the gateway itself has read. All calls come on one context. */
public final class Streams {
    /** The topics whose records watchers are told, and so those of a cursor. */
    public static final List<String> TOPICS = List.of(Topics.EVENTS.name(), Topics.HOSTS.name(), Topics.STATUS.name());

    private static final Logger LOG = LoggerFactory.getLogger(Streams.class);
    private static final Duration PING = Duration.ofSeconds(20);
    /** RFC 6455, 7.4.1: going away. */
    private static final short GOING_AWAY = 1001;
    /** Ours, see DESIGN.md 6: 410 after the upgrade. */
    private static final short GONE = 4410;

    private final Vertx vertx;
    private final Clock clock;
    private final FleetView view;
    private final LogReader log;
    private final Set<Watcher> watchers = new HashSet<>();
    private final Map<HostName, Boolean> alive = new HashMap<>();
    private SortedMap<String, String> topicIds = Collections.emptySortedMap();
    private Offsets read = new Offsets(new TreeMap<>());

    /** Watched by nobody yet. */
    public Streams(Vertx vertx, Clock clock, FleetView view, LogReader log) {
        this.vertx = vertx;
        this.clock = clock;
        this.view = view;
        this.log = log;
    }

    /** The gateway has read that far, and goes on from there with {@link #told}. */
    public void begin(SortedMap<String, String> ids, Offsets upTo) {
        topicIds = ids;
        var ours = new TreeMap<String, List<Long>>();
        TOPICS.forEach(topic -> ours.put(topic, upTo.next().getOrDefault(topic, List.of())));
        read = new Offsets(ours);
        vertx.setPeriodic(Duration.ofSeconds(1).toMillis(), tick -> lookForLostHosts());
    }

    /** A record was taken in. */
    public void told(BusRecord record, Change change) {
        read = read.after(record);
        watchers.forEach(watcher -> watcher.live(record, change, read));
    }

    /** How many watch. */
    public int watching() {
        return watchers.size();
    }

    /** Where the gateway is now. */
    public Cursor cursor() {
        return new Cursor(topicIds, read);
    }

    /**
     * Reads a cursor that a client brought.
     *
     * @throws IllegalArgumentException if it is none
     * @throws GoneException if it is of topics that are no more
     */
    public Cursor parse(String since) {
        return Cursor.parse(since, topicIds);
    }

    /** Serves a client: from a snapshot, or from where it left off. */
    public void watch(
            ServerWebSocket socket,
            @Nullable ContainerName container,
            @Nullable HostName host,
            @Nullable Cursor since) {
        var watcher = new Watcher(socket, new Watcher.Filter(container, host), topicIds);
        watchers.add(watcher);
        socket.closeHandler(closed -> watchers.remove(watcher));
        socket.exceptionHandler(e -> LOG.debug("a watcher is lost: {}", e.toString()));
        keepAlive(socket);
        if (since == null) {
            watcher.write(snapshot(watcher.filter()));
            watcher.write(synced());
        } else {
            resume(watcher, since);
        }
    }

    private void resume(Watcher watcher, Cursor since) {
        Offsets upTo = read;
        watcher.hold(upTo);
        var at = new Offsets[] {since.offsets()};
        Future<Void> replayed = log.read(since.offsets(), upTo, record -> {
            at[0] = at[0].after(record);
            change(record).ifPresent(change -> watcher.replay(change, at[0]));
        });
        replayed.onSuccess(done -> {
            watcher.write(Json.object().put("type", "synced").put("cursor", new Cursor(topicIds, upTo).text()));
            watcher.release();
        });
        replayed.onFailure(e -> {
            LOG.warn("a cursor cannot be served: {}", e.getMessage());
            var _ = watcher.socket()
                    .close(e instanceof GoneException ? GONE : Watcher.TRY_AGAIN_LATER, shortened(e.getMessage()));
        });
    }

    /** A close reason has at most 123 bytes (RFC 6455, 5.5). */
    private static String shortened(@Nullable String text) {
        String words = String.valueOf(text);
        return words.length() <= 100 ? words : words.substring(0, 100);
    }

    private static java.util.Optional<Change> change(BusRecord record) {
        try {
            return FleetView.changeOf(record);
        } catch (UnreadableException e) {
            LOG.warn(
                    "{} cannot be read and is passed over: {}",
                    record.position().text(),
                    e.getMessage());
            return java.util.Optional.empty();
        }
    }

    private ObjectNode snapshot(Watcher.Filter filter) {
        ObjectNode snapshot = Json.object().put("type", "snapshot").put("cursor", cursor().text());
        ArrayNode containers = snapshot.putArray("containers");
        for (ContainerName name : view.containers(null)) {
            boolean right = filter.host() == null
                    || view.hostOf(name).filter(filter.host()::equals).isPresent();
            if (right && (filter.container() == null || filter.container().equals(name))) {
                containers.add(view.resource(name, clock.instant()));
            }
        }
        ArrayNode hosts = snapshot.putArray("hosts");
        for (Heartbeat host : view.hosts()) {
            if (filter.host() == null || filter.host().equals(host.status().host())) {
                hosts.add(FleetView.resource(host, clock.instant()));
            }
        }
        return snapshot;
    }

    private ObjectNode synced() {
        return Json.object().put("type", "synced").put("cursor", cursor().text());
    }

    /** A peer that does not answer two pings is gone, whatever its TCP connection says. */
    private void keepAlive(ServerWebSocket socket) {
        int[] unanswered = {0};
        socket.pongHandler(pong -> unanswered[0] = 0);
        long timer = vertx.setPeriodic(PING.toMillis(), tick -> {
            if (unanswered[0]++ >= 2) {
                var _ = socket.close(GOING_AWAY, "no pong");
            } else if (!socket.isClosed()) {
                var _ = socket.writePing(io.vertx.core.buffer.Buffer.buffer("hatchery"));
            }
        });
        socket.endHandler(ended -> vertx.cancelTimer(timer));
    }

    /** No record says that a host is silent, so watchers are told by the clock. */
    private void lookForLostHosts() {
        for (Heartbeat host : view.hosts()) {
            boolean now = host.isAlive(clock.instant());
            Boolean before = alive.put(host.status().host(), now);
            if (before != null && before && !now) {
                ObjectNode body = Json.object().put("host", host.status().host().value());
                body.set("status", FleetView.resource(host, clock.instant()));
                var change = new Change("host", null, host.status().host(), body);
                watchers.forEach(watcher -> watcher.live(null, change, read));
            }
        }
    }

    /** Sends everyone elsewhere. */
    public void drain() {
        for (Watcher watcher : new ArrayList<>(watchers)) {
            var _ = watcher.socket().close(GOING_AWAY, "the gateway is going away: come back with since=<cursor>");
        }
    }
}
