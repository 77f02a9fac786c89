package io.hatchery.gateway.http;

import io.hatchery.gateway.access.ApiPrincipal;
import io.hatchery.gateway.audit.AuditTrail;
import io.hatchery.protocol.AuditEntryBuilder;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.RoutingContext;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Enters requests that change something, and those that are refused, into the audit trail. */
final class RequestAudit {
    private static final Set<HttpMethod> READS = Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);
    private static final int LONGEST_OBJECT = 300;
    private static final String DETAIL = "audit.detail";
    private static final String OPERATION = "audit.operation";

    private final AuditTrail trail;

    RequestAudit(AuditTrail trail) {
        this.trail = trail;
    }

    /** The first handler of every request. */
    void begin(RoutingContext request) {
        boolean isChange = !READS.contains(request.request().method());
        String id = UUID.randomUUID().toString();
        if (isChange) {
            request.response().putHeader("X-Request-Id", id);
        }
        request.addEndHandler(ended -> {
            int status = request.response().ended() ? request.response().getStatusCode() : 0;
            if (isChange || status == 401 || status == 403) {
                trail.add(entry(request, id, status));
            }
        });
        request.next();
    }

    /** An entry of a request, without its detail. */
    static AuditEntryBuilder entry(RoutingContext request, String id, int status) {
        ApiPrincipal principal = Requests.knownPrincipal(request);
        String path = request.request().path();
        SocketAddress remote = request.request().remoteAddress();
        @Nullable String operation = request.get(OPERATION);
        return AuditEntryBuilder.builder()
                .principal(principal == null ? null : principal.name())
                .remote(remote == null || remote.hostAddress() == null ? "" : remote.hostAddress())
                .action(operation == null ? request.request().method().name() : operation)
                .object(path == null ? "" : path.length() <= LONGEST_OBJECT ? path : path.substring(0, LONGEST_OBJECT))
                .status(status)
                .request(id)
                .detail(request.get(DETAIL));
    }

    /** The request is for that operation. */
    static void operation(RoutingContext request, Endpoint endpoint) {
        request.put(OPERATION, endpoint.id());
    }

    /** What the path does not say. */
    static void detail(RoutingContext request, String text) {
        request.put(DETAIL, text);
    }
}
