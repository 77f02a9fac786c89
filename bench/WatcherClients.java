import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/** Many clients of the stream in one process. Arguments: the gateway, its token, their number. Ends with the standard input. */
public final class WatcherClients {
    private static final int CONNECTING_AT_ONCE = 50;
    private static final String MARK = "\"reason\":\"sent ";

    private final Object lock = new Object();
    private double[] millis = new double[1 << 16];
    private int received;
    /** By the time of the write. */
    private final Map<Long, Double> last = new HashMap<>();

    public static void main(String[] args) throws Exception {
        new WatcherClients().run(args[0].split(":"), args[1], Integer.parseInt(args[2]));
        System.exit(0);
    }

    private void run(String[] gateway, String token, int count) throws Exception {
        // Two event loops, so that the clients leave a processor to the gateway.
        Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
        WebSocketClient client = vertx.createWebSocketClient(
                new WebSocketClientOptions().setMaxConnections(count).setMaxFrameSize(1 << 22).setMaxMessageSize(1 << 22));
        var connecting = new Semaphore(CONNECTING_AT_ONCE);
        var synced = new AtomicInteger();
        for (int i = 0; i < count; i++) {
            connecting.acquire();
            client.connect(new WebSocketConnectOptions()
                            .setHost(gateway[0])
                            .setPort(Integer.parseInt(gateway[1]))
                            .setURI("/v1/stream?types=status")
                            .addHeader("Authorization", "Bearer " + token))
                    .onFailure(e -> {
                        System.out.println("a client cannot connect: " + e);
                        connecting.release();
                    })
                    .onSuccess(socket -> {
                        socket.closeHandler(closed -> System.out.println("a client was closed: " + socket.closeStatusCode() + " " + socket.closeReason()));
                        socket.textMessageHandler(text -> {
                            if (text.startsWith("{\"type\":\"synced\"")) {
                                synced.incrementAndGet();
                                connecting.release();
                            } else {
                                take(text);
                            }
                        });
                    });
        }
        while (synced.get() < count) {
            Thread.sleep(20);
        }
        System.out.println("connected");
        while (System.in.read() >= 0) {}
        Thread.sleep(2_000);
        report(count);
    }

    private void take(String text) {
        int mark = text.indexOf(MARK);
        if (mark < 0) {
            return;
        }
        long now = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
        long sent = Long.parseLong(text.substring(mark + MARK.length(), text.indexOf('"', mark + MARK.length())));
        double took = (now - sent) / 1e3;
        synchronized (lock) {
            if (received == millis.length) {
                millis = Arrays.copyOf(millis, received * 2);
            }
            millis[received++] = took;
            last.merge(sent, took, Math::max);
        }
    }

    private void report(int count) {
        synchronized (lock) {
            double[] sorted = Arrays.copyOf(millis, received);
            Arrays.sort(sorted);
            List<Double> lasts = new ArrayList<>(last.values());
            lasts.sort(null);
            double middle = lasts.isEmpty() ? Double.NaN : lasts.get(lasts.size() / 2);
            System.out.printf(
                    "received %d %.1f %.1f %.1f %.1f%n",
                    received,
                    received == 0 ? Double.NaN : sorted[received / 2],
                    received == 0 ? Double.NaN : sorted[(int) (received * 0.99)],
                    middle,
                    middle * 1e3 / count);
        }
    }
}
