package io.hatchery.gateway.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.bus.Message;
import io.hatchery.gateway.access.ApiPrincipal;
import io.hatchery.gateway.audit.AuditTrail;
import io.hatchery.gateway.http.Endpoint.Parameter;
import io.hatchery.gateway.session.GatewaySessions;
import io.hatchery.gateway.session.OpenSessions;
import io.hatchery.gateway.session.PendingSessions;
import io.hatchery.gateway.session.SessionRelay;
import io.hatchery.gateway.view.FleetView;
import io.hatchery.gateway.view.Operation;
import io.hatchery.protocol.Command;
import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.Evaluation;
import io.hatchery.protocol.Phase;
import io.hatchery.protocol.Topics;
import io.hatchery.protocol.Verb;
import io.hatchery.protocol.session.SessionProtocol;
import io.hatchery.protocol.session.SessionRequest;
import io.hatchery.protocol.session.SessionTicket;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.HostName;
import io.hatchery.spec.json.Json;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.ext.web.RoutingContext;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sessions inside containers: the websockets of clients, and those that runners open for them. */
final class SessionsApi {
    private static final Logger LOG = LoggerFactory.getLogger(SessionsApi.class);

    /** Has one variable as NAME=VALUE in percent-encoding; not in the query, which proxies log. */
    private static final String VARIABLE = "Hatchery-Env";

    private static final int LONGEST_DETAIL = 2_000;
    private static final int UPGRADED = 101;

    private final Vertx vertx;
    private final ServedFleet fleet;
    private final OperationsApi operations;
    private final ViewAwaiter waiting;
    private final GatewaySessions sessions;
    private final Connections connections;
    private final AuditTrail audit;
    private final Clock clock;

    SessionsApi(
            Vertx vertx,
            Api.ApiDependencies dependencies,
            OperationsApi operations,
            GatewaySessions sessions,
            Connections connections,
            Clock clock) {
        this.vertx = vertx;
        this.fleet = dependencies.fleet();
        this.operations = operations;
        this.waiting = dependencies.waiting();
        this.sessions = sessions;
        this.connections = connections;
        this.audit = dependencies.audit();
        this.clock = clock;
    }

    List<Endpoint> endpoints() {
        return List.of(exec(), portForward());
    }

    private Endpoint portForward() {
        return Endpoint.get("/v1/containers/{name}/portforward")
                .id("forwardContainerPort")
                .summary(
                        "Upgrades to a websocket of a connection to a port in the container, as Kubernetes' portforward")
                .parameters(Parameter.query(
                        "ports", "The port on the loopback of the container", ParameterTypes.integer(1, 65_535, 80)))
                .answers(UPGRADED)
                .problems(400, 404, 409, 503)
                .handledBy(request -> begin(request, port(request)));
    }

    private static SessionRequest port(RoutingContext request) {
        Integer port = Requests.query(request, "ports", text -> {
            if (!text.matches("\\d{1,5}")) {
                throw new IllegalArgumentException("give one port; each has a websocket of its own");
            }
            return Integer.valueOf(text);
        });
        if (port == null) {
            throw new ApiProblem(ProblemType.INVALID_REQUEST, "query parameter ports: give a port");
        }
        try {
            return SessionRequest.ofPort(port);
        } catch (IllegalArgumentException e) {
            throw new ApiProblem(ProblemType.INVALID_REQUEST, "query parameter ports: " + e.getMessage());
        }
    }

    private Endpoint exec() {
        return Endpoint.get("/v1/containers/{name}/exec")
                .id("execContainer")
                .summary("Upgrades to a websocket of a session, with Kubernetes' subprotocol v5.channel.k8s.io or v4")
                .parameters(
                        Parameter.query(
                                "command",
                                "A word of the command; repeated for each. Without one, the user's login shell",
                                ParameterTypes.list()),
                        Parameter.query("stdin", "Whether the client sends input", ParameterTypes.bool()),
                        Parameter.query("stdout", "Whether the client gets the output", ParameterTypes.boolTrue()),
                        Parameter.query("stderr", "Whether the client gets the errors", ParameterTypes.boolTrue()),
                        Parameter.query("tty", "Whether the session has a terminal", ParameterTypes.bool()),
                        Parameter.query("user", "Name or number of the user in the container; root otherwise"),
                        Parameter.query("cwd", "Where it begins; the home of the user otherwise"),
                        Parameter.header(VARIABLE, "A variable as NAME=VALUE in percent-encoding; may be repeated"))
                .answers(UPGRADED)
                .problems(400, 404, 409, 503)
                .handledBy(request -> begin(request, asked(request)));
    }

