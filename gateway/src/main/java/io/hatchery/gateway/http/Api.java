package io.hatchery.gateway.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.bus.GoneException;
import io.hatchery.bus.Publisher;
import io.hatchery.gateway.audit.AuditReader;
import io.hatchery.gateway.audit.AuditTrail;
import io.hatchery.gateway.session.GatewaySessions;
import io.hatchery.gateway.stream.StreamCursor;
import io.hatchery.gateway.stream.StreamFilter;
import io.hatchery.gateway.stream.StreamSocket;
import io.hatchery.gateway.stream.StreamType;
import io.hatchery.gateway.stream.Streams;
import io.hatchery.protocol.Phase;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.HostName;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.HttpException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The router of every endpoint, and what all of them share: authentication, readiness, problems. */
public final class Api {
    static final String PROBLEM = "Problem";
    static final String SOURCE = "/gateway";

    private static final Logger LOG = LoggerFactory.getLogger(Api.class);
    /** Of a definition or a profile, in bytes. */
    static final int MAX_BODY = 256 << 10;

    /**
     * What the API needs.
     *
     * @param publisher writes definitions, profiles and commands
     * @param waiting requests that wait for the view
     * @param unready why the gateway does not serve, for instance because it catches up; empty if it serves
     * @param audit takes requests that change something
     * @param auditReader reads what it took
     * @param metrics gives the metrics as Prometheus text
     */
    public record ApiDependencies(
            ServedFleet fleet,
            Publisher publisher,
            ViewAwaiter waiting,
            Supplier<Optional<String>> unready,
            Supplier<String> metrics,
            AuditTrail audit,
            AuditReader auditReader) {}

    private final Vertx vertx;
    private final ApiDependencies dependencies;
    private final NixCache cache;
    private final Connections connections;
    private final SessionsApi sessions;
    private final List<Endpoint> endpoints = new ArrayList<>();
    private final List<Endpoint> open;
    private final Endpoint join;
    private final ObjectNode document;

    /** Makes the endpoints and the OpenAPI document. */
    public Api(
            Vertx vertx,
            ApiDependencies dependencies,
            NixCache cache,
            Connections connections,
            GatewaySessions gatewaySessions,
            Clock clock) {
        this.vertx = vertx;
        this.dependencies = dependencies;
        this.cache = cache;
        this.connections = connections;
        var operations =
                new OperationsApi(dependencies.fleet(), dependencies.publisher(), dependencies.waiting(), clock);
        var checks = new DefinitionChecks(vertx);
        var writer =
                new DefinitionWriter(dependencies.fleet(), dependencies.publisher(), dependencies.waiting(), clock);
        var containers =
                new ContainersApi(dependencies.fleet(), writer, dependencies.waiting(), operations, checks, clock);
        endpoints.addAll(containers.endpoints());
        endpoints.addAll(new BulkDefinitionsApi(dependencies.fleet(), writer, checks, clock).endpoints());
        endpoints.addAll(new SystemsApi(dependencies.fleet(), containers).endpoints());
        endpoints.addAll(operations.endpoints());
        sessions = new SessionsApi(vertx, dependencies, operations, gatewaySessions, connections, clock);
        endpoints.addAll(sessions.endpoints());
        endpoints.addAll(new HostsApi(dependencies.fleet(), clock).endpoints());
        endpoints.addAll(new EventsApi(dependencies.fleet()).endpoints());
        endpoints.addAll(new LogsApi(vertx, dependencies.fleet()).endpoints());
        endpoints.addAll(
                new ProfilesApi(dependencies.fleet(), dependencies.publisher(), dependencies.waiting(), checks, clock)
                        .endpoints());
        endpoints.addAll(new TokensApi(dependencies.fleet(), dependencies.publisher(), dependencies.waiting(), clock)
                .endpoints());
        endpoints.addAll(new AuditApi(dependencies.fleet(), dependencies.auditReader()).endpoints());
        endpoints.add(Endpoint.get("/v1/stream")
                .id("watchFleet")
                .summary("Upgrades to a websocket of a snapshot and then every change")
                .parameters(
                        Endpoint.Parameter.query(
                                "container", "Only what concerns this one", ParameterTypes.container()),
                        Endpoint.Parameter.query("host", "Only what concerns this one", ParameterTypes.host()),
                        Endpoint.Parameter.query(
                                "selector",
                                "Only containers whose labels it selects, as in Kubernetes: tier=web,env!=dev"),
                        Endpoint.Parameter.query(
                                "phase",
                                "Only containers of which this phase was published; not unknown",
                                ParameterTypes.oneOf(Phase.class)),
                        Endpoint.Parameter.query(
                                "types",
                                "Only these kinds of changes, separated by commas: container, status, event, host, operation"),
                        Endpoint.Parameter.query("since", "From this cursor on, instead of a snapshot"))
                .answers(101)
                .problems(400, 410, 503)
                .handledBy(this::stream));
        endpoints.add(Endpoint.get("/metrics")
                .id("getMetrics")
                .summary("Metrics for Prometheus")
                .answers(200, OpenApi.TEXT)
                .handledBy(request -> Responses.write(
                        request,
                        200,
                        "text/plain; version=0.0.4; charset=utf-8",
                        dependencies.metrics().get())));
        open = open();
        join = new JoinApi(dependencies.fleet().reader(), dependencies.publisher(), dependencies.waiting(), clock)
                .endpoint();
        var withoutToken = new ArrayList<>(open);
        withoutToken.add(join);
        document = OpenApi.document(endpoints, withoutToken);
    }

