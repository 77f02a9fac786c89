package io.hatchery.acceptance;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * Whole systemd hosts with the runner's package, and a broker, a config-service and a gateway in their network: what
 * {@code acceptance/fleet} boots. It ends with its input, so also when the tests are killed.
 */
final class Fleet implements AutoCloseable {
    private static final Path SCRIPT = Installation.REPOSITORY.resolve("acceptance/fleet");
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Path folder;
    private final Process process;
    private final OutputStream keepsItUp;
    private final List<FleetHost> hosts;
    private final Api api;

    private Fleet(int count) {
        try {
            folder = Path.of("target/fleet-" + UUID.randomUUID().toString().substring(0, 6))
                    .toAbsolutePath();
            int port = freePort();
            Path log = Path.of(folder + ".log");
            var builder = new ProcessBuilder(
                            SCRIPT.toString(),
                            Integer.toString(count),
                            "--folder",
                            folder.toString(),
                            "--port",
                            Integer.toString(port))
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile());
            builder.environment().put("NIX_CONFIG", Nixpkgs.CONFIG);
            builder.environment().put("HATCHERY_CONFIG_NIXPKGS", Nixpkgs.tree().toString());
            process = builder.start();
            keepsItUp = process.getOutputStream();
            awaitReady(log);
            api = new Api(
                    "http://127.0.0.1:" + port,
                    Files.readString(folder.resolve("services/admin.token")).strip());
            hosts = IntStream.rangeClosed(1, count)
                    .mapToObj(i -> new FleetHost("h" + i, folder, api))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        hosts.forEach(FleetHost::awaitRunner);
    }

    private static int freePort() throws IOException {
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    private void awaitReady(Path log) {
        try {
            await().atMost(PATIENCE).pollInterval(Duration.ofMillis(100)).until(() -> {
                if (!process.isAlive()) {
                    throw new AssertionError("the fleet ended: " + Files.readString(log));
                }
                return Files.readString(log).contains("The fleet is ready");
            });
        } catch (RuntimeException | AssertionError e) {
            process.destroy();
            throw e;
        }
    }

    /** Two hosts: the first has the unified cgroup hierarchy alone, the second the hybrid one. */
    static Fleet ofTwo() {
        System.out.println("Booting two hosts …");
        return new Fleet(2);
    }

    FleetHost host(int number) {
        return hosts.get(number - 1);
    }

    Api api() {
        return api;
    }

    @Override
    public void close() {
        hosts.forEach(FleetHost::keepJournal);
        try {
            keepsItUp.close();
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                throw new AssertionError("the fleet in " + folder + " does not end");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