    private void begin(RoutingContext request, SessionRequest asked) {
        ContainerName name = Requests.container(request);
        ApiPrincipal principal = Requests.principal(request);
        request.request().pause(); // what a client sends before the answer is its session's
        fleet.readWhole(principal, whole -> target(whole.seenBy(principal), name))
                .map(host -> {
                    requireWebSocket(request.request());
                    open(request, asked, name, host);
                    return null;
                })
                .onFailure(e -> refuse(request, e));
    }

    private static SessionRequest asked(RoutingContext request) {
        boolean isTerminal = flag(request, "tty", false);
        var streams = new SessionRequest.SessionStreams(
                isTerminal,
                flag(request, "stdin", false),
                flag(request, "stdout", true),
                !isTerminal && flag(request, "stderr", true));
        try {
            return new SessionRequest(
                    request.queryParams().getAll("command"),
                    environment(request.request()),
                    request.queryParams().get("user"),
                    request.queryParams().get("cwd"),
                    streams,
                    null);
        } catch (IllegalArgumentException e) {
            throw new ApiProblem(ProblemType.INVALID_REQUEST, String.valueOf(e.getMessage()));
        }
    }

    private static boolean flag(RoutingContext request, String name, boolean usual) {
        Boolean value = Requests.query(request, name, text -> switch (text) {
            case "true", "1" -> true;
            case "false", "0" -> false;
            default -> throw new IllegalArgumentException("give true or false");
        });
        return value == null ? usual : value;
    }

    private static SortedMap<String, String> environment(HttpServerRequest request) {
        var environment = new TreeMap<String, String>();
        for (String header : request.headers().getAll(VARIABLE)) {
            String[] variable = URLDecoder.decode(header.replace("+", "%2B"), StandardCharsets.UTF_8)
                    .split("=", 2);
            if (variable.length < 2) {
                throw new IllegalArgumentException("the header " + VARIABLE + " is not NAME=VALUE");
            }
            environment.put(variable[0], variable[1]);
        }
        return environment;
    }

    private static void requireWebSocket(HttpServerRequest request) {
        if (!"websocket".equalsIgnoreCase(request.getHeader(HttpHeaders.UPGRADE))) {
            throw new ApiProblem(
                    ProblemType.INVALID_REQUEST, "this is a websocket: connect with ws:// and the Upgrade header");
        }
        boolean isOffered = request.headers().getAll("Sec-WebSocket-Protocol").stream()
                .flatMap(offered -> Arrays.stream(offered.split(",")))
                .map(String::strip)
                .anyMatch(protocol -> protocol.equals(SessionProtocol.V5) || protocol.equals(SessionProtocol.V4));
        if (!isOffered) {
            throw new ApiProblem(
                    ProblemType.INVALID_REQUEST,
                    "Sec-WebSocket-Protocol: offer " + SessionProtocol.V5 + " or " + SessionProtocol.V4);
        }
    }

    /** The host of a container that runs. */
    private HostName target(FleetView view, ContainerName name) {
        Evaluation evaluation = view.evaluation(name)
                .filter(e -> view.isThere(name))
                .orElseThrow(() -> new ApiProblem(
                        ProblemType.NOT_FOUND, "there is no container " + name + ": run hatchery list for the names"));
        Phase phase = view.phase(name, clock.instant());
        ContainerSpec spec = evaluation.spec();
        if (phase == Phase.UNKNOWN && spec != null) {
            throw new ApiProblem(
                    ProblemType.NOT_RUNNING,
                    "the host of container " + name + ", " + spec.host()
                            + ", is lost: run hatchery hosts, and start its runner");
        }
        if (phase != Phase.RUNNING || spec == null) {
            throw new ApiProblem(
                    ProblemType.NOT_RUNNING,
                    "container " + name + " is " + phase.word()
                            + ", and sessions need one that runs: run hatchery start " + name);
        }
        return view.hostOf(name).orElse(spec.host());
    }

    private void open(RoutingContext request, SessionRequest asked, ContainerName name, HostName host) {
        if (!sessions.open().admit()) {
            throw new ApiProblem(
                    ProblemType.TOO_MANY_REQUESTS,
                    "there are " + OpenSessions.MAX_SESSIONS
                            + " sessions at this gateway already: end one of them, or use another gateway");
        }
        var id = new CommandId(UUID.randomUUID().toString());
        PendingSessions.WaitingSession session = sessions.pending()
                .add(
                        id,
                        () -> new ApiProblem(
                                ProblemType.HOST_UNAVAILABLE,
                                "the runner of host " + host + " did not open the session within "
                                        + PendingSessions.VALID.toSeconds() + " seconds: run hatchery hosts"));
        session.connected()
                .onSuccess(runner -> upgrade(request, asked, id, runner))
                .onFailure(e -> {
                    sessions.open().leave(id);
                    refuse(request, e);
                });
        publish(id, session.secret(), name, host, Requests.principal(request));
    }

