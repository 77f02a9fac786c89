package io.hatchery.acceptance;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The stream, by the websocket client of the JDK. */
final class StreamClient implements AutoCloseable, WebSocket.Listener {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final List<JsonNode> messages = new CopyOnWriteArrayList<>();
    private final StringBuilder partial = new StringBuilder();
    private final CompletableFuture<Integer> closed = new CompletableFuture<>();
    private final WebSocket socket;
    private volatile boolean paused;

    private StreamClient(Api api, String query, @Nullable String subprotocol) {
        var builder = api.http().newWebSocketBuilder();
        if (subprotocol == null) {
            builder.header("Authorization", "Bearer " + api.token());
        } else {
            builder.subprotocols("hatchery.v1", subprotocol);
        }
        socket = builder.buildAsync(URI.create(api.base().replace("http", "ws") + "/v1/stream" + query), this)
                .join();
    }

    static StreamClient open(Api api, String query) {
        return new StreamClient(api, query, null);
    }

    /** As a browser does it, which cannot set headers. */
    static StreamClient openAsBrowser(Api api, String query) {
        return new StreamClient(api, query, "bearer." + api.token());
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
        partial.append(data);
        if (last) {
            try {
                messages.add(JSON.readTree(partial.toString()));
            } catch (JsonProcessingException e) {
                throw new AssertionError("no JSON: " + partial, e);
            }
            partial.setLength(0);
        }
        if (!paused) {
            from.request(1);
        }
        return null;
    }

    /** Reads nothing more from the connection after the next message. */
    void pause() {
        paused = true;
    }

    /** Reads on. */
    void resume() {
        paused = false;
        socket.request(1);
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
        closed.complete(code);
        return null;
    }

    @Override
    public void onError(WebSocket from, Throwable error) {
        closed.complete(1006);
    }

    /** Everything received so far. */
    List<JsonNode> messages() {
        return messages;
    }

    /** Completes with the close code; 1006 where the connection broke. */
    CompletableFuture<Integer> closed() {
        return closed;
    }

    JsonNode first(Predicate<JsonNode> wanted) {
        return await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> messages.stream().filter(wanted).findFirst(), java.util.Optional::isPresent)
                .orElseThrow();
    }

    /** The cursor of the latest message. */
    String cursor() {
        return messages.getLast().path("cursor").asText();
    }

    /** Breaks the connection off without a word. */
    void abort() {
        socket.abort();
    }

    @Override
    public void close() {
        socket.abort();
    }
}
