package io.hatchery.app;

import io.hatchery.app.GatewayHttp.HttpResponse;
import io.hatchery.runner.files.DirectoryTrees;
import io.hatchery.runner.service.RunnerService;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.freedesktop.dbus.connections.impl.DBusConnection;
import org.jspecify.annotations.Nullable;

/**
 * The training run of an AOT cache: does what a client command, or the services, do when they start, so that the cache holds the classes
 * that they load. {@code scripts/aot-caches.sh} runs it. It needs no root, and touches nothing but a temporary folder and free loopback ports.
 */
public final class StartUpTraining {
    private static final String CONTAINER = """
            {"name": "web", "host": "h1", "generation": 3, "definition": {"root": "/r", "labels": {"tier": "web"}},
             "status": {"phase": "running", "generation": 3, "since": "2026-01-01T00:00:00.5Z", "leader": 17, "restarts": 0}}""";
    private static final String PAGE = "{\"items\": [" + CONTAINER + "]}";
    private static final String OPERATION =
            "{\"id\": \"a\", \"command\": \"start\", \"container\": \"web\", \"outcome\": \"completed\", \"steps\": []}";

    private StartUpTraining() {}

    /**
     * Trains.
     *
     * @param arguments {@code client} or {@code services}
     */
    public static void main(String... arguments) throws IOException, URISyntaxException {
        PrintStream out = System.out;
        System.setOut(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
        Path folder = Files.createTempDirectory("hatchery-training");
        try {
            if (arguments.length == 1 && arguments[0].equals("client")) {
                trainClient(folder);
            } else if (arguments.length == 1 && arguments[0].equals("services")) {
                trainServices(folder);
            } else {
                throw new UserError("write client or services");
            }
        } finally {
            DirectoryTrees.delete(folder);
        }
        out.flush();
        System.exit(0); // Kafka's and Vert.x's threads may still end
    }

    private static void trainClient(Path folder) throws IOException {
        Path token = Files.writeString(folder.resolve("token"), "training\n");
        try (var gateway = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Thread.ofPlatform().daemon().start(() -> answer(gateway));
            String url = "http://127.0.0.1:" + gateway.getLocalPort();
            for (String command : List.of("list", "list -o json", "show web", "hosts", "events", "start web")) {
                String[] words = (command + " --url " + url + " --token-file " + token).split(" ");
                if (Main.execute(words) != 0) {
                    throw new IOException(command + " failed");
                }
            }
        }
    }

    /** A gateway for one request at a time. */
    private static void answer(ServerSocket gateway) {
        try {
            while (true) {
                try (Socket client = gateway.accept()) {
                    var in = new BufferedReader(
                            new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII));
                    String request = in.readLine();
                    String line = request;
                    while (line != null && !line.isEmpty()) {
                        line = in.readLine();
                    }
                    String body = request == null || request.contains("?") && !request.contains("wait")
                            ? PAGE
                            : request.startsWith("POST") ? OPERATION : CONTAINER;
                    client.getOutputStream()
                            .write(("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"
                                            + "Content-Length: " + body.length() + "\r\n\r\n" + body)
                                    .getBytes(StandardCharsets.US_ASCII));
                }
            }
        } catch (IOException e) {
            if (!gateway.isClosed()) {
                System.err.println("the gateway of the training failed: " + e);
            }
        }
    }

    private static void trainServices(Path folder) throws IOException, URISyntaxException {
        Settings settings = Settings.read(
                null,
                Map.of(),
                Map.of(
                        "data", folder.resolve("data").toString(),
                        "runtime", folder.resolve("runtime").toString(),
                        "gateway.port", Integer.toString(freePort()),
                        "broker.port", Integer.toString(freePort()),
                        "broker.controller.port", Integer.toString(freePort())));
        // The runner does not run: it would take up the containers of this host.
        loadAll(RunnerService.class);
        loadAll(DBusConnection.class);
        try (var services = new Services(settings)) {
            services.broker();
            var config = services.configService();
            var gateway = services.gateway();
            services.await(config);
            services.await(gateway);
            request(settings, "PUT", "/v1/containers/training?wait=1s", "{\"root\": \"/r\", \"autoStart\": false}");
            request(settings, "GET", "/v1/containers?limit=10", null);
            request(settings, "GET", "/v1/hosts", null);
            request(settings, "GET", "/metrics", null);
        }
    }

    private static void request(Settings settings, String method, String path, @Nullable String body)
            throws IOException {
        HttpResponse response = GatewayHttp.send(
                method,
                URI.create(GatewaySettings.url(settings) + path),
                new GatewayHttp.GatewayConnection(
                        Files.readString(GatewaySettings.tokenFile(settings)).strip(), null),
                body == null ? null : body.getBytes(StandardCharsets.UTF_8),
                "application/json");
        if (response.status() >= 500) {
            throw new IOException(method + " " + path + " failed with status " + response.status());
        }
    }

    private static int freePort() throws IOException {
        try (var probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }

    /** Loads the classes of the jar that has this class. */
    private static void loadAll(Class<?> type) throws IOException, URISyntaxException {
        Path jar =
                Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
        if (!Files.isRegularFile(jar)) {
            return;
        }
        try (var file = new JarFile(jar.toFile())) {
            for (var entry : (Iterable<JarEntry>) file.stream()::iterator) {
                String name = entry.getName();
                if (name.endsWith(".class") && !name.endsWith("-info.class") && !name.startsWith("META-INF/")) {
                    load(name.substring(0, name.length() - ".class".length()).replace('/', '.'), type.getClassLoader());
                }
            }
        }
    }

    private static void load(String name, ClassLoader loader) {
        try {
            Class.forName(name, false, loader);
        } catch (ClassNotFoundException | LinkageError e) {
            // It belongs to an optional dependency, and no start loads it.
            System.err.println(name + " is not in the AOT cache: " + e);
        }
    }
}