    private void publish(CommandId id, String secret, ContainerName name, HostName host, ApiPrincipal principal) {
        Instant now = clock.instant();
        var command = new Command(
                Verb.SESSION,
                name,
                null,
                now.plus(PendingSessions.VALID),
                principal.name(),
                new SessionTicket(sessions.url().get(), secret));
        var message = Message.of(Topics.commands(host).name(), name.value(), command, id.value(), Api.SOURCE, now);
        try {
            operations
                    .publish(Operation.pending(id, command, host, now), message)
                    .compose(written -> waiting.outcome(id, name, PendingSessions.VALID))
                    .onSuccess(ended -> ended.filter(operation -> operation.reason() != null)
                            .ifPresent(operation ->
                                    sessions.pending().fail(id, notOpened(host, String.valueOf(operation.reason())))))
                    .onFailure(e -> sessions.pending().fail(id, e));
        } catch (ApiProblem e) {
            sessions.pending().fail(id, e);
        }
    }

    private static ApiProblem notOpened(HostName host, String reason) {
        return new ApiProblem(ProblemType.SESSION_REFUSED, "host " + host + " did not open the session: " + reason);
    }

    private void upgrade(RoutingContext request, SessionRequest asked, CommandId id, ServerWebSocket runner) {
        request.request()
                .toWebSocket()
                .onSuccess(client -> {
                    connections.left(request.request().connection());
                    serve(request, asked, id, client, runner);
                })
                .onFailure(e -> {
                    LOG.warn("the websocket of session {} was not opened: {}", id, e.getMessage());
                    sessions.open().leave(id);
                    var _ = runner.close();
                });
    }

    private void serve(
            RoutingContext request,
            SessionRequest asked,
            CommandId id,
            ServerWebSocket client,
            ServerWebSocket runner) {
        long begun = System.nanoTime();
        audit.add(RequestAudit.entry(request, id.value(), UPGRADED).detail(begin(asked)));
        SessionRelay relay = SessionRelay.start(vertx, client, runner, asked);
        sessions.open().opened(id, Requests.principal(request), relay);
        sessions.open()
                .reauthorize(fleet.access()::isValid); // the token may have been revoked while the runner was asked
        relay.ended().onSuccess(end -> {
            sessions.open().leave(id);
            long seconds = (System.nanoTime() - begun) / 1_000_000_000;
            ObjectNode detail = Json.object()
                    .put("session", "ended")
                    .put("result", end.text())
                    .put("seconds", seconds)
                    .put("bytesSent", end.sent())
                    .put("bytesReceived", end.received());
            audit.add(RequestAudit.entry(request, id.value(), UPGRADED).detail(bounded(Json.text(detail))));
        });
    }

    /** What runs and as whom; no variables, whose values may be secrets. */
    private static String begin(SessionRequest asked) {
        ObjectNode detail = Json.object().put("session", "begun");
        if (asked.port() != null) {
            return Json.text(detail.put("port", asked.port()));
        }
        asked.command().forEach(detail.putArray("command")::add);
        detail.put("user", asked.user() == null ? "root" : asked.user());
        return bounded(Json.text(detail.put("terminal", asked.streams().terminal())));
    }

    private static String bounded(String text) {
        return text.length() <= LONGEST_DETAIL ? text : text.substring(0, LONGEST_DETAIL) + "…";
    }

    private static void refuse(RoutingContext request, Throwable e) {
        request.request().resume();
        request.fail(e);
    }

    /** A runner opens the websocket of a session that it was asked for. */
    void connect(RoutingContext request) {
        CommandId id = Requests.path(request, "id", CommandId::new);
        if (!"websocket".equalsIgnoreCase(request.request().getHeader(HttpHeaders.UPGRADE))) {
            throw ApiProblem.notAuthenticated();
        }
        var admitted = BearerToken.shownBy(request.request()).stream()
                .flatMap(secret -> sessions.pending().admit(id, secret).stream())
                .findFirst()
                .orElseThrow(ApiProblem::notAuthenticated);
        request.request()
                .toWebSocket()
                .onSuccess(socket -> {
                    connections.left(request.request().connection());
                    socket.pause();
                    admitted.complete(socket);
                })
                .onFailure(admitted::fail);
    }
}
