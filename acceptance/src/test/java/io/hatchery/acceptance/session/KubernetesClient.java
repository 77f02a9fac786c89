package io.hatchery.acceptance.session;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.hatchery.acceptance.fixture.Installation;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A client of Kubernetes' remote command over websockets, as the libraries for Kubernetes speak it. */
final class KubernetesClient implements WebSocket.Listener {
    private static final int PATIENCE_SECONDS = 60;

    private final Map<Integer, ByteArrayOutputStream> channels = new TreeMap<>();
    private final ByteArrayOutputStream message = new ByteArrayOutputStream();
    private final CompletableFuture<Integer> closed = new CompletableFuture<>();
    private final WebSocket socket;

    KubernetesClient(Installation installation, String path, String protocol) throws IOException {
        String gateway = "ws://127.0.0.1:" + installation.environment().get("HATCHERY_GATEWAY_PORT");
        String token =
                Files.readString(installation.data().resolve("admin.token")).strip();
        socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .header("Authorization", "Bearer " + token)
                .subprotocols(protocol)
                .buildAsync(URI.create(gateway + path), this)
                .join();
    }

    String protocol() {
        return socket.getSubprotocol();
    }

    void send(int channel, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        ByteBuffer data = ByteBuffer.allocate(1 + bytes.length)
                .put((byte) channel)
                .put(bytes)
                .flip();
        socket.sendBinary(data, true).join();
    }

    /** Closes a channel, which version 5 can. */
    void close(int channel) {
        socket.sendBinary(ByteBuffer.wrap(new byte[] {(byte) 255, (byte) channel}), true)
                .join();
    }

    void leave() {
        socket.abort();
    }

    synchronized String received(int channel) {
        ByteArrayOutputStream bytes = channels.get(channel);
        return bytes == null ? "" : bytes.toString(StandardCharsets.UTF_8);
    }

    /** The close code, once the session has ended. */
    int awaitClose() throws Exception {
        return closed.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /** How the session ended, as a Status. */
    String status() throws IOException {
        return new ObjectMapper().readTree(received(3)).toString();
    }

    @Override
    public synchronized @Nullable CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
        byte[] bytes = new byte[data.remaining()];
        data.get(bytes);
        message.writeBytes(bytes);
        if (last) {
            byte[] whole = message.toByteArray();
            message.reset();
            channels.computeIfAbsent(whole[0] & 0xff, first -> new ByteArrayOutputStream())
                    .write(whole, 1, whole.length - 1);
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
}
