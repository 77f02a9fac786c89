package io.hatchery.gateway;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A client of the stream. */
final class WatchedStream implements WebSocket.Listener, AutoCloseable {
    private final BlockingQueue<String> messages = new LinkedBlockingQueue<>();
    private final CompletableFuture<Integer> closed = new CompletableFuture<>();
    private final StringBuilder text = new StringBuilder();
    private @Nullable WebSocket socket;

    static WatchedStream open(HttpClient http, URI uri, String token) throws Exception {
        var stream = new WatchedStream();
        stream.socket = http.newWebSocketBuilder()
                .header("Authorization", "Bearer " + token)
                .buildAsync(uri, stream)
                .get(60, TimeUnit.SECONDS);
        return stream;
    }

    /** The messages up to the first {@code synced}, as one text. */
    String untilSynced() throws InterruptedException {
        var all = new StringBuilder();
        while (true) {
            String message = messages.poll(60, TimeUnit.SECONDS);
            if (message == null) {
                throw new AssertionError("no message for a minute after " + all);
            }
            all.append(message).append('\n');
            if (message.contains("\"type\":\"synced\"")) {
                return all.toString();
            }
        }
    }

    /** The code with which the gateway closes the stream. */
    int closeCode() throws Exception {
        return closed.get(60, TimeUnit.SECONDS);
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
        text.append(part);
        if (last) {
            messages.add(text.toString());
            text.setLength(0);
        }
        from.request(1);
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
        closed.complete(code);
        return null;
    }

    @Override
    public void onError(WebSocket from, Throwable e) {
        closed.completeExceptionally(e);
    }

    @Override
    public void close() {
        if (socket != null) {
            socket.abort();
        }
    }
}
