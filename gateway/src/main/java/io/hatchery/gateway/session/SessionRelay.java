package io.hatchery.gateway.session;

import io.hatchery.protocol.session.SessionProtocol;
import io.hatchery.protocol.session.SessionProtocol.SessionEnd;
import io.hatchery.protocol.session.SessionRequest;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes the messages of a session between the websockets of its client and its runner, as fast as the slower of both takes them: at most
 * a queue and a message wait in each direction. When one is closed, so is the other. All calls come on one context.
 */
public final class SessionRelay {
    /** How many bytes wait for a websocket that does not take them. */
    static final int QUEUE = 256 << 10;

    private static final Logger LOG = LoggerFactory.getLogger(SessionRelay.class);
    private static final Duration PING = Duration.ofSeconds(20);
    private static final int MAX_UNANSWERED = 2;
    private static final short NORMAL = 1000;
    private static final short GOING_AWAY = 1001;

    private final Vertx vertx;
    private final RelaySide client;
    private final RelaySide runner;
    private final ClientChannels channels;
    private final Promise<RelayEnd> ended = Promise.promise();
    private long timer;
    private String end = "";

    /**
     * How a session ended.
     *
     * @param text for the audit trail
     * @param sent bytes from the client
     * @param received bytes to the client
     */
    public record RelayEnd(String text, long sent, long received) {}

    private static final class RelaySide {
        private final ServerWebSocket socket;
        private long bytes;
        private int unanswered;
        private boolean isPaused;

        RelaySide(ServerWebSocket socket) {
            this.socket = socket;
            socket.setWriteQueueMaxSize(QUEUE);
            socket.pongHandler(pong -> unanswered = 0);
            socket.exceptionHandler(e -> LOG.debug("a side of a session is lost: {}", e.toString()));
        }

        /** False if it has not answered for too long. Answers are not read while it is paused. */
        boolean ping() {
            if (!isPaused && unanswered++ >= MAX_UNANSWERED) {
                return false;
            }
            if (!socket.isClosed()) {
                var _ = socket.writePing(Buffer.buffer("hatchery"));
            }
            return true;
        }

        /** Writes a message of the other side, which waits while this one is full. */
        void write(Buffer message, RelaySide from) {
            if (socket.isClosed()) {
                return;
            }
            from.bytes += message.length() - 1;
            var _ = socket.writeBinaryMessage(message);
            if (socket.writeQueueFull() && !from.isPaused) {
                from.isPaused = true;
                from.socket.pause();
                socket.drainHandler(drained -> {
                    from.isPaused = false;
                    from.unanswered = 0;
                    from.socket.resume();
                });
            }
        }

        void close(short code, String reason) {
            if (!socket.isClosed()) {
                var _ = socket.close(code, reason);
            }
        }
    }

    private SessionRelay(Vertx vertx, ServerWebSocket client, ServerWebSocket runner, SessionRequest request) {
        this.vertx = vertx;
        this.client = new RelaySide(client);
        this.runner = new RelaySide(runner);
        this.channels = new ClientChannels(SessionProtocol.V5.equals(client.subProtocol()), request.port());
    }

    /** Begins to pass messages. */
    public static SessionRelay start(
            Vertx vertx, ServerWebSocket client, ServerWebSocket runner, SessionRequest request) {
        var relay = new SessionRelay(vertx, client, runner, request);
        var _ = runner.writeTextMessage(Json.text(request));
        relay.timer = vertx.setPeriodic(PING.toMillis(), tick -> relay.ping());
        client.binaryMessageHandler(relay::fromClient);
        client.textMessageHandler(text -> relay.fromClient(Buffer.buffer(text)));
        runner.binaryMessageHandler(relay::fromRunner);
        client.closeHandler(closed -> relay.clientClosed());
        runner.closeHandler(closed -> relay.runnerClosed());
        for (byte[] first : relay.channels.first()) {
            var _ = client.writeBinaryMessage(Buffer.buffer(first));
        }
        if (client.isClosed()) {
            relay.clientClosed();
        } else if (runner.isClosed()) {
            relay.runnerClosed();
        }
        runner.resume();
        return relay;
    }

    /** Completes when both are closed. */
    public Future<RelayEnd> ended() {
        return ended.future();
    }

    /** Ends the session. */
    public void end(String reason) {
        tell(reason);
        runner.close(GOING_AWAY, "the gateway ends the session");
        finish(reason);
    }

    private void fromClient(Buffer message) {
        if (channels.isInput(message.getBytes())) {
            runner.write(message, client);
        }
    }

    private void fromRunner(Buffer message) {
        if (message.length() > 0 && message.getUnsignedByte(0) == SessionProtocol.STATUS) {
            end = text(SessionProtocol.data(message.getBytes()));
        }
        channels.output(message.getBytes()).ifPresent(output -> client.write(Buffer.buffer(output), runner));
    }

    private static String text(byte[] status) {
        try {
            SessionEnd read = SessionProtocol.readEnd(status);
            return read.exit() >= 0 ? "exit status " + read.exit() : read.message();
        } catch (UnreadableException e) {
            return new String(status, StandardCharsets.UTF_8);
        }
    }

    private void ping() {
        if (!client.ping()) {
            end("the client does not answer");
        } else if (!runner.ping()) {
            end("the runner does not answer");
        }
    }

    private void clientClosed() {
        runner.close(NORMAL, "the client has left");
        finish("the client has left");
    }

    private void runnerClosed() {
        if (end.isEmpty()) {
            tell("the connection to the runner was lost: the runner or its host has ended");
        }
        client.close(NORMAL, "");
        finish("the connection to the runner was lost");
    }

    private void tell(String reason) {
        if (!client.socket.isClosed()) {
            channels.output(SessionProtocol.ended(new SessionEnd(-1, reason))).ifPresent(message -> {
                var _ = client.socket.writeBinaryMessage(Buffer.buffer(message));
            });
            client.close(NORMAL, "");
        }
    }

    private void finish(String reason) {
        vertx.cancelTimer(timer);
        ended.tryComplete(new RelayEnd(end.isEmpty() ? reason : end, client.bytes, runner.bytes));
    }
}
