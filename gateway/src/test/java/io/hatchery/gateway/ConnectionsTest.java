package io.hatchery.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.hatchery.gateway.http.Connections;
import io.hatchery.protocol.Topics;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients that are slow, silent, too many or not quite HTTP, at raw sockets. */
@Tag("kafka")
class ConnectionsTest {
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final Duration LONG = Duration.ofMinutes(5);
    private static final String HEADERS = "Host: localhost\r\nAuthorization: Bearer secret\r\n";
    private static final String HEALTH = "GET /healthz HTTP/1.1\r\n" + HEADERS + "\r\n";

    @TempDir
    static Path data;

    private static TestFleet fleet;
    /** A gateway with little patience, for few clients. */
    private static TestFleet.Gateway strict;

    @BeforeAll
    static void start() throws Exception {
        fleet = new TestFleet(data);
        fleet.create(Topics.of(TestFleet.HOST));
        fleet.heartbeat(TestFleet.HOST);
        fleet.evaluate("web", TestFleet.HOST);
        strict = fleet.gateway(new Connections.ConnectionLimits(100, SHORT, SHORT));
    }

    @AfterAll
    static void stop() {
        fleet.close();
        assertThat(fleet.failures).isEmpty();
    }

    private static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Requires that the gateway ends the connection; until then it may send something. */
    private static void assertEnds(Socket socket) throws IOException {
        try (socket) {
            int next;
            do {
                next = socket.getInputStream().read();
            } while (next >= 0);
        } catch (SocketException e) {
            assertThat(e).hasMessageContaining("reset");
        }
    }

    private static String answer(Socket socket, String request) throws IOException {
        write(socket, request);
        String header = TestFleet.header(socket);
        int length = header.toLowerCase(java.util.Locale.ROOT).indexOf("content-length: ");
        if (length >= 0) {
            String rest = header.substring(length + "content-length: ".length());
            socket.getInputStream().readNBytes(Integer.parseInt(rest.substring(0, rest.indexOf('\r'))));
        }
        return header;
    }

    @Test
    void requestWithoutAValidHostIs400() throws Exception {
        for (String hosts : List.of(
                "",
                "Host: a\r\nHost: b\r\n",
                "Host: a\r\nHost: a\r\n",
                "Host:\r\n",
                "Host: a b\r\n",
                "Host: a/b\r\n",
                "Host: a:99999\r\n")) {
            assertThat(strict.raw("GET /healthz HTTP/1.1\r\n" + hosts + "\r\n"))
                    .as(hosts)
                    .startsWith("HTTP/1.1 400 ")
                    .contains("application/problem+json");
        }
        assertThat(strict.raw("GET /healthz HTTP/1.1\r\nHost: [::1]:8470\r\n\r\n"))
                .startsWith("HTTP/1.1 200 ");
        assertThat(strict.raw("GET /healthz HTTP/1.0\r\n\r\n")).startsWith("HTTP/1.0 200 ");
    }

    @Test
    void connectionThatSendsNoWholeHeaderIsEnded() throws Exception {
        for (String part : List.of("", "G", "GET /healthz HTTP/1.1\r\n", "GET /healthz HTTP/1.1\r\nHost: a\r\nX: ")) {
            var socket = strict.connect();
            write(socket, part);
            assertEnds(socket);
        }
    }

    @Test
    void connectionThatSendsNoWholeBodyIsEnded() throws Exception {
        var socket = strict.connect();
        write(socket, "PUT /v1/profiles/slow HTTP/1.1\r\n" + HEADERS + "Content-Length: 10\r\n\r\n{");
        assertEnds(socket);
        assertThat(strict.get("/v1/profiles/slow").statusCode()).isEqualTo(404);
    }

    @Test
    void connectionThatIsIdleBetweenRequestsIsEnded() throws Exception {
        var socket = strict.connect();
        assertThat(answer(socket, HEALTH)).startsWith("HTTP/1.1 200 ");
        assertThat(answer(socket, HEALTH)).startsWith("HTTP/1.1 200 ");
        assertEnds(socket);
    }

    @Test
    void requestThatWaitsIsNotIdle() throws Exception {
        try (var socket = strict.connect()) {
            write(socket, "POST /v1/containers/web/stop?wait=1500ms HTTP/1.1\r\n" + HEADERS + "\r\n");
            assertThat(TestFleet.header(socket)).startsWith("HTTP/1.1 202 ");
        }
    }

    @Test
    void streamIsNotIdle() throws Exception {
        try (var socket = strict.connect()) {
            write(
                    socket,
                    "GET /v1/stream HTTP/1.1\r\n" + HEADERS
                            + "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
            assertThat(TestFleet.header(socket)).startsWith("HTTP/1.1 101 ");
            // The limits are over when another connection that came later has been ended.
            assertEnds(strict.connect());
            assertEnds(strict.connect());
            fleet.write(Topics.EVENTS, "web", TestFleet.outcome("for-the-stream", "web"));
            var text = new StringBuilder();
            while (text.indexOf("for-the-stream") < 0) {
                int next = socket.getInputStream().read();
                assertThat(next).isNotNegative();
                text.append((char) next);
            }
        }
    }

    @Test
    void connectionsBeyondTheLimitAreRefusedUntilOneEnds() throws Exception {
        var gateway = fleet.gateway(new Connections.ConnectionLimits(3, LONG, LONG));
        var open = new ArrayList<Socket>();
        for (int i = 0; i < 3; i++) {
            open.add(gateway.connect());
            assertThat(answer(open.getLast(), HEALTH)).startsWith("HTTP/1.1 200 ");
        }
        assertEnds(gateway.connect());
        assertThat(answer(open.getFirst(), HEALTH)).startsWith("HTTP/1.1 200 ");
        open.removeFirst().close();
        await().until(() -> gateway.raw(HEALTH).startsWith("HTTP/1.1 200 "));
        for (Socket socket : open) {
            socket.close();
        }
        gateway.stop();
    }
}
