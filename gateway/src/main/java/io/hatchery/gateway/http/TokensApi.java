package io.hatchery.gateway.http;

import io.hatchery.bus.Message;
import io.hatchery.bus.Publisher;
import io.hatchery.gateway.access.AccessTokens;
import io.hatchery.gateway.access.ApiPrincipal;
import io.hatchery.gateway.view.FleetView;
import io.hatchery.protocol.Topics;
import io.hatchery.protocol.resource.Token;
import io.hatchery.protocol.resource.TokenRequest;
import io.hatchery.protocol.token.AccessToken;
import io.hatchery.protocol.token.Scope;
import io.hatchery.protocol.token.TokenName;
import io.hatchery.spec.LabelSelector;
import io.hatchery.spec.Span;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Creates, lists and revokes tokens. */
final class TokensApi {
    /** By it a secret is recognized in files where it should not be. */
    private static final String PREFIX = "hatchery_";

    private static final int SECRET_BYTES = 32;
    private static final Span DEFAULT_TTL = Span.parse("90d");
    private static final Duration LONGEST_TTL = Duration.ofDays(3660);

    /** How long a request waits until this gateway has read the record that it wrote. */
    private static final Duration READ_TIMEOUT = Duration.ofSeconds(10);

    private final ServedFleet fleet;
    private final Publisher publisher;
    private final ViewAwaiter waiting;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();

    TokensApi(ServedFleet fleet, Publisher publisher, ViewAwaiter waiting, Clock clock) {
        this.fleet = fleet;
        this.publisher = publisher;
        this.waiting = waiting;
        this.clock = clock;
    }

    List<Endpoint> endpoints() {
        return List.of(
                Endpoint.get("/v1/tokens")
                        .id("listTokens")
                        .summary("Lists tokens by name, without their secrets")
                        .parameters(PagedList.LIMIT, PagedList.CURSOR)
                        .answers(200, "TokenList")
                        .problems(400)
                        .handledBy(this::list),
                Endpoint.post("/v1/tokens")
                        .id("createToken")
                        .summary("Creates a token; no other answer has its secret")
                        .body("TokenRequest")
                        .answers(201, "Token")
                        .problems(400, 409, 413, 415, 503)
                        .handledBy(this::create),
                Endpoint.delete("/v1/tokens/{name}")
                        .id("deleteToken")
                        .summary("Revokes a token and ends the streams of its holder")
                        .answers(204)
                        .problems(400, 404, 503)
                        .handledBy(this::delete));
    }

    private void list(RoutingContext request) {
        TokenName after = Requests.query(request, "cursor", TokenName::new);
        int limit = PagedList.limit(request);
        fleet.answer(
                request,
                view -> PagedList.page(
                        limit,
                        view.tokens().after(after).stream(),
                        token -> Json.text(Token.of(token)),
                        token -> token.name().value()));
    }

    private void create(RoutingContext request) {
        TokenRequest asked = asked(request);
        ApiPrincipal principal = Requests.principal(request);
        var bytes = new byte[SECRET_BYTES];
        random.nextBytes(bytes);
        String secret = PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        Instant now = clock.instant();
        var token = new AccessToken(
                asked.name(),
                asked.role(),
                scope(asked),
                AccessToken.hash(secret),
                now,
                principal.name(),
                expiry(asked, now));
        fleet.read(request, view -> {
                    requireFree(view, asked.name(), now);
                    return view;
                })
                .compose(free -> {
                    RequestAudit.detail(
                            request, token.name() + ": " + token.role().word() + " of " + token.scope());
                    return publish(token.name(), token);
                })
                .map(read -> {
                    // Neither a cache nor a proxy may keep the secret.
                    request.response().putHeader("Cache-Control", "no-store");
                    Responses.json(request, 201, Token.withSecret(token, secret));
                    return null;
                })
                .onFailure(request::fail);
    }

    private static TokenRequest asked(RoutingContext request) {
        try {
            byte[] body = request.body().buffer() == null
                    ? new byte[0]
                    : request.body().buffer().getBytes();
            var object = Requests.object(body, request.request().getHeader("Content-Type"));
            return Json.readStrictly(Json.bytes(object), TokenRequest.class);
        } catch (UnreadableException e) {
            throw new ApiProblem(ProblemType.INVALID_REQUEST, "the body cannot be read: " + e.getMessage());
        }
    }

    private static Scope scope(TokenRequest asked) {
        if (LabelSelector.ALL.equals(asked.selector())
                || asked.hosts() != null && asked.hosts().isEmpty()) {
            throw new ApiProblem(
                    ProblemType.INVALID_REQUEST,
                    "selector and hosts must not be empty: leave them out for a token of the whole fleet");
        }
        try {
            return new Scope(
                    Objects.requireNonNullElse(asked.selector(), LabelSelector.ALL),
                    asked.hosts() == null ? new TreeSet<>() : asked.hosts());
        } catch (IllegalArgumentException e) {
            throw new ApiProblem(ProblemType.INVALID_REQUEST, String.valueOf(e.getMessage()));
        }
    }

    private static @Nullable Instant expiry(TokenRequest asked, Instant now) {
        Span ttl = Objects.requireNonNullElse(asked.ttl(), DEFAULT_TTL);
        if (ttl.isInfinite()) {
            return null;
        }
        Duration duration = ttl.toDuration();
        if (duration.isZero() || duration.compareTo(LONGEST_TTL) > 0) {
            throw new ApiProblem(
                    ProblemType.INVALID_REQUEST,
                    "ttl is " + ttl + ": give up to " + LONGEST_TTL.toDays()
                            + "d, or infinity for a token that does not" + " expire");
        }
        return now.plus(duration);
    }

    /** A name of a token that has expired is free again. */
    private static void requireFree(FleetView view, TokenName name, Instant now) {
        if (view.tokens().find(name).filter(token -> !token.isExpired(now)).isPresent()) {
            throw new ApiProblem(
                    ProblemType.TOKEN_EXISTS, "there is a token " + name + ": revoke it first, or use another name");
        }
        if (view.tokens().find(name).isEmpty() && view.tokens().size() >= AccessTokens.MAX_TOKENS) {
            throw new ApiProblem(
                    ProblemType.TOKEN_EXISTS,
                    "there are " + AccessTokens.MAX_TOKENS + " tokens already: revoke those that have expired");
        }
    }

    private void delete(RoutingContext request) {
        TokenName name = Requests.path(request, "name", TokenName::new);
        fleet.read(
                        request,
                        view -> view.tokens()
                                .find(name)
                                .orElseThrow(() -> new ApiProblem(
                                        ProblemType.NOT_FOUND,
                                        "there is no token " + name + ": run hatchery token list for the names")))
                .compose(found -> publish(name, null))
                .map(read -> {
                    var _ = request.response().setStatusCode(204).end();
                    return null;
                })
                .onFailure(request::fail);
    }

    /** Writes the record of a token; completes when this gateway has read it. */
    private Future<Void> publish(TokenName name, @Nullable AccessToken token) {
        var message = Message.of(Topics.ACCESS.name(), AccessToken.key(name), token, null, Api.SOURCE, clock.instant());
        return publisher
                .publish(message)
                .compose(position -> waiting.token(name, position.offset(), READ_TIMEOUT))
                .map(read -> {
                    if (read.isEmpty()) {
                        throw new ApiProblem(
                                ProblemType.BROKER_UNAVAILABLE,
                                "the record of token " + name
                                        + " is written, but this gateway has not read it: look at the list of tokens");
                    }
                    return null;
                });
    }
}
