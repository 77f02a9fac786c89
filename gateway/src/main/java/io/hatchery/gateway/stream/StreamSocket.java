package io.hatchery.gateway.stream;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A stream client at a websocket. */
public final class StreamSocket implements OutboundChannel {
    private static final Logger LOG = LoggerFactory.getLogger(StreamSocket.class);
    private static final Duration PING = Duration.ofSeconds(20);

    private final ServerWebSocket socket;
    private boolean isClosing;

    private StreamSocket(ServerWebSocket socket) {
        this.socket = socket;
    }

    /**
     * Serves a client.
     *
     * @param request what it wants to see
     */
    public static void serve(Vertx vertx, ServerWebSocket socket, Streams streams, Streams.Request request) {
        var outgoing = new StreamSocket(socket);
        StreamSubscription watcher = streams.watch(outgoing, request);
        socket.exceptionHandler(e -> LOG.debug("a stream client is lost: {}", e.toString()));
        int[] unanswered = {0};
        socket.pongHandler(pong -> unanswered[0] = 0);
        // A peer that does not answer two pings is gone, also if its TCP connection is open.
        long timer = vertx.setPeriodic(PING.toMillis(), tick -> {
            if (unanswered[0]++ >= 2) {
                outgoing.close(Streams.GOING_AWAY, "no pong");
            } else if (!socket.isClosed()) {
                var _ = socket.writePing(Buffer.buffer("hatchery"));
            }
        });
        socket.closeHandler(closed -> {
            vertx.cancelTimer(timer);
            streams.remove(watcher);
        });
        if (socket.isClosed()) {
            vertx.cancelTimer(timer);
            streams.remove(watcher);
        }
    }

    @Override
    public boolean isClosed() {
        return isClosing || socket.isClosed();
    }

    @Override
    public boolean isFull() {
        return socket.writeQueueFull();
    }

    @Override
    public void write(String text) {
        var _ = socket.writeTextMessage(text);
    }

    @Override
    public void close(int code, String reason) {
        if (!isClosed()) {
            isClosing = true;
            var _ = socket.close((short) code, reason);
        }
    }

    @Override
    public void onDrained(Runnable flush) {
        socket.drainHandler(drained -> flush.run());
    }
}
