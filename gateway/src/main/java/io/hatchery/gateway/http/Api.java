package io.hatchery.gateway.http;

import io.hatchery.bus.BusRecord;
import io.hatchery.bus.GoneException;
import io.hatchery.bus.LogReader;
import io.hatchery.bus.Publisher;
import io.hatchery.gateway.stream.Cursor;
import io.hatchery.gateway.stream.StreamSocket;
import io.hatchery.gateway.stream.Streams;
import io.hatchery.gateway.view.FleetView;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.HostName;
import io.hatchery.spec.json.Json;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The router: every endpoint, the stream, and what all have in common. */
public final class Api {
    static final String PROBLEM = "Problem";
    static final String SOURCE = "/gateway";
    static final String BY = "api";

    private static final Logger LOG = LoggerFactory.getLogger(Api.class);
    /** Of a definition or a profile, in bytes. */
    static final int MAX_BODY = 256 << 10;

    /**
     * What the API stands on.
     *
     * @param view the fleet
     * @param streams who watches it
     * @param log what is past
     * @param publisher where changes go
     * @param waiting requests that wait
     * @param unready why the gateway does not serve, for instance since it catches up; empty if it does
     * @param metrics Prometheus text
     * @param refused gets records of the past that cannot be read, and why
     */
    public record Ground(
            FleetView view,
            Streams streams,
            LogReader log,
            Publisher publisher,
            Waiting waiting,
            Supplier<Optional<String>> unready,
            Supplier<String> metrics,
            BiConsumer<BusRecord, Throwable> refused) {}

    private final Vertx vertx;
    private final Ground ground;
    private final BearerToken token;
    private final NixCache cache;
    private final List<Endpoint> endpoints = new ArrayList<>();

    /** With the endpoints of all its parts. */
    public Api(Vertx vertx, Ground ground, String token, NixCache cache, Clock clock) {
        this.vertx = vertx;
        this.ground = ground;
        this.token = new BearerToken(token);
        this.cache = cache;
        var operations = new OperationsApi(ground.view(), ground.publisher(), ground.waiting(), clock);
        var checks = new DefinitionChecks(vertx);
        var containers =
                new ContainersApi(ground.view(), ground.publisher(), ground.waiting(), operations, checks, clock);
        endpoints.addAll(containers.endpoints());
        endpoints.addAll(new SystemsApi(ground.view(), containers).endpoints());
        endpoints.addAll(operations.endpoints());
        endpoints.addAll(new FleetApi(ground, checks, clock).endpoints());
        endpoints.add(new Endpoint(
                HttpMethod.GET,
                "/v1/stream",
                "watch",
                "Upgrades to a websocket of a snapshot and then every change",
                List.of(
                        Endpoint.Parameter.query("container", "Only what concerns this one"),
                        Endpoint.Parameter.query("host", "Only what concerns this one"),
                        Endpoint.Parameter.query("since", "From this cursor on, instead of a snapshot")),
                null,
                Map.of(101, "", 400, PROBLEM, 410, PROBLEM, 503, PROBLEM),
                this::stream));
        endpoints.add(new Endpoint(
                HttpMethod.GET,
                "/openapi.json",
                "openapi",
                "This document",
                List.of(),
                null,
                Map.of(200, "OpenApi"),
                request -> Responses.json(request, 200, OpenApi.document(endpoints))));
        endpoints.add(new Endpoint(
                HttpMethod.GET,
                "/metrics",
                "metrics",
                "Metrics for Prometheus",
                List.of(),
                null,
                Map.of(200, "Text"),
                request -> Responses.write(
                        request,
                        200,
                        "text/plain; version=0.0.4; charset=utf-8",
                        ground.metrics().get())));
    }

