package io.hatchery.gateway.http;

import io.hatchery.bus.BusRecord;
import io.hatchery.gateway.access.ApiPrincipal;
import io.hatchery.gateway.access.Authenticator;
import io.hatchery.gateway.logs.LogStore;
import io.hatchery.gateway.read.FleetReader;
import io.hatchery.gateway.stream.Streams;
import io.hatchery.gateway.view.FleetView;
import io.hatchery.gateway.view.SubmittedOperations;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * The fleet as the API serves it.
 *
 * @param access finds the principal of a request
 * @param reader reads the fleet as folded from the topics
 * @param submitted the operations that requests are writing, over those of the topics
 * @param streams the clients of the stream
 * @param log reads records of the past again
 * @param logs what containers print
 * @param refused takes each record of the past that cannot be read, and the reason
 */
public record ServedFleet(
        Authenticator access,
        FleetReader reader,
        SubmittedOperations submitted,
        Streams streams,
        Streams.Replay log,
        LogStore logs,
        BiConsumer<BusRecord, Throwable> refused) {
    /** Reads what the sender of a request may see; fails if its token was revoked while the request waited. */
    <T> Future<T> read(RoutingContext request, Function<FleetView, T> query) {
        ApiPrincipal principal = Requests.principal(request);
        return readWhole(principal, view -> query.apply(view.seenBy(principal)));
    }

    /**
     * Reads the whole fleet, to decide whether a change is in scope. It comes directly before the change: a client may have taken its
     * time for the body, or waited, and its token may have been revoked meanwhile.
     */
    <T> Future<T> readWhole(ApiPrincipal principal, Function<FleetView, T> query) {
        return access.isValid(principal) ? reader.read(query) : Future.failedFuture(ApiProblem.notAuthenticated());
    }

    /**
     * Checks the token of a request again, which may have been revoked meanwhile.
     *
     * @throws ApiProblem if it was
     */
    void requireValid(RoutingContext request) {
        if (!access.isValid(Requests.principal(request))) {
            throw ApiProblem.notAuthenticated();
        }
    }

    /** Answers a request with what its sender may see. */
    void answer(RoutingContext request, Function<FleetView, Answer> query) {
        read(request, query)
                .onSuccess(answer -> Responses.answer(request, answer))
                .onFailure(request::fail);
    }
}
