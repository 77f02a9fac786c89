import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;

/** Types into the terminal of a session, one key at a time, and measures how long each takes to come back. */
final class KeyEcho implements WebSocket.Listener {
    private static final double LIMIT_MILLIS = 10;

    private final SynchronousQueue<Byte> echoes = new SynchronousQueue<>();

    public static void main(String... arguments) throws Exception {
        var keys = new KeyEcho();
        WebSocket socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .header("Authorization", "Bearer " + Files.readString(Path.of(arguments[1])).strip())
                .subprotocols("v5.channel.k8s.io")
                .buildAsync(URI.create(arguments[0]), keys)
                .join();
        int rounds = Integer.parseInt(arguments[2]);
        double[] millis = new double[rounds];
        for (int i = -rounds / 10; i < rounds; i++) { // the first ones warm up
            byte key = (byte) ('a' + Math.floorMod(i, 26));
            long from = System.nanoTime();
            socket.sendBinary(ByteBuffer.wrap(new byte[] {0, key}), true).join();
            Byte echo = keys.echoes.poll(10, TimeUnit.SECONDS);
            if (echo == null || echo != key) {
                throw new IllegalStateException("key " + (char) key + " came back as " + echo);
            }
            if (i >= 0) {
                millis[i] = (System.nanoTime() - from) / 1e6;
            }
        }
        socket.abort();
        Arrays.sort(millis);
        System.out.printf(
                "echo of a key: p50 %.2f ms, p99 %.2f ms, limit of p50 %.0f ms%n",
                millis[rounds / 2], millis[rounds * 99 / 100], LIMIT_MILLIS);
        System.exit(millis[rounds / 2] <= LIMIT_MILLIS ? 0 : 1);
    }

    @Override
    public CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
        from.request(1);
        if (data.get() == 1 && data.hasRemaining()) {
            try {
                var _ = echoes.offer(data.get(), 1, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        return null;
    }
}
