package io.hatchery.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.protocol.LogBatch;
import io.hatchery.protocol.LogEntry;
import io.hatchery.protocol.LogEntryBuilder;
import io.hatchery.protocol.LogSource;
import io.hatchery.protocol.Topics;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.HostName;
import io.hatchery.spec.json.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Logs as the gateway reads them from the topics of hosts; the runners are played by the test. */
@Tag("kafka")
class LogsOnBrokerTest {
    private static final HostName OTHER = new HostName("host2");

    @TempDir
    static Path data;

    private static TestFleet fleet;
    private static TestFleet.Gateway gateway;

    @BeforeAll
    static void start() throws Exception {
        fleet = new TestFleet(data);
        for (HostName host : List.of(TestFleet.HOST, OTHER)) {
            fleet.create(Topics.of(host));
            fleet.heartbeat(host);
        }
        for (String name : List.of("web", "moved", "journal", "noisy", "repeated", "followed")) {
            fleet.evaluate(name, TestFleet.HOST);
        }
        gateway = fleet.gateway();
    }

    @AfterAll
    static void stop() {
        fleet.close();
        assertThat(fleet.failures).isEmpty();
    }

    private static void print(String container, HostName host, LogEntry... entries) throws Exception {
        fleet.write(
                Topics.logs(host),
                container,
                new LogBatch(new ContainerName(container), host, LogSource.CONSOLE, "e", List.of(entries)));
    }

    private static LogEntry line(long sequence, Instant at, String text) {
        return LogEntry.ofConsole(at, sequence, text, 0);
    }

