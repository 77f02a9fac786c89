import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.hatchery.protocol.Topics;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Set;
import org.slf4j.LoggerFactory;

/** Measures how long a change takes to each of many clients of the stream. Arguments: the installation, a working folder, watchers, changes. */
public final class Watchers {
    private static final int CONTAINERS = 100;
    private static final int HOSTS = 10;
    private static final long BETWEEN_MILLIS = 500;

    private Watchers() {}

    public static void main(String[] args) throws Exception {
        ((Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)).setLevel(Level.ERROR);
        int watchers = Integer.parseInt(args[2]);
        int changes = Integer.parseInt(args[3]);
        var options = new Fleet.Options(CONTAINERS, HOSTS, 0, false, Set.of("gateway"), "", Duration.ofMinutes(5));
        var table = new FleetTable();
        var work = Path.of(args[1]);
        var records = new FleetRecords(CONTAINERS, HOSTS);
        try (var services = new FleetServices(Path.of(args[0]), work, options)) {
            services.startBroker();
            try (var loader = new FleetLoader(services, records, table)) {
                loader.load();
                FleetServices.Service gateway = services.start("gateway");
                services.awaitReady(gateway);
                double before = services.resident(gateway);
                try (var unread = new UnreadClient(services)) {
                    Process clients = clients(Path.of(args[0]), work, services, watchers);
                    try (var said = new BufferedReader(new InputStreamReader(clients.getInputStream(), StandardCharsets.UTF_8))) {
                        long begun = System.nanoTime();
                        expect(said, "connected");
                        table.add(watchers + " watchers connected", String.format("%.1f s", (System.nanoTime() - begun) / 1e9));
                        table.add("gateway resident before and with them", String.format("%.0f and %.0f MB", before, services.resident(gateway)));
                        change(loader, records, changes);
                        clients.getOutputStream().close();
                        String[] words = expect(said, "received").split(" ");
                        long all = (long) watchers * changes;
                        table.add("changes received", words[1] + " of " + all);
                        table.add("change to client, p50", words[2] + " ms");
                        table.atMost("change to client, p99", Double.parseDouble(words[3]), 150, "ms");
                        table.add("change to the last client, p50", words[4] + " ms, " + words[5] + " µs each client");
                        table.add("gateway resident at the end", String.format("%.0f MB", services.resident(gateway)));
                    } finally {
                        clients.destroyForcibly().waitFor();
                    }
                }
            }
        } finally {
            System.out.println();
            table.print();
        }
        System.exit(0);
    }

    private static Process clients(Path home, Path work, FleetServices services, int watchers) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx1g",
                        "-XX:+UseSerialGC",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        home.resolve("app/target/lib") + "/*",
                        home.resolve("bench/WatcherClients.java").toString(),
                        services.gateway(),
                        services.token(),
                        String.valueOf(watchers))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        Files.writeString(work.resolve("clients.pid"), process.pid() + "\n");
        return process;
    }

    private static String expect(BufferedReader said, String word) throws Exception {
        for (String line = said.readLine(); line != null; line = said.readLine()) {
            if (line.startsWith(word)) {
                return line;
            }
            System.out.println(line);
        }
        throw new IllegalStateException("the clients ended before they were " + word);
    }

    /** Each change carries the time of its write in its reason. */
    private static void change(FleetLoader loader, FleetRecords records, int changes) throws Exception {
        for (int i = 0; i < changes; i++) {
            int container = i % CONTAINERS;
            String status = new String(records.status(container, i / CONTAINERS % 2 == 0 ? "failed" : "running"), StandardCharsets.UTF_8);
            long micros = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
            String stamped = status.substring(0, status.lastIndexOf('}')) + ",\"reason\":\"sent " + micros + "\"}";
            loader.send(Topics.STATUS.name(), FleetRecords.name(container), stamped.getBytes(StandardCharsets.UTF_8), Map.of());
            loader.flush();
            Thread.sleep(BETWEEN_MILLIS);
        }
    }

    /** A client that reads nothing after its upgrade. */
    private static final class UnreadClient implements AutoCloseable {
        private final Socket socket;

        UnreadClient(FleetServices services) throws Exception {
            String[] address = services.gateway().split(":");
            socket = new Socket(address[0], Integer.parseInt(address[1]));
            socket.getOutputStream()
                    .write(("GET /v1/stream HTTP/1.1\r\nHost: " + services.gateway() + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                    + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: Bearer "
                                    + services.token() + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
        }

        @Override
        public void close() throws Exception {
            socket.close();
        }
    }
}
