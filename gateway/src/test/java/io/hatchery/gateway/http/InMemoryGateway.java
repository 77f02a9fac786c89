package io.hatchery.gateway.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.bus.BusRecord;
import io.hatchery.bus.Message;
import io.hatchery.bus.Offsets;
import io.hatchery.bus.PartitionExtent;
import io.hatchery.bus.Position;
import io.hatchery.bus.Publisher;
import io.hatchery.gateway.FleetFold;
import io.hatchery.gateway.RestoredFleet;
import io.hatchery.gateway.access.Authenticator;
import io.hatchery.gateway.audit.AuditReader;
import io.hatchery.gateway.audit.AuditTrail;
import io.hatchery.gateway.read.DirectReader;
import io.hatchery.gateway.session.GatewaySessions;
import io.hatchery.gateway.session.OpenSessions;
import io.hatchery.gateway.session.PendingSessions;
import io.hatchery.gateway.store.FleetDatabase;
import io.hatchery.gateway.stream.Streams;
import io.hatchery.gateway.tls.TransportRules;
import io.hatchery.gateway.tls.TransportSecurity;
import io.hatchery.protocol.Topics;
import io.hatchery.protocol.session.SessionProtocol;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;

/** The gateway's routes and fold over a log in memory: what a request publishes is read at once. No broker is needed. */
final class InMemoryGateway implements Publisher {
    static final Instant NOW = Instant.parse("2026-03-01T00:00:00Z");
    static final String TOKEN = "0123456789abcdef0123456789abcdef";

    private final List<BusRecord> log = new ArrayList<>();
    private final List<Message> attempted = new ArrayList<>();
    private final Map<String, Runnable> reactions = new HashMap<>();
    private final FleetFold fold;
    private final ViewAwaiter waiting;
    private final Api api;
    private final HttpServer server;
    private Runnable onReplay = () -> {};
    private @Nullable Throwable failure;
    private @Nullable String unready;

    InMemoryGateway(Vertx vertx) {
        Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);
        var restored = RestoredFleet.of(FleetDatabase.inMemory(), NOW);
        var reader = new DirectReader(restored.projection());
        fold = new FleetFold(restored, reader, this, this::replay, 1, clock);
        waiting = new ViewAwaiter(vertx, reader);
        var connections = new Connections(
                vertx,
                new Connections.ConnectionLimits(10, Duration.ofSeconds(10), Duration.ofSeconds(10)),
                new TransportRules(TransportSecurity.LOOPBACK, Set::of));
        var access = new Authenticator(TOKEN, restored.projection().tokens(), clock);
        var fleet = new ServedFleet(
                access,
                reader,
                fold.submitted(),
                fold.streams(),
                this::replay,
                (query, sink) -> Optional.empty(),
                (record, why) -> {});
        var dependencies = new Api.ApiDependencies(
                fleet,
                this,
                waiting,
                () -> Optional.ofNullable(unready),
                () -> "metric 1\n",
                new AuditTrail(this, clock),
                new AuditReader(this::auditExtent, this::replay));
        var sessions = new GatewaySessions(new PendingSessions(vertx), new OpenSessions(), () -> "http://127.0.0.1:1");
        api = new Api(
                vertx,
                dependencies,
                new NixCache(Path.of("/nonexistent"), Set.of("cache-secret")),
                connections,
                sessions,
                clock);
        var options = new HttpServerOptions()
                .addWebSocketSubProtocol(SessionProtocol.V5)
                .addWebSocketSubProtocol(SessionProtocol.V4)
                .addWebSocketSubProtocol(SessionProtocol.RUNNER);
        server = vertx.createHttpServer(options)
                .connectionHandler(connections::opened)
                .requestHandler(api.router());
        var ids = new TreeMap<String, String>();
        var offsets = new TreeMap<String, List<Long>>();
        Streams.TOPICS.forEach(topic -> {
            ids.put(topic, "id-of-" + topic);
            offsets.put(topic, List.of(0L));
        });
        fold.begin(ids, new Offsets(offsets), NOW);
    }

    /** The OpenAPI document. */
    ObjectNode document() {
        return api.document();
    }

    /** Completes with the port that it listens on. */
    Future<Integer> listen() {
        return server.listen(0, "127.0.0.1").map(HttpServer::actualPort);
    }

    /** Writes fail from now on. */
    void failWrites(Throwable cause) {
        failure = cause;
    }

    /** The gateway does not serve from now on. */
    void setUnready(String reason) {
        unready = reason;
    }

    /** The last record of that topic. */
    BusRecord last(String topic) {
        return find(topic).orElseThrow();
    }

    /** The last record of that topic; empty if it has none. */
    Optional<BusRecord> find(String topic) {
        return log.stream().filter(record -> record.topic().equals(topic)).reduce((one, next) -> next);
    }

    /** Does something after each record of that topic, as another service would. */
    void onPublish(String topic, Runnable action) {
        reactions.put(topic, action);
    }

    /** What requests wanted to write to that topic, also while writes fail. */
    List<Message> attempted(String topic) {
        return attempted.stream()
                .filter(message -> message.topic().equals(topic))
                .toList();
    }

    /** Does something while records of the past are read. */
    void onReplay(Runnable action) {
        onReplay = action;
    }

    @Override
    public Future<Position> publish(Message message) {
        attempted.add(message);
        return failure == null ? Future.succeededFuture(written(message).position()) : Future.failedFuture(failure);
    }

    private BusRecord written(Message message) {
        BusRecord record = append(message.toRecord(1));
        reactions.getOrDefault(message.topic(), () -> {}).run();
        return record;
    }

    private BusRecord append(ProducerRecord<byte[], byte[]> written) {
        long offset = log.stream()
                .filter(each -> each.topic().equals(written.topic()))
                .count();
        byte[] value = written.value();
        var record = new BusRecord(new ConsumerRecord<>(
                written.topic(),
                0,
                offset,
                NOW.toEpochMilli(),
                TimestampType.LOG_APPEND_TIME,
                written.key().length,
                value == null ? -1 : value.length,
                written.key(),
                value,
                written.headers(),
                Optional.empty()));
        log.add(record);
        if (!record.topic().equals(Topics.AUDIT.name())) { // which no gateway follows
            waiting.changed(fold.take(record));
        }
        return record;
    }

    @Override
    public Future<Position> sendToDeadLetter(BusRecord record, String reader, String reason) {
        return Future.failedFuture("no dead letter is expected: " + reason);
    }

    private Future<PartitionExtent> auditExtent() {
        long entries = log.stream()
                .filter(record -> record.topic().equals(Topics.AUDIT.name()))
                .count();
        return Future.succeededFuture(new PartitionExtent("id", 0, entries));
    }

    private Future<Offsets> replay(Offsets from, Offsets to, Predicate<BusRecord> onRecord) {
        onReplay.run();
        for (BusRecord record : List.copyOf(log)) {
            if (!from.hasRead(record) && to.hasRead(record) && !onRecord.test(record)) {
                return Future.succeededFuture(from.after(record));
            }
        }
        return Future.succeededFuture(to);
    }
}
