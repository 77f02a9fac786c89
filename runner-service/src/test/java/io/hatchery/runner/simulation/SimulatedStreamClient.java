package io.hatchery.runner.simulation;

import com.fasterxml.jackson.databind.JsonNode;
import io.hatchery.bus.GoneException;
import io.hatchery.gateway.FleetFold;
import io.hatchery.gateway.stream.OutboundChannel;
import io.hatchery.gateway.stream.StreamFilter;
import io.hatchery.gateway.stream.StreamSubscription;
import io.hatchery.gateway.stream.Streams;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A client of the stream: takes a snapshot once, follows every change, is slow, loses its connection, and resumes anywhere. */
final class SimulatedStreamClient {
    private static final int QUEUE = 4;

    private final World world;
    private final List<SimulatedGateway> gateways;
    private final String name;
    private final Mutation mutation;
    final Map<String, JsonNode> containers = new TreeMap<>();
    final Map<String, JsonNode> hosts = new TreeMap<>();
    final Set<String> events = new HashSet<>();

    @Nullable
    String firstCursor;

    private @Nullable String cursor;
    private @Nullable Connection connection;

    SimulatedStreamClient(World world, List<SimulatedGateway> gateways, String name, Mutation mutation) {
        this.world = world;
        this.gateways = gateways;
        this.name = name;
        this.mutation = mutation;
    }

    void start() {
        connectLater();
    }

    private void connectLater() {
        world.after(world.between(10_000, 60_000_000), null, "", () -> {
            if (connection == null) {
                connect();
            }
        });
    }

    private void connect() {
        SimulatedGateway gateway = gateways.get(world.random.nextInt(gateways.size()));
        FleetFold serving = gateway.serving();
        if (serving == null) {
            connectLater();
            return;
        }
        try {
            if (cursor == null) {
                containers.clear();
                hosts.clear();
                events.clear();
            }
            var since = cursor == null ? null : serving.streams().parse(cursor);
            world.note(name + (since == null ? " connects to " : " resumes at ") + gateway.name());
            var opened = new Connection(gateway, serving);
            connection = opened;
            opened.watcher = serving.streams().watch(opened, new Streams.Request(StreamFilter.ALL, since));
        } catch (GoneException e) {
            beginAnew();
            connectLater();
        }
    }

    private void beginAnew() {
        cursor = null;
        firstCursor = null;
        events.clear();
    }

    /** The connection is lost, and what was on its way with it. */
    void disconnect() {
        Connection lost = connection;
        if (lost != null) {
            world.note("-- " + name + " loses its connection");
            if (mutation == Mutation.GATEWAY_GIVES_CURSORS_AHEAD && cursor != null) {
                cursor = lost.serving.streams().cursor().text();
            }
            lost.end();
        }
    }

    boolean isConnected() {
        return connection != null;
    }

    private final class Connection implements OutboundChannel {
        private final SimulatedGateway gateway;
        private final FleetFold serving;
        private final Runnable lost = this::end;
        private Runnable flush = () -> {};
        private @Nullable StreamSubscription watcher;
        private boolean closed;
        private int waiting;
        private long arriving;

        Connection(SimulatedGateway gateway, FleetFold serving) {
            this.gateway = gateway;
            this.serving = serving;
            gateway.onDeath(lost);
        }

        void end() {
            if (closed) {
                return;
            }
            closed = true;
            gateway.forget(lost);
            connection = null;
            StreamSubscription gone = watcher;
            if (gone != null) {
                world.after(0, null, "", () -> serving.streams().remove(gone));
            }
            connectLater();
        }

        @Override
        public boolean isClosed() {
            return closed;
        }

        @Override
        public boolean isFull() {
            return waiting >= QUEUE;
        }

        @Override
        public void write(String text) {
            waiting++;
            long slowness = world.happens(Fault.CLIENT_SLOW) ? world.between(1_000_000, 30_000_000) : 0;
            arriving = Math.max(arriving + 1, world.now() + world.between(300, 20_000) + slowness);
            world.after(arriving - world.now(), null, "", () -> arrive(text));
        }

        private void arrive(String text) {
            if (closed) {
                return;
            }
            boolean wasFull = isFull();
            waiting--;
            receive(text);
            if (wasFull && !isFull() && mutation != Mutation.GATEWAY_FORGETS_SLOW_CLIENTS) {
                flush.run();
            }
        }

        @Override
        public void close(int code, String reason) {
            world.note(name + " is sent away with " + code + ": " + reason);
            if (code == 4410) {
                beginAnew();
            }
            end();
        }

        @Override
        public void onDrained(Runnable whenDrained) {
            flush = whenDrained;
        }
    }

    private void receive(String text) {
        JsonNode message;
        try {
            message = Json.readObject(text.getBytes(StandardCharsets.UTF_8));
        } catch (UnreadableException e) {
            throw new AssertionError(e);
        }
        cursor = message.has("cursor") ? message.path("cursor").asText() : cursor;
        switch (message.path("type").asText()) {
            case "snapshot" -> {
                message.path("containers").forEach(c -> put(containers, c.path("name"), known(c.path("status"))));
                message.path("hosts").forEach(h -> put(hosts, h.path("host"), h));
            }
            case "synced" -> firstCursor = firstCursor == null ? cursor : firstCursor;
            // A container message has the status too: clients that watch statuses alone must be right without it.
            case "status" -> put(containers, message.path("container"), message.path("status"));
            case "host" -> put(hosts, message.path("host"), message.path("status"));
            case "event" -> events.add(message.path("id").asText());
            default -> {}
        }
    }

    /** The last status of a container whose host is lost is beside its phase; one without a status is absent. */
    private static JsonNode known(JsonNode status) {
        return status.path("phase").asText().equals("unknown") ? status.path("last") : status;
    }

    private static void put(Map<String, JsonNode> map, JsonNode key, JsonNode value) {
        if (value.isNull() || value.isMissingNode() || value.size() == 1 && value.has("phase")) {
            map.remove(key.asText());
        } else {
            map.put(key.asText(), value);
        }
    }

    String name() {
        return name;
    }
}