    private static List<ObjectNode> logs(String container, String query) throws Exception {
        HttpResponse<String> answer = gateway.get("/v1/containers/" + container + "/logs" + query);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.headers().firstValue("content-type")).contains("application/x-ndjson");
        var lines = new ArrayList<ObjectNode>();
        for (String line : answer.body().lines().toList()) {
            lines.add(Json.readObject(line.getBytes(StandardCharsets.UTF_8)));
        }
        return lines;
    }

    private static List<String> texts(String container, String query) throws Exception {
        return logs(container, query).stream()
                .map(line -> line.path("text").asText())
                .toList();
    }

    @Test
    void lastLinesAreFoundAmongThoseOfOthers() throws Exception {
        Instant now = Instant.now();
        for (int i = 0; i < 500; i++) {
            print("web", TestFleet.HOST, line(2 * i + 1, now.plusMillis(i), "a" + i), line(2 * i + 2, now, "b" + i));
            print("noisy", TestFleet.HOST, line(i, now, "noise"), line(i + 1, now, "noise"));
        }
        print("web", TestFleet.HOST, LogEntry.ofDropped(now, 7, "too fast"));
        assertThat(texts("web", "?tail=3&grep=%5E%5Bab%5D"))
                .containsExactly("b498", "a499", "b499", "7 lines were dropped: too fast");
        assertThat(texts("web", "?tail=0")).isEmpty();
        assertThat(texts("web", "?tail=1&grep=%5Ea0%24")).startsWith("a0");
        assertThat(logs("web", "")).hasSize(1001);
        List<ObjectNode> all = logs("web", "");
        String cursor = all.get(400).path("cursor").asText();
        assertThat(logs("web", "?after=" + URLEncoder.encode(cursor, StandardCharsets.UTF_8)))
                .isEqualTo(all.subList(401, all.size()));
    }

    @Test
    void logsOfAllHostsOfAContainerAreOneByTime() throws Exception {
        Instant now = Instant.now();
        for (HostName host : List.of(TestFleet.HOST, OTHER)) {
            fleet.write(
                    Topics.EVENTS,
                    "moved",
                    "{\"type\":\"transition\",\"container\":\"moved\",\"host\":\"" + host
                            + "\",\"from\":\"starting\",\"to\":\"running\",\"at\":\"" + now + "\"}");
        }
        print("moved", OTHER, line(1, now, "one"), line(2, now.plusSeconds(1), "two"));
        print("moved", TestFleet.HOST, line(1, now.plusSeconds(2), "three"));
        print("moved", OTHER, line(3, now.plusSeconds(3), "four"));
        assertThat(texts("moved", "")).containsExactly("one", "two", "three", "four");
        assertThat(texts("moved", "?tail=2")).containsExactly("three", "four");
        assertThat(texts("moved", "?since=" + now.plusMillis(900) + "&until=" + now.plusMillis(2900)))
                .containsExactly("two", "three");
        String cursor = logs("moved", "").get(1).path("cursor").asText();
        assertThat(texts("moved", "?after=" + URLEncoder.encode(cursor, StandardCharsets.UTF_8)))
                .containsExactly("three", "four");
    }

    @Test
    void linesThatARunnerSentTwiceAreShownOnce() throws Exception {
        Instant now = Instant.now();
        print("repeated", TestFleet.HOST, line(1, now, "one"), line(2, now, "two"));
        print("repeated", TestFleet.HOST, line(1, now, "one"), line(2, now, "two"), line(3, now, "three"));
        assertThat(texts("repeated", "")).containsExactly("one", "two", "three");
    }

    @Test
    void recordThatIsNoLogIsLeftOut() throws Exception {
        fleet.write(Topics.logs(TestFleet.HOST), "journal", "{\"text\":1}");
        fleet.write(
                Topics.logs(TestFleet.HOST),
                "journal",
                new LogBatch(
                        new ContainerName("web"), // a lie: the key counts
                        OTHER,
                        LogSource.JOURNAL,
                        "e",
                        List.of(LogEntryBuilder.builder()
                                .at(Instant.now())
                                .sequence(1L)
                                .text("failed")
                                .unit("nginx.service")
                                .priority(3)
                                .identifier("nginx")
                                .pid(7L)
                                .build())));
        ObjectNode line = logs("journal", "?unit=nginx&priority=err").getFirst();
        assertThat(line.path("container").asText()).isEqualTo("journal");
        assertThat(line.path("host").asText()).isEqualTo("host1");
        assertThat(line.path("pid").asInt()).isEqualTo(7);
        assertThat(texts("journal", "?priority=crit")).isEmpty();
    }

    @Test
    void followerGetsNewLinesAsTheyCome() throws Exception {
        print("followed", TestFleet.HOST, line(1, Instant.now(), "before"));
        try (var socket = gateway.connect()) {
            send(socket, "followed");
            var reader = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            awaitLine(reader, "\"text\":\"before\"");
            for (int i = 0; i < 3; i++) {
                print("followed", TestFleet.HOST, line(2 + i, Instant.now(), "new" + i));
                awaitLine(reader, "\"text\":\"new" + i + "\"");
            }
        }
    }

    /** Asks for the log of a container and what comes. */
    private static void send(Socket socket, String container) throws IOException {
        String request = """
                GET /v1/containers/%s/logs?follow=true HTTP/1.1
                Host: localhost
                Accept-Encoding: gzip
                Authorization: Bearer secret

                """.formatted(container).replace("\n", "\r\n");
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    }

    private static void awaitLine(BufferedReader reader, String part) throws Exception {
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            if (line.contains(part)) {
                return;
            }
        }
        throw new AssertionError("the answer ended without " + part);
    }

    @Test
    void tooManyReadersAreAskedToComeAgain() throws Exception {
        var followers = new ArrayList<Socket>();
        try {
            for (int i : IntStream.range(0, 64).toArray()) {
                var socket = gateway.connect();
                followers.add(socket);
                send(socket, "web");
                assertThat(TestFleet.header(socket)).as("follower %s", i).contains("200 OK");
            }
            HttpResponse<String> refused = gateway.get("/v1/containers/web/logs");
            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.headers().firstValue("retry-after")).isPresent();
        } finally {
            for (var follower : followers) {
                follower.close();
            }
        }
        await().until(() -> gateway.get("/v1/containers/web/logs?tail=0").statusCode() == 200);
    }

    @Test
    void wrongParametersAndUnknownContainersAreRefused() throws Exception {
        assertThat(gateway.get("/v1/containers/nobody/logs").statusCode()).isEqualTo(404);
        for (String wrong : List.of(
                "tail=-1",
                "tail=10001",
                "after=x",
                "priority=loud",
                "grep=(",
                "since=1h",
                "follow=true&until=2026-01-01T00:00:00Z",
                "tail=1&after=h:1:1",
                "other=1")) {
            assertThat(gateway.get("/v1/containers/web/logs?" + wrong).statusCode())
                    .as(wrong)
                    .isEqualTo(400);
        }
    }
}