    /** The endpoints that need no token. */
    private List<Endpoint> open() {
        return List.of(
                Endpoint.get("/healthz")
                        .id("getHealth")
                        .summary("Answers as long as the gateway runs")
                        .answers(200, "GatewayState")
                        .handledBy(request -> Responses.json(request, 200, Map.of("status", "ok"))),
                Endpoint.get("/readyz")
                        .id("getReadiness")
                        .summary("Whether the gateway serves, and if not, why")
                        .answers(200, "GatewayState")
                        .answers(503, "GatewayState")
                        .handledBy(this::readiness),
                Endpoint.get("/openapi.json")
                        .id("getOpenApi")
                        .summary("This document")
                        .answers(200, "Document")
                        .handledBy(request -> Responses.json(request, 200, document)),
                Endpoint.get(ProblemType.PATH + "{type}")
                        .id("getProblemType")
                        .summary("Explains a problem, whose type this is")
                        .answers(200, OpenApi.TEXT)
                        .problems(404)
                        .handledBy(Api::problemType));
    }

    /** The OpenAPI document. */
    ObjectNode document() {
        return document;
    }

    /** A router of all endpoints. */
    public Router router() {
        Router router = Router.router(vertx);
        // First: what is refused for its origin, or by the cache, is entered too.
        router.route().handler(new RequestAudit(dependencies.audit())::begin);
        router.route().handler(connections::began);
        Resource.routeIn(router, open, (request, endpoint) -> {});
        cache.routeIn(router);
        router.get("/v1/sessions/:id").handler(sessions::connect); // for runners, which show the secret of the session
        router.route().handler(this::requireReady); // before, not all tokens are known
        Resource.routeIn(router, List.of(join), RequestAudit::operation);
        router.route().handler(this::authenticate);
        Resource.routeIn(router, endpoints, Api::authorize);
        router.route()
                .handler(request -> Responses.problem(
                        request,
                        new ApiProblem(
                                ProblemType.UNKNOWN_PATH,
                                "there is nothing at " + request.request().path() + ": see /openapi.json")));
        router.route().failureHandler(Api::fail);
        router.errorHandler(400, request -> Responses.problem(request, unreadable(request.request())));
        return router;
    }

    /** What the router itself refuses: it asks for a Host before any handler can. */
    private static ApiProblem unreadable(HttpServerRequest request) {
        return new ApiProblem(
                ProblemType.INVALID_REQUEST,
                HostHeader.refusal(request)
                        .orElse("the path or the query cannot be read: write a percent sign as %25, and UTF-8 in"
                                + " percent-encoding"));
    }

    private static void problemType(RoutingContext request) {
        String type = request.pathParam("type");
        Responses.write(
                request,
                200,
                "text/plain; charset=utf-8",
                ProblemType.of(type)
                        .orElseThrow(() -> new ApiProblem(ProblemType.NOT_FOUND, "there is no problem type " + type))
                        .section());
    }

    private void readiness(RoutingContext request) {
        Optional<String> why = dependencies.unready().get();
        Responses.json(request, why.isEmpty() ? 200 : 503, Map.of("status", why.orElse("ready")));
    }

    private void authenticate(RoutingContext request) {
        Requests.authenticated(
                request,
                BearerToken.shownBy(request.request()).stream()
                        .flatMap(secret -> dependencies.fleet().access().find(secret).stream())
                        .findFirst()
                        .orElseThrow(ApiProblem::notAuthenticated));
        request.next();
    }

    /** The one place where the permission of an operation is checked; its scope is that of {@link ServedFleet#read}. */
    private static void authorize(RoutingContext request, Endpoint endpoint) {
        RequestAudit.operation(request, endpoint);
        String refusal = endpoint.permission().refusal(Requests.principal(request));
        if (!refusal.isEmpty()) {
            throw new ApiProblem(
                    ProblemType.FORBIDDEN, endpoint.id() + " is not allowed: " + refusal + "; use another token");
        }
    }

