package io.hatchery.gateway;

import io.hatchery.bus.BusException;
import io.hatchery.bus.BusRecord;
import io.hatchery.bus.GoneException;
import io.hatchery.bus.KafkaBus;
import io.hatchery.bus.KafkaPublisher;
import io.hatchery.bus.LogReader;
import io.hatchery.bus.PartitionCountWatcher;
import io.hatchery.bus.TopicFollower;
import io.hatchery.bus.TopicIds;
import io.hatchery.bus.TopicSetup;
import io.hatchery.gateway.access.Authenticator;
import io.hatchery.gateway.audit.AuditReader;
import io.hatchery.gateway.audit.AuditTrail;
import io.hatchery.gateway.http.Api;
import io.hatchery.gateway.http.Connections;
import io.hatchery.gateway.http.NixCache;
import io.hatchery.gateway.http.ServedFleet;
import io.hatchery.gateway.http.ViewAwaiter;
import io.hatchery.gateway.logs.KafkaLogStore;
import io.hatchery.gateway.read.WorkerReader;
import io.hatchery.gateway.session.GatewaySessions;
import io.hatchery.gateway.session.OpenSessions;
import io.hatchery.gateway.session.PendingSessions;
import io.hatchery.gateway.store.FleetDatabase;
import io.hatchery.gateway.stream.BoundedReplay;
import io.hatchery.gateway.tls.CertificateFiles;
import io.hatchery.gateway.tls.CertificateReloader;
import io.hatchery.gateway.tls.ServerCertificate;
import io.hatchery.gateway.tls.TransportRules;
import io.hatchery.protocol.Topics;
import io.hatchery.protocol.session.SessionProtocol;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.Supplier;
import org.apache.kafka.common.errors.RetriableException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Folds the fleet's topics into a database and serves the fleet over HTTP and websockets. */
public final class GatewayService extends AbstractVerticle {
    private static final Logger LOG = LoggerFactory.getLogger(GatewayService.class);
    private static final int WRITE_PATIENCE_MILLIS = 10_000;
    private static final Duration RETRY = Duration.ofSeconds(2);
    private static final Duration TICK = Duration.ofSeconds(1);
    private static final Duration CLEAN_UP = Duration.ofSeconds(10);
    private static final Duration REFRESH_CURSORS = Duration.ofMinutes(10);
    /** How long a start waits for the commands that are on hosts' topics already. */
    private static final Duration COMMANDS_WITHIN = Duration.ofSeconds(10);
    /** Two gateways refuse a record at the same time: the one that waits longer finds it reported. */
    private static final int LONGEST_REPORT_DELAY_MILLIS = 3_000;

    /** Each costs a consumer and a thread. */
    private static final int REPLAYS_AT_A_TIME = 32;

    private static final int HANDSHAKE_SECONDS = 10;

    /** Of a request, in bytes: the command of a session is in it, and its variables are in headers. */
    private static final int LONGEST_LINE = 1 << 16;

    private final GatewayConfig config;
    private final Handler<Throwable> onFailure;
    private final Clock clock = Clock.systemUTC();
    private final Promise<Void> ready = Promise.promise();
    private @Nullable HttpServer server;
    private @Nullable CertificateReloader certificate;
    private @Nullable Parts parts;
    private @Nullable String unready = "catching up with the topics";

    /** The parts that the start makes. */
    private record Parts(
            KafkaPublisher publisher,
            TopicFollower follower,
            TopicIds topicIds,
            CommandFollower commands,
            FleetFold fold,
            OpenSessions sessions,
            Served served) {}

    /** What requests are answered with. */
    private record Served(ViewAwaiter waiting, WorkerReader reader, Authenticator access) {}

    /**
     * @param onFailure is called when the gateway cannot go on
     */
    public GatewayService(GatewayConfig config, Handler<Throwable> onFailure) {
        this.config = config;
        this.onFailure = onFailure;
    }

    /** Completes when the view has caught up with the topics. */
    public Future<Void> ready() {
        return ready.future();
    }

    /** The port that is listened on, once started. */
    public int port() {
        return server == null ? config.listener().port() : server.actualPort();
    }

    @Override
    public void start(Promise<Void> started) {
        var log = new LogReader(vertx, config.bus());
        var publisher = new KafkaPublisher(vertx, config.bus(), WRITE_PATIENCE_MILLIS);
        readCertificate()
                .compose(read -> vertx.executeBlocking(() ->
                        RestoredFleet.of(FleetDatabase.open(config.database(), config.version()), clock.instant())))
                .map(restored -> assemble(restored, publisher, log))
                .compose(this::listen)
                .onComplete(started);
    }

    private Future<Void> readCertificate() {
        CertificateFiles files = config.listener().security().certificate();
        return files == null
                ? Future.succeededFuture()
                : vertx.executeBlocking(() -> ServerCertificate.read(files, clock.instant()))
                        .map(read -> {
                            certificate = new CertificateReloader(vertx, files, clock, read);
                            return null;
                        });
    }

