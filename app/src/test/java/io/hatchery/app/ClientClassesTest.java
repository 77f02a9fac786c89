package io.hatchery.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A command of the API loads nothing of what only the services need: that would take longer than the command itself. */
class ClientClassesTest {
    private static final Pattern OF_SERVICES = Pattern.compile(
            "\\] (io\\.vertx|io\\.netty|org\\.apache\\.kafka|kafka"
                    + "|org\\.slf4j|ch\\.qos\\.logback|org\\.apache\\.logging|java\\.util\\.logging|jdk\\.internal\\.net\\.http)\\.");

    @TempDir
    Path folder;

    private HttpServer gateway;

    @BeforeEach
    void start() throws IOException {
        gateway = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        byte[] body = """
                {"id": "a", "command": "start", "container": "web", "name": "web", "outcome": "completed", "items": [
                  {"name": "web", "host": "h1", "status": {"phase": "running", "since": "2026-01-01T00:00:00Z"}}]}""".getBytes(StandardCharsets.UTF_8);
        gateway.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        gateway.start();
    }

    @AfterEach
    void stop() {
        gateway.stop(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"list", "list -l tier=web -o json", "show web", "hosts", "events", "start web"})
    void commandLoadsNoClassesOfServices(String command) throws IOException, InterruptedException {
        Path token = Files.writeString(folder.resolve("token"), "secret\n");
        Path log = folder.resolve("log");
        var arguments = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xlog:class+load:stdout",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                Main.class.getName()));
        arguments.addAll(List.of(command.split(" ")));
        arguments.addAll(List.of(
                "--url", "http://127.0.0.1:" + gateway.getAddress().getPort(), "--token-file", token.toString()));
        var builder = new ProcessBuilder(arguments).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("HATCHERY_"));

        int code = builder.start().waitFor();

        List<String> lines = Files.readAllLines(log);
        assertThat(code).as(String.join("\n", lines)).isZero();
        assertThat(lines).anyMatch(line -> line.contains("io.hatchery.app.ApiClient "));
        assertThat(lines.stream().filter(line -> OF_SERVICES.matcher(line).find()))
                .isEmpty();
    }
}
