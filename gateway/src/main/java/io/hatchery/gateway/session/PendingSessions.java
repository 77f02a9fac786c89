package io.hatchery.gateway.session;

import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.token.AccessToken;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.ServerWebSocket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** The sessions whose runner has not connected. Each has a secret that admits one websocket. All calls come on one context. */
public final class PendingSessions {
    /** How long a secret admits. */
    public static final Duration VALID = Duration.ofSeconds(30);

    private static final int SECRET_BYTES = 32;

    private final Vertx vertx;
    private final SecureRandom random = new SecureRandom();
    private final Map<CommandId, Waiting> waiting = new HashMap<>();

    private record Waiting(String hash, Promise<ServerWebSocket> connected, long timer) {}

    /**
     * A session that waits for its runner.
     *
     * @param secret that the runner shows
     * @param connected completes with the runner's websocket; fails if none comes in time, or {@link PendingSessions#fail} is called
     */
    public record WaitingSession(String secret, Future<ServerWebSocket> connected) {}

    /** None waits. */
    public PendingSessions(Vertx vertx) {
        this.vertx = vertx;
    }

    /**
     * Waits for the runner of a session.
     *
     * @param late why it failed if no runner comes
     */
    public WaitingSession add(CommandId id, Supplier<Throwable> late) {
        byte[] bytes = new byte[SECRET_BYTES];
        random.nextBytes(bytes);
        String secret = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        Promise<ServerWebSocket> connected = Promise.promise();
        long timer = vertx.setTimer(VALID.toMillis(), tick -> fail(id, late.get()));
        waiting.put(id, new Waiting(AccessToken.hash(secret), connected, timer));
        return new WaitingSession(secret, connected.future());
    }

    /** The promise for the websocket of a runner that shows a secret, which does not admit again; empty if it is none. */
    public Optional<Promise<ServerWebSocket>> admit(CommandId id, String secret) {
        Waiting session = waiting.get(id);
        if (session == null || !isEqual(session.hash, AccessToken.hash(secret))) {
            return Optional.empty();
        }
        remove(id);
        return Optional.of(session.connected);
    }

    /** The runner will not connect. */
    public void fail(CommandId id, Throwable reason) {
        Waiting session = waiting.get(id);
        if (session != null) {
            remove(id);
            session.connected.tryFail(reason);
        }
    }

    private void remove(CommandId id) {
        Waiting session = waiting.remove(id);
        if (session != null) {
            vertx.cancelTimer(session.timer);
        }
    }

    private static boolean isEqual(String one, String other) {
        return MessageDigest.isEqual(
                one.getBytes(StandardCharsets.US_ASCII), other.getBytes(StandardCharsets.US_ASCII));
    }
}