    private Parts assemble(RestoredFleet restored, KafkaPublisher publisher, LogReader log) {
        var reader = new WorkerReader(vertx, restored.projection());
        var fold = new FleetFold(
                restored,
                reader,
                publisher,
                new BoundedReplay(log::read, REPLAYS_AT_A_TIME),
                config.bus().partitions(),
                clock);
        var waiting = new ViewAwaiter(vertx, reader);
        var access = new Authenticator(config.token(), restored.projection().tokens(), clock);
        var sessions = new OpenSessions();
        var follower =
                new TopicFollower(vertx, config.bus(), "gateway", handler(fold, waiting, access, sessions), this::fail);
        var topicIds = new TopicIds(vertx, config.bus());
        var commands = new CommandFollower(topicIds, follower, fold, clock);
        var made =
                new Parts(publisher, follower, topicIds, commands, fold, sessions, new Served(waiting, reader, access));
        parts = made;
        return made;
    }

    private static TopicFollower.RecordHandler<FoldedRecords> handler(
            FleetFold fold, ViewAwaiter waiting, Authenticator access, OpenSessions sessions) {
        return new TopicFollower.RecordHandler<>() {
            @Override
            public FoldedRecords handle(List<BusRecord> records) {
                return fold.fold(records);
            }

            @Override
            public void take(FoldedRecords folded) {
                fold.publish(folded);
                waiting.changed(folded.changes().names());
                if (!folded.changes().tokens().isEmpty()) {
                    fold.streams().reauthorize(access::isValid);
                    sessions.reauthorize(access::isValid);
                }
            }
        };
    }

    private Future<Void> listen(Parts made) {
        GatewayConfig.ListenAddress listener = config.listener();
        var connections = new Connections(
                vertx, listener.limits(), new TransportRules(listener.security(), this::certificateNames));
        FleetFold fold = made.fold;
        var metrics = new GatewayMetrics(fold, clock);
        metrics.show(connections);
        var fleet = new ServedFleet(
                made.served.access,
                made.served.reader,
                fold.submitted(),
                fold.streams(),
                fold.log(),
                new KafkaLogStore(config.bus(), clock),
                fold.refused()::refuse);
        var dependencies = new Api.ApiDependencies(
                fleet,
                made.publisher,
                made.served.waiting,
                () -> Optional.ofNullable(unready),
                metrics::scrape,
                new AuditTrail(made.publisher, clock),
                new AuditReader(
                        () -> new KafkaBus(vertx, config.bus()).extent(Topics.AUDIT.name()),
                        new LogReader(vertx, config.bus())::read));
        var cache = new NixCache(
                config.nixCache(),
                config.nixCacheToken() == null ? null : Set.of(config.token(), config.nixCacheToken()));
        var gatewaySessions = new GatewaySessions(new PendingSessions(vertx), made.sessions, this::url);
        var api = new Api(vertx, dependencies, cache, connections, gatewaySessions, clock);
        var options = new HttpServerOptions()
                .setHost(listener.address())
                .setPort(listener.port())
                // A client that speaks HTTP/2 without TLS would be seen by Connections only once it has sent something.
                .setHttp2ClearTextEnabled(false)
                .setIdleTimeout((int) Connections.LONGEST_SILENCE.toSeconds())
                .addWebSocketSubProtocol("hatchery.v1")
                .addWebSocketSubProtocol(SessionProtocol.V5)
                .addWebSocketSubProtocol(SessionProtocol.V4)
                .addWebSocketSubProtocol(SessionProtocol.RUNNER)
                .setMaxInitialLineLength(LONGEST_LINE)
                .setMaxHeaderSize(LONGEST_LINE)
                .setMaxWebSocketFrameSize(SessionProtocol.MAX_MESSAGE)
                .setMaxWebSocketMessageSize(SessionProtocol.MAX_MESSAGE)
                .setCompressionSupported(true);
        if (certificate != null) {
            options.setSsl(true)
                    .setSslHandshakeTimeout(HANDSHAKE_SECONDS)
                    .setKeyCertOptions(certificate.current().options());
        }
        PartitionCountWatcher.start(vertx, config.bus(), onFailure);
        return vertx.createHttpServer(options)
                .connectionHandler(connections::opened)
                .requestHandler(api.router())
                .listen()
                .map(listening -> {
                    server = listening;
                    if (certificate != null) {
                        certificate.begin(listening);
                    }
                    catchUp(made);
                    return null;
                });
    }

    /** Where the runners of hosts reach this gateway. */
    private String url() {
        GatewayConfig.ListenAddress listener = config.listener();
        String configured = listener.url();
        if (configured != null) {
            return configured;
        }
        String address = listener.address();
        boolean isAny = address.equals("0.0.0.0") || address.equals("::");
        String host = isAny
                ? listener.security().names().stream().sorted().findFirst().orElse("localhost")
                : address.contains(":") ? "[" + address + "]" : address;
        return (certificate == null ? "http://" : "https://") + host + ":" + port();
    }

    private Set<String> certificateNames() {
        return certificate == null ? Set.of() : certificate.current().names();
    }

