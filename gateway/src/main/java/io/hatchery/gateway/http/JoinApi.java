package io.hatchery.gateway.http;

import io.hatchery.bus.Message;
import io.hatchery.bus.Publisher;
import io.hatchery.gateway.access.JoinTokens;
import io.hatchery.gateway.read.FleetReader;
import io.hatchery.protocol.Topics;
import io.hatchery.protocol.resource.JoinAnswer;
import io.hatchery.protocol.resource.JoinRequest;
import io.hatchery.protocol.token.AccessToken;
import io.hatchery.protocol.token.JoinToken;
import io.hatchery.spec.HostName;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.util.UUID;

/** Gives a machine that has a join token its credentials and keys, once. */
final class JoinApi {
    /** How long a request waits until this gateway has read the record that it wrote. */
    private static final Duration READ_TIMEOUT = Duration.ofSeconds(10);

    private final FleetReader reader;
    private final Publisher publisher;
    private final ViewAwaiter waiting;
    private final Clock clock;

    JoinApi(FleetReader reader, Publisher publisher, ViewAwaiter waiting, Clock clock) {
        this.reader = reader;
        this.publisher = publisher;
        this.waiting = waiting;
        this.clock = clock;
    }

    /** The endpoint, which a machine without a token of the API uses: its join token is in the body. */
    Endpoint endpoint() {
        return Endpoint.post("/v1/join")
                .id("joinFleet")
                .summary("Gives a machine its credentials and keys, encrypted with its join token, once")
                .body("JoinRequest")
                .answers(200, "JoinAnswer")
                .problems(400, 403, 413, 415, 500, 503)
                .handledBy(this::join);
    }

    private void join(RoutingContext request) {
        JoinRequest asked = asked(request);
        RequestAudit.detail(request, "host " + asked.host());
        String id = UUID.randomUUID().toString();
        // The record of the use comes first: what is sent twice would be known to two machines.
        reader.read(view -> required(asked, view.joinTokens()))
                .compose(token -> publish(token.usedBy(id)).map(read -> token))
                .compose(token -> reader.read(view -> used(token, id, view.joinTokens())))
                .onSuccess(answer -> {
                    // Neither a cache nor a proxy may keep it.
                    request.response().putHeader("Cache-Control", "no-store");
                    Responses.json(request, 200, answer);
                })
                .onFailure(request::fail);
    }

    private static JoinAnswer used(JoinToken token, String id, JoinTokens tokens) {
        JoinToken now = tokens.find(token.host())
                .filter(last -> last.hash().equals(token.hash()))
                .orElseThrow(() -> replaced(token.host()));
        if (!id.equals(now.usedBy())) {
            throw refused(token.host(), "it was used already");
        }
        return new JoinAnswer(token.host(), String.valueOf(token.sealed()));
    }

    private static JoinRequest asked(RoutingContext request) {
        try {
            byte[] body = request.body().buffer() == null
                    ? new byte[0]
                    : request.body().buffer().getBytes();
            var object = Requests.object(body, request.request().getHeader("Content-Type"));
            return Json.readStrictly(Json.bytes(object), JoinRequest.class);
        } catch (UnreadableException e) {
            throw new ApiProblem(ProblemType.INVALID_REQUEST, "the body cannot be read: " + e.getMessage());
        }
    }

    private JoinToken required(JoinRequest asked, JoinTokens tokens) {
        JoinToken token = tokens.find(asked.host())
                .filter(known -> isEqual(known.hash(), AccessToken.hash(asked.proof())))
                .orElseThrow(() -> replaced(asked.host()));
        token.refusal(clock.instant()).ifPresent(why -> {
            throw refused(asked.host(), why);
        });
        return token;
    }

    private static boolean isEqual(String hash, String other) {
        return MessageDigest.isEqual(
                hash.getBytes(StandardCharsets.US_ASCII), other.getBytes(StandardCharsets.US_ASCII));
    }

    private static ApiProblem replaced(HostName host) {
        return refused(host, "it is not the last one that was made for this host");
    }

    private static ApiProblem refused(HostName host, String why) {
        return new ApiProblem(
                ProblemType.FORBIDDEN,
                "the join token of host " + host + " is refused: " + why
                        + ". An administrator makes another with: hatchery host add " + host);
    }

    /** Writes that a token is used; completes when this gateway has read it. */
    private Future<Void> publish(JoinToken used) {
        var message =
                Message.of(Topics.ACCESS.name(), JoinToken.key(used.host()), used, null, Api.SOURCE, clock.instant());
        return publisher
                .publish(message)
                .compose(position -> waiting.joinToken(used.host(), position.offset(), READ_TIMEOUT))
                .map(read -> {
                    if (read.isEmpty()) {
                        throw new ApiProblem(
                                ProblemType.BROKER_UNAVAILABLE,
                                "the use of the join token is written, but this gateway has not read it. The token cannot be"
                                        + " used again: make another with hatchery host add " + used.host());
                    }
                    return null;
                });
    }
}
