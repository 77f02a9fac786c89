package io.hatchery.runner.session;

import io.hatchery.protocol.session.SessionProtocol;
import io.hatchery.protocol.session.SessionProtocol.SessionEnd;
import io.hatchery.protocol.session.SessionRequest;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocket;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A session whose websocket is open: passes bytes between the gateway and the process, as fast as the slower of them takes them. All
 * calls come on one context.
 */
final class OpenSession {
    private static final Logger LOG = LoggerFactory.getLogger(OpenSession.class);
    private static final Duration PING = Duration.ofSeconds(20);
    private static final Duration REQUEST = Duration.ofSeconds(10);
    private static final int MAX_UNANSWERED = 2;
    private static final short NORMAL = 1000;

    private final String id;
    private final ContainerName container;
    private final WebSocket socket;
    private final Vertx vertx;
    private final Context context;
    private final SessionStart start;
    private final long idleNanos;
    private final Promise<Void> ended = Promise.promise();
    private final Listener listener = new Listener();
    private final long pings;
    private @Nullable SessionProcess process;
    private @Nullable SessionRequest request;
    private long active = System.nanoTime();
    private final long opened = active;
    private int unanswered;
    private boolean isPaused;
    private boolean isEnding;
    private String reason = "";

    /** Starts the process of a session; on a thread that may wait. */
    interface SessionStart {
        SessionProcess start(SessionRequest request, SessionProcess.SessionListener listener) throws IOException;
    }

    OpenSession(String id, ContainerName container, WebSocket socket, Vertx vertx, Duration idle, SessionStart start) {
        this.id = id;
        this.container = container;
        this.socket = socket;
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.start = start;
        this.idleNanos = idle.toNanos();
        socket.textMessageHandler(this::begin);
        socket.binaryMessageHandler(message -> take(message.getBytes()));
        socket.pongHandler(pong -> unanswered = 0);
        socket.exceptionHandler(e -> LOG.debug("session {} lost its gateway: {}", id, e.toString()));
        socket.closeHandler(closed -> lost());
        this.pings = vertx.setPeriodic(Math.min(PING.toMillis(), Math.max(1, idle.toMillis())), tick -> tick());
    }

    ContainerName container() {
        return container;
    }

    /** Completes when nothing of it is left on this host. */
    Future<Void> ended() {
        return ended.future();
    }

    private void tick() {
        long now = System.nanoTime();
        if (process == null && now - opened > REQUEST.toNanos()) {
            end("the gateway did not say what is to run");
        } else if (now - active >= idleNanos) {
            end("it had neither input nor output for "
                    + Duration.ofNanos(idleNanos).toSeconds() + " seconds (runner.sessions.idle-timeout)");
        } else if (!isPaused && unanswered++ >= MAX_UNANSWERED) { // pongs are not read while it is paused
            end("the gateway does not answer");
        } else if (!socket.isClosed()) {
            var _ = socket.writePing(Buffer.buffer("hatchery"));
        }
    }

    private void begin(String text) {
        if (request != null || isEnding) {
            end("the gateway asked twice");
            return;
        }
        SessionRequest asked;
        try {
            asked = Json.read(text.getBytes(StandardCharsets.UTF_8), SessionRequest.class);
        } catch (UnreadableException e) {
            end("the request of the gateway cannot be read: " + e.getMessage());
            return;
        }
        request = asked;
        pause();
        vertx.executeBlocking(() -> start.start(asked, listener), false)
                .onSuccess(this::started)
                .onFailure(e -> {
                    LOG.warn("session {} in {} cannot be started", id, container, e);
                    finish(new SessionEnd(-1, String.valueOf(e.getMessage())));
                });
    }

    private void started(SessionProcess begun) {
        process = begun;
        if (isEnding) {
            begun.close();
        } else {
            SessionRequest asked = request;
            if (asked != null && !asked.streams().input() && !asked.streams().terminal()) {
                begun.endInput();
            }
            resume();
        }
    }

    private void take(byte[] message) {
        SessionProcess running = process;
        if (message.length == 0 || running == null) {
            return;
        }
        active = System.nanoTime();
        switch (message[0] & 0xff) {
            case SessionProtocol.INPUT -> {
                if (message.length > 1) {
                    running.input(message);
                }
            }
            case SessionProtocol.RESIZE ->
                SessionProtocol.readSize(SessionProtocol.data(message)).ifPresent(running::resize);
            case SessionProtocol.CLOSE -> {
                if (message.length == 2 && message[1] == SessionProtocol.INPUT) {
                    running.endInput();
                }
            }
            default -> LOG.debug("session {} has a message on channel {}", id, message[0]); // of a later version
        }
        if (!running.hasRoom()) {
            pause();
        }
    }

    private void pause() {
        isPaused = true;
        socket.pause();
    }

    private void resume() {
        isPaused = false;
        unanswered = 0;
        socket.resume();
    }

    /** Ends the session; its client is told why. */
    void end(String why) {
        if (!isEnding) {
            isEnding = true;
            reason = why;
            SessionProcess running = process;
            if (running != null) {
                running.close();
                listener.room.release();
                send(new SessionEnd(-1, why)); // its output may wait for a client that does not read
            } else if (request == null) {
                finish(new SessionEnd(-1, why));
            }
        }
    }

    private void lost() {
        listener.room.release(); // a closed websocket has no drain
        end("the connection to the gateway was lost");
    }

    private void send(SessionEnd end) {
        if (!socket.isClosed()) {
            var _ = socket.writeBinaryMessage(Buffer.buffer(SessionProtocol.ended(end)));
            var _ = socket.close(NORMAL);
        }
    }

    private void finish(SessionEnd end) {
        boolean isTold = isEnding && process != null;
        isEnding = true;
        vertx.cancelTimer(pings);
        if (!isTold) {
            send(end);
        }
        LOG.info(
                "session {} in {} has ended: {}",
                id,
                container,
                isTold ? reason : end.exit() >= 0 ? "exit status " + end.exit() : end.message());
        ended.tryComplete();
    }

    private final class Listener implements SessionProcess.SessionListener {
        /** Of the one frame that may be on its way to the gateway. */
        private final Semaphore room = new Semaphore(0);

        @Override
        public void output(int channel, byte[] data) throws InterruptedException {
            context.runOnContext(now -> write(channel, data));
            room.acquire();
        }

        private void write(int channel, byte[] data) {
            active = System.nanoTime();
            SessionRequest asked = request;
            boolean isWanted = asked != null
                    && (channel == SessionProtocol.ERRORS
                            ? asked.streams().errors()
                            : asked.streams().output());
            if (isEnding || socket.isClosed() || !isWanted) {
                room.release();
                return;
            }
            var _ = socket.writeBinaryMessage(Buffer.buffer(SessionProtocol.message(channel, data)));
            if (socket.writeQueueFull()) {
                socket.drainHandler(drained -> room.release());
            } else {
                room.release();
            }
        }

        @Override
        public void drained() {
            context.runOnContext(now -> resume());
        }

        @Override
        public void ended(SessionEnd end) {
            context.runOnContext(now -> finish(end));
        }
    }
}