    private void catchUp(Parts made) {
        retried("prepare the topics", () -> prepareTopics(made))
                .compose(ids -> retried("read the topics", () -> read(made, ids))
                        .compose(since -> vertx.executeBlocking(() -> {
                                    made.fold.complete(since);
                                    return null;
                                })
                                .compose(indexed -> made.follower.offsets())
                                .map(offsets -> {
                                    made.fold.begin(ids, offsets, since);
                                    return ids;
                                })))
                .compose(ids -> readCommands(made).map(read -> ids))
                .onSuccess(ids -> serve(made, ids))
                .onFailure(this::fail);
    }

    /** Completes with the time at which it began to read: all that was appended before has been read then. */
    private Future<Instant> read(Parts made, SortedMap<String, String> ids) {
        Instant began = clock.instant();
        return vertx.executeBlocking(() -> made.fold.resume(ids))
                .compose(made.follower::follow)
                .recover(e -> {
                    if (!(e instanceof GoneException)) {
                        return Future.failedFuture(e);
                    }
                    LOG.warn("records since the last run are gone ({}): the database is filled anew", e.getMessage());
                    return vertx.executeBlocking(() -> {
                                made.fold.clear();
                                return made.fold.resume(ids);
                            })
                            .compose(made.follower::follow);
                })
                .map(done -> began);
    }

    private Future<SortedMap<String, String>> prepareTopics(Parts made) {
        return vertx.executeBlocking(() -> {
                    try (var setup = new TopicSetup(config.bus())) {
                        setup.ensure(Topics.ofTheFleet());
                    }
                    return null;
                })
                .compose(ensured -> made.topicIds.existing(FleetFold.TOPICS));
    }

    /** A broker that is away ends no gateway: the action is tried again until it is back. */
    private <T> Future<T> retried(String what, Supplier<Future<T>> action) {
        return action.get().recover(e -> {
            if (!(e instanceof BusException) && !(e instanceof RetriableException)) {
                return Future.failedFuture(e);
            }
            LOG.warn("cannot {} yet, the broker is out of reach: {}", what, e.getMessage());
            Promise<T> later = Promise.promise();
            vertx.setTimer(RETRY.toMillis(), again -> retried(what, action).onComplete(later));
            return later.future();
        });
    }

    /** Commands that no runner has taken are on hosts' topics alone; a start waits for them, but not for long. */
    private Future<Void> readCommands(Parts made) {
        Promise<Void> read = Promise.promise();
        vertx.setTimer(COMMANDS_WITHIN.toMillis(), late -> read.tryComplete());
        made.commands
                .look(made.fold.commandTopics())
                .compose(followed -> made.follower.catchUp())
                .onComplete(done -> read.tryComplete());
        return read.future();
    }

    private void serve(Parts made, SortedMap<String, String> ids) {
        if (unready == null || ready.future().isComplete()) {
            return;
        }
        unready = null;
        LOG.info("gateway is ready");
        ready.tryComplete();
        vertx.setPeriodic(TICK.toMillis(), tick -> {
            made.commands.look(made.fold.commandTopics()).onFailure(this::fail);
        });
        vertx.setPeriodic(1 + new Random().nextInt(LONGEST_REPORT_DELAY_MILLIS), TICK.toMillis(), tick -> {
            made.fold.tick();
            // Of tokens that expire no record says so.
            made.fold.streams().reauthorize(made.served.access::isValid);
            made.sessions.reauthorize(made.served.access::isValid);
        });
        vertx.setPeriodic(REFRESH_CURSORS.toMillis(), tick -> {
            Instant began = clock.instant();
            made.follower
                    .catchUp()
                    .onSuccess(done -> made.fold.streams().caughtUp(began))
                    .onFailure(e -> LOG.warn("cursors keep their age: {}", e.getMessage()));
        });
        var check = new FleetTopicsCheck(ids);
        vertx.setPeriodic(CLEAN_UP.toMillis(), tick -> {
            vertx.executeBlocking(() -> {
                        made.fold.cleanUp();
                        return null;
                    })
                    .onFailure(this::fail);
            made.topicIds
                    .existing(FleetFold.TOPICS)
                    .onSuccess(now -> check.failure(now).map(BusException::new).ifPresent(this::fail))
                    .onFailure(e -> LOG.warn("the topics could not be checked: {}", e.getMessage()));
        });
    }

    private void fail(Throwable e) {
        LOG.error("the gateway ends", e);
        unready = "the gateway ends: " + e.getMessage();
        ready.tryFail(e);
        onFailure.handle(e);
    }

    @Override
    public void stop(Promise<Void> stopped) {
        unready = "the gateway is ending";
        Parts made = parts;
        if (made != null) {
            made.fold.streams().drain();
            made.sessions.drain();
        }
        Future<Void> closed = server == null ? Future.succeededFuture() : server.close();
        closed.eventually(() -> made == null ? Future.succeededFuture() : made.follower.close())
                .eventually(() -> made == null ? Future.succeededFuture() : made.publisher.close())
                .eventually(() -> vertx.executeBlocking(() -> {
                    if (made != null) {
                        made.topicIds.close();
                        made.served.reader.close();
                        made.fold.projection().database().close();
                    }
                    return null;
                }))
                .onComplete(stopped);
    }
}