    /** The router of it all. */
    public Router router() {
        Router router = Router.router(vertx);
        router.get("/healthz").handler(request -> Responses.json(request, 200, Map.of("status", "ok")));
        router.get("/readyz").handler(this::readiness);
        cache.routeIn(router);
        router.route().handler(this::authenticate);
        router.route().handler(this::requireReady);
        router.put().handler(BodyHandler.create(false).setBodyLimit(MAX_BODY));
        for (Endpoint endpoint : endpoints) {
            router.route(endpoint.method(), endpoint.route()).handler(endpoint.handler()::accept);
        }
        router.route().failureHandler(Api::fail);
        router.errorHandler(
                404,
                request -> Responses.problem(
                        request,
                        new Problem(
                                404, "there is nothing at " + request.request().path() + ": see /openapi.json")));
        router.errorHandler(
                405,
                request -> Responses.problem(
                        request,
                        new Problem(
                                405,
                                request.request().method() + " is not what "
                                        + request.request().path() + " takes: see /openapi.json")));
        return router;
    }

    private void readiness(RoutingContext request) {
        Optional<String> why = ground.unready().get();
        Responses.json(request, why.isEmpty() ? 200 : 503, Map.of("status", why.orElse("ready")));
    }

    private void authenticate(RoutingContext request) {
        if (token.isShownBy(request.request())) {
            request.next();
        } else {
            Responses.problem(
                    request,
                    new Problem(
                            401,
                            "show the token: Authorization: Bearer <token>, or, from a browser's"
                                    + " websocket, the subprotocols hatchery.v1 and bearer.<token>"));
        }
    }

    private void requireReady(RoutingContext request) {
        Optional<String> why = ground.unready().get();
        if (why.isEmpty()) {
            request.next();
        } else {
            Responses.problem(request, new Problem(503, "the gateway is not ready (" + why.get() + "): try again"));
        }
    }

    private void stream(RoutingContext request) {
        ContainerName container = Requests.query(request, "container", ContainerName::new);
        HostName host = Requests.query(request, "host", HostName::new);
        Cursor since = Requests.query(request, "since", ground.streams()::parse);
        if (!"websocket".equalsIgnoreCase(request.request().getHeader(HttpHeaders.UPGRADE))) {
            throw new Problem(400, "this is a websocket: connect with ws:// and the Upgrade header");
        }
        if (ground.streams().watching() >= Streams.MAX_CLIENTS) {
            throw new Problem(
                    503, "there are " + Streams.MAX_CLIENTS + " clients of the stream already: try again later");
        }
        var what = new Streams.Request(container, host, since);
        request.request()
                .toWebSocket()
                .onSuccess(socket -> StreamSocket.serve(vertx, socket, ground.streams(), what))
                .onFailure(e -> LOG.warn("a websocket was not opened: {}", e.getMessage()));
    }

    private static void fail(RoutingContext request) {
        Throwable e = request.failure();
        if (e instanceof Problem problem) {
            Responses.problem(request, problem);
        } else if (e instanceof GoneException) {
            Responses.problem(request, new Problem(410, e.getMessage() + ": begin anew, without since"));
        } else if (e == null && request.statusCode() == 413) {
            if (request.request().version() != HttpVersion.HTTP_2) { // RFC 9113, 8.2.2 forbids it there
                request.response().putHeader("Connection", "close");
            }
            String length = request.request().getHeader("Content-Length");
            Responses.problem(request, tooLarge(length == null ? "more" : length));
        } else if (e == null && request.statusCode() > 0 && request.statusCode() < 500) {
            request.next(); // the router's own words about what it could not route
        } else if (e instanceof org.apache.kafka.common.KafkaException) {
            Responses.problem(
                    request,
                    new Problem(
                            503,
                            "the broker did not confirm the write in time; whether it is written is not"
                                    + " known: ask again, with the same Idempotency-Key for a command ("
                                    + e.getMessage() + ")"));
        } else {
            LOG.error(
                    "{} {} failed",
                    request.request().method(),
                    request.request().path(),
                    e);
            Responses.problem(request, new Problem(500, "the gateway failed; its log says why"));
        }
    }

    /** The refusal of a body of that many bytes. */
    static Problem tooLarge(String bytes) {
        return new Problem(
                413,
                "the body has " + bytes + " bytes, and a definition may have " + MAX_BODY
                        + " at most: put large files into the container's root or a bind mount");
    }

    /** The OpenAPI document as text, for those who check it. */
    public String openApi() {
        return Json.pretty(OpenApi.document(endpoints));
    }
}
