package io.hatchery.app;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads the gateway's stream, and reconnects from the last cursor whenever the connection is lost. */
final class StreamFollower {
    /** More than the gateway sends between two cursors. */
    private static final int MAX_EVENTS = 10_000;

    private final Set<String> events = new LinkedHashSet<>();
    private static final long RECONNECT_MILLIS = 1000;

    /** The gateway's close code for a cursor whose records have expired. */
    private static final int GONE = 4410;

    /** The gateway's close code for a token that was revoked, has changed or has expired. */
    private static final int UNAUTHORIZED = 4401;

    private final ApiClient api;
    private final String filter;
    private final Consumer<ObjectNode> onMessage;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile CountDownLatch ended = new CountDownLatch(1);
    private volatile @Nullable String since;
    private volatile boolean isUnauthorized;

    /**
     * Opens nothing yet.
     *
     * @param filter further parameters, each followed by an ampersand
     * @param since the cursor to begin after; null begins with a snapshot
     * @param onMessage is called with one message at a time
     */
    StreamFollower(ApiClient api, String filter, @Nullable String since, Consumer<ObjectNode> onMessage) {
        this.api = api;
        this.filter = filter;
        this.since = since;
        this.onMessage = onMessage;
    }

    /**
     * Follows until {@link #stop} is called.
     *
     * @throws UserError if the stream cannot be opened the first time, or the token is not valid any more
     */
    void run() {
        boolean first = true;
        while (stopped.getCount() > 0) {
            try {
                follow();
            } catch (UserError e) {
                if (first) {
                    throw e;
                }
                Output.note("hatchery: " + e.getMessage());
            }
            first = false;
            if (isUnauthorized) {
                throw api.wrongToken();
            }
            if (await(stopped, RECONNECT_MILLIS)) {
                return;
            }
            Output.note("hatchery: the connection to the gateway was lost; reconnecting");
        }
    }

    /** Ends {@link #run}. */
    void stop() {
        stopped.countDown();
        ended.countDown();
    }

    private void follow() {
        var end = new CountDownLatch(1);
        ended = end;
        String cursor = since;
        String query = "?" + filter + (cursor == null ? "" : "since=" + ClientCommands.encode(cursor));
        WebSocket socket = api.watch(query, new StreamListener(end));
        if (stopped.getCount() > 0) {
            await(end, Long.MAX_VALUE);
        }
        socket.abort();
    }

    private static boolean await(CountDownLatch latch, long millis) {
        try {
            return latch.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UserError("interrupted", e);
        }
    }

    private void take(String text) {
        ObjectNode message;
        try {
            message = Json.readObject(text.getBytes(StandardCharsets.UTF_8));
        } catch (UnreadableException e) {
            throw new UserError("the gateway sent an unreadable message: " + e.getMessage(), e);
        }
        since = message.path("cursor").asText(since);
        if (isNew(message)) {
            onMessage.accept(message);
        }
    }

    /** Messages after the last cursor are sent again to a client that was cut off: an event is handed over once. */
    private boolean isNew(ObjectNode message) {
        if (!message.path("type").asText().equals("event")) {
            return true;
        }
        boolean isNew = events.add(message.path("id").asText());
        if (events.size() > MAX_EVENTS) {
            events.remove(events.iterator().next());
        }
        return isNew;
    }

    private final class StreamListener implements WebSocket.Listener {
        private final CountDownLatch end;
        private final StringBuilder text = new StringBuilder();

        StreamListener(CountDownLatch end) {
            this.end = end;
        }

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence part, boolean last) {
            text.append(part);
            if (last) {
                take(text.toString());
                text.setLength(0);
            }
            socket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            if (code == GONE) {
                since = null; // the missed records have expired: begin with a snapshot
            }
            isUnauthorized = code == UNAUTHORIZED;
            end.countDown();
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable e) {
            Output.note("hatchery: " + ErrorLine.of(e).orElse(e.toString()));
            end.countDown();
        }
    }
}