    private void requireReady(RoutingContext request) {
        Optional<String> why = dependencies.unready().get();
        if (why.isEmpty()) {
            request.next();
        } else {
            Responses.problem(
                    request,
                    new ApiProblem(ProblemType.NOT_READY, "the gateway is not ready (" + why.get() + "): try again"));
        }
    }

    private void stream(RoutingContext request) {
        StreamFilter filter = filter(request);
        StreamCursor since =
                Requests.query(request, "since", dependencies.fleet().streams()::parse);
        if (!"websocket".equalsIgnoreCase(request.request().getHeader(HttpHeaders.UPGRADE))) {
            throw new ApiProblem(
                    ProblemType.INVALID_REQUEST, "this is a websocket: connect with ws:// and the Upgrade header");
        }
        if (!dependencies.fleet().streams().admit()) {
            throw new ApiProblem(
                    ProblemType.TOO_MANY_REQUESTS,
                    "there are " + Streams.MAX_CLIENTS
                            + " clients of the stream already: try again later, or use another gateway");
        }
        var what = new Streams.Request(filter, since);
        request.request()
                .toWebSocket()
                .onComplete(opened -> dependencies.fleet().streams().opened())
                .onSuccess(socket -> {
                    connections.left(request.request().connection());
                    StreamSocket.serve(vertx, socket, dependencies.fleet().streams(), what);
                })
                .onFailure(e -> LOG.warn("a websocket was not opened: {}", e.getMessage()));
    }

    private static StreamFilter filter(RoutingContext request) {
        Set<StreamType> types = Requests.query(request, "types", Api::types);
        return new StreamFilter(
                Requests.principal(request),
                Requests.query(request, "container", ContainerName::new),
                Requests.query(request, "host", HostName::new),
                ContainerFilters.selector(request),
                Requests.query(request, "phase", Api::publishedPhase),
                types == null ? StreamFilter.ALL.types() : types);
    }

    private static Set<StreamType> types(String words) {
        return Arrays.stream(words.split(",", -1))
                .map(word -> Requests.oneOf("types", word, List.of(StreamType.values()), StreamType::word))
                .collect(Collectors.toUnmodifiableSet());
    }

    private static Phase publishedPhase(String word) {
        Phase phase = ContainerFilters.phase(word);
        if (phase == Phase.UNKNOWN) {
            throw new IllegalArgumentException(
                    "no record says that a container is unknown: watch the hosts, of which one is lost then");
        }
        return phase;
    }

    private static void fail(RoutingContext request) {
        Throwable e = request.failure();
        if (e instanceof ApiProblem problem) {
            Responses.problem(request, problem);
        } else if (e instanceof GoneException) {
            Responses.problem(
                    request, new ApiProblem(ProblemType.CURSOR_GONE, e.getMessage() + ": begin anew, without since"));
        } else if (e == null && request.statusCode() == 413) {
            if (request.request().version() != HttpVersion.HTTP_2) { // RFC 9113, 8.2.2 forbids it there
                request.response().putHeader("Connection", "close");
            }
            String length = request.request().getHeader("Content-Length");
            Responses.problem(request, tooLarge(length == null ? "more" : length));
        } else if (request.statusCode() == 400 || e instanceof HttpException http && http.getStatusCode() == 400) {
            Responses.problem(request, unreadable(request.request()));
        } else {
            Responses.problem(request, problem(e));
        }
    }

    /** The problem that a failure of a request is; the log has the cause of an unexpected one. */
    static ApiProblem problem(@Nullable Throwable e) {
        if (e instanceof ApiProblem problem) {
            return problem;
        }
        if (e instanceof org.apache.kafka.common.KafkaException) {
            return new ApiProblem(
                    ProblemType.BROKER_UNAVAILABLE,
                    "the broker did not confirm the write in time, and the record may have been written: try again,"
                            + " a command with the same Idempotency-Key (" + e.getMessage() + ")");
        }
        LOG.error("a request failed", e);
        return new ApiProblem(
                ProblemType.INTERNAL_ERROR, "the gateway failed to handle the request: see its log for the cause");
    }

    /** The refusal of a body of that many bytes. */
    static ApiProblem tooLarge(String bytes) {
        return new ApiProblem(
                ProblemType.BODY_TOO_LARGE,
                "the body has " + bytes + " bytes, and a definition may have " + MAX_BODY
                        + " at most: put large files into the container's root or a bind mount");
    }
}
