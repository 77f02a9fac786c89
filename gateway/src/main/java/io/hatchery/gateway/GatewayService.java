package io.hatchery.gateway;

import io.hatchery.bus.BusException;
import io.hatchery.bus.BusRecord;
import io.hatchery.bus.KafkaPublisher;
import io.hatchery.bus.LogReader;
import io.hatchery.bus.TopicFollower;
import io.hatchery.bus.TopicSetup;
import io.hatchery.gateway.http.Api;
import io.hatchery.gateway.http.NixCache;
import io.hatchery.gateway.http.Waiting;
import io.hatchery.gateway.stream.Streams;
import io.hatchery.gateway.view.FleetView;
import io.hatchery.protocol.Topic;
import io.hatchery.protocol.Topics;
import io.hatchery.spec.HostName;
import io.hatchery.spec.json.UnreadableException;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The fleet's topics folded into memory, and served over HTTP and websockets. */
public final class GatewayService extends AbstractVerticle {
    private static final Logger LOG = LoggerFactory.getLogger(GatewayService.class);
    private static final int WRITE_PATIENCE_MILLIS = 10_000;
    private static final Duration RECONNECT = Duration.ofSeconds(2);
    private static final Duration LOOK_FOR_HOSTS = Duration.ofSeconds(1);
    private static final int LARGEST_FRAME = 1 << 16;
    private static final List<String> FOLDED = List.of(
                    Topics.EVALUATIONS, Topics.PROFILES, Topics.STATUS, Topics.EVENTS, Topics.HOSTS, Topics.CONSOLE)
            .stream()
            .map(Topic::name)
            .toList();

    private final GatewayConfig config;
    private final Handler<Throwable> onFailure;
    private final FleetView view = new FleetView();
    private final Set<HostName> followedHosts = new HashSet<>();
    private final Promise<Void> ready = Promise.promise();
    private @Nullable Streams streams;
    private @Nullable Waiting waiting;
    private @Nullable TopicFollower follower;
    private @Nullable HttpServer server;
    private boolean telling;
    private boolean caughtUp;

    /**
     * @param onFailure is told when the gateway cannot go on
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
        return server == null ? config.port() : server.actualPort();
    }

    @Override
    public void start(Promise<Void> started) {
        var log = new LogReader(vertx, config.bus());
        var watching = new Streams(vertx, Clock.systemUTC(), view, log);
        var waits = new Waiting(vertx, view);
        streams = watching;
        waiting = waits;
        var publisher = new KafkaPublisher(vertx, config.bus(), WRITE_PATIENCE_MILLIS);
        var metrics = new GatewayMetrics(view, watching, Clock.systemUTC());
        var ground = new Api.Ground(view, watching, log, publisher, waits, () -> caughtUp, metrics::scrape);
        var cache = new NixCache(
                config.nixCache(),
                config.nixCacheToken() == null ? null : Set.of(config.token(), config.nixCacheToken()));
        var api = new Api(ground, config.token(), cache, Clock.systemUTC());
        var options = new HttpServerOptions()
                .setHost(config.address())
                .setPort(config.port())
                .addWebSocketSubProtocol("hatchery.v1")
                .setMaxWebSocketFrameSize(LARGEST_FRAME)
                .setCompressionSupported(true);
        vertx.createHttpServer(options)
                .requestHandler(api.router(vertx))
                .listen()
                .map(listening -> {
                    server = listening;
                    connect(watching, log);
                    return (Void) null;
                })
                .onComplete(started);
    }

    private void connect(Streams watching, LogReader log) {
        var newFollower = new TopicFollower(vertx, config.bus(), "gateway", this::take, onFailure);
        follower = newFollower;
        vertx.executeBlocking(() -> {
                    try (var setup = new TopicSetup(config.bus())) {
                        setup.ensure(Topics.ofTheFleet());
                    }
                    return log.topicIds(Streams.TOPICS);
                })
                .compose(ids -> newFollower
                        .follow(FOLDED)
                        .compose(read -> newFollower.offsets())
                        .map(offsets -> {
                            watching.begin(ids, offsets);
                            telling = true;
                            return null;
                        }))
                .compose(begun -> followCommands(newFollower))
                .onSuccess(done -> {
                    caughtUp = true;
                    LOG.info("gateway is ready");
                    ready.tryComplete();
                    vertx.setPeriodic(
                            LOOK_FOR_HOSTS.toMillis(),
                            tick -> followCommands(newFollower)
                                    .onFailure(e ->
                                            LOG.warn("new hosts' commands are not followed yet: {}", e.getMessage())));
                })
                .onFailure(e -> {
                    if (e instanceof BusException) {
                        LOG.warn("the broker is out of reach: {}", e.getMessage());
                        newFollower
                                .close()
                                .onComplete(closed ->
                                        vertx.setTimer(RECONNECT.toMillis(), again -> connect(watching, log)));
                    } else {
                        onFailure.handle(e);
                    }
                });
    }

    /** Commands that no runner has taken are seen on their topics alone. */
    private Future<Void> followCommands(TopicFollower by) {
        var hosts = new HashSet<HostName>();
        view.hosts().forEach(host -> hosts.add(host.status().host()));
        view.containers(null).forEach(name -> view.hostOf(name).ifPresent(hosts::add));
        hosts.removeAll(followedHosts);
        if (hosts.isEmpty()) {
            return Future.succeededFuture();
        }
        followedHosts.addAll(hosts);
        return by.follow(
                        hosts.stream().map(host -> Topics.commands(host).name()).toList())
                .onFailure(e -> followedHosts.removeAll(hosts));
    }

    private void take(BusRecord record) {
        try {
            var change = view.apply(record);
            if (telling) {
                change.ifPresent(told -> tell(record, told));
            }
        } catch (UnreadableException e) {
            LOG.debug(
                    "{} cannot be read and is passed over: {}",
                    record.position().text(),
                    e.getMessage());
        }
        if (waiting != null) {
            waiting.look();
        }
    }

    private void tell(BusRecord record, io.hatchery.gateway.view.Change change) {
        if (streams != null) {
            streams.told(record, change);
        }
    }

    @Override
    public void stop(Promise<Void> stopped) {
        if (streams != null) {
            streams.drain();
        }
        Future<Void> closed = server == null ? Future.succeededFuture() : server.close();
        closed.eventually(() -> follower == null ? Future.succeededFuture() : follower.close())
                .onComplete(stopped);
    }
}
