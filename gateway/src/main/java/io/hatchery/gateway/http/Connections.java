package io.hatchery.gateway.http;

import io.hatchery.bus.RepeatedWarning;
import io.hatchery.gateway.tls.TransportRules;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.IdentityHashMap;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections of clients, bounded in number and in the time that they may be open without a request. A request that is being
 * answered has all the time that it takes. All calls come on one context.
 */
public final class Connections {
    private static final Logger LOG = LoggerFactory.getLogger(Connections.class);

    /** Nothing that a client waits for takes longer; a stream has a ping before. */
    public static final Duration LONGEST_SILENCE = Requests.LONGEST_WAIT.plusMinutes(1);

    /** For a year, browsers use TLS alone (RFC 6797). */
    private static final String STRICT_TRANSPORT = "max-age=31536000";

    private final Vertx vertx;
    private final ConnectionLimits limits;
    private final TransportRules rules;
    private final IdentityHashMap<HttpConnection, Open> open = new IdentityHashMap<>();
    private final RepeatedWarning unprotected = new RepeatedWarning(LOG, "refused a client");
    private long refused;

    /**
     * What clients may take.
     *
     * @param connections how many may be open; those of the stream are counted apart
     * @param request how long a client may take to send the header of a request, and as long again for the body
     * @param idle how long a connection may be open between two requests
     */
    public record ConnectionLimits(int connections, Duration request, Duration idle) {}

    /** A connection: either requests of it are being answered, or a timer is set that ends it. */
    private static final class Open {
        private int requests;
        private long timer;
    }

    /** None is open. */
    public Connections(Vertx vertx, ConnectionLimits limits, TransportRules rules) {
        this.vertx = vertx;
        this.limits = limits;
        this.rules = rules;
    }

    /** A client has connected. */
    public void opened(HttpConnection connection) {
        var refusal = rules.refusedClient(address(connection));
        if (refusal.isPresent()) {
            unprotected.failed(new SecurityException(refusal.get()));
            connection.close();
            return;
        }
        if (open.size() >= limits.connections) {
            if (refused++ % 1000 == 0) {
                LOG.warn(
                        "{} connections are open (gateway.connections): refused that of {}, and {} before",
                        open.size(),
                        connection.remoteAddress(),
                        refused - 1);
            }
            connection.close();
            return;
        }
        open.put(connection, new Open());
        connection.closeHandler(closed -> left(connection));
        endAfter(connection, limits.request);
    }

    /** How many connections were refused, since too many were open. */
    public long refused() {
        return refused;
    }

    /** How many connections are open. */
    public int count() {
        return open.size();
    }

    private void endAfter(HttpConnection connection, Duration time) {
        Open state = open.get(connection);
        if (state != null) {
            vertx.cancelTimer(state.timer);
            state.timer = vertx.setTimer(Math.max(1, time.toMillis()), late -> connection.close());
        }
    }

    private static String address(HttpConnection connection) {
        return connection
                .remoteAddress()
                .hostAddress()
                .replaceFirst("%.*", ""); // without the zone of a link-local address
    }

    /** The first handler of every request: checks where it comes from and where it goes, and limits the time for its body. */
    void began(RoutingContext context) {
        HttpServerRequest request = context.request();
        HttpConnection connection = request.connection();
        Open state = open.get(connection);
        if (state != null) {
            state.requests++;
            vertx.cancelTimer(state.timer);
            context.addEndHandler(answered -> ended(connection, state));
            long late = vertx.setTimer(Math.max(1, limits.request.toMillis()), tick -> connection.close());
            request.end().onComplete(read -> vertx.cancelTimer(late));
        }
        if (rules.isEncrypted()) {
            context.response().putHeader("Strict-Transport-Security", STRICT_TRANSPORT);
        }
        refusal(request).ifPresentOrElse(refusal -> Responses.problem(context, refusal), context::next);
    }

    private Optional<ApiProblem> refusal(HttpServerRequest request) {
        String host = request.getHeader(HttpHeaders.HOST);
        return HostHeader.refusal(request)
                .map(refusal -> new ApiProblem(ProblemType.INVALID_REQUEST, refusal))
                .or(() -> rules.refusedHost(address(request.connection()), host)
                        .map(refusal -> new ApiProblem(ProblemType.UNKNOWN_HOST, refusal)))
                .or(() -> rules.refusedOrigin(host, request.getHeader(HttpHeaders.ORIGIN))
                        .map(refusal -> new ApiProblem(ProblemType.FOREIGN_ORIGIN, refusal)));
    }

    private void ended(HttpConnection connection, Open state) {
        state.requests--;
        if (state.requests == 0) {
            endAfter(connection, limits.idle);
        }
    }

    /** The connection is a websocket now, or closed. */
    void left(HttpConnection connection) {
        Open state = open.remove(connection);
        if (state != null) {
            vertx.cancelTimer(state.timer);
        }
    }
}
