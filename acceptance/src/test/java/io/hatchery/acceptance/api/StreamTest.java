package io.hatchery.acceptance.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.hatchery.acceptance.fixture.Api;
import io.hatchery.acceptance.fixture.Installation;
import io.hatchery.acceptance.fixture.Roots;
import io.hatchery.acceptance.fixture.Samples;
import io.hatchery.acceptance.fixture.Service;
import io.hatchery.acceptance.fixture.SignedRecords;
import io.hatchery.acceptance.fixture.StreamClient;
import java.net.http.WebSocketHandshakeException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Tests of the websocket stream: snapshot, changes, and resumption from a cursor. */
class StreamTest {
    private static Installation installation;
    private static Api api;

    @BeforeAll
    static void up() {
        installation = Installation.running();
        api = installation.api();
    }

    @AfterAll
    static void down() {
        installation.close();
    }

    private static List<String> transitions(StreamClient stream) {
        return stream.messages().stream()
                .filter(message -> message.at("/event/type").asText().equals("transition"))
                .map(message -> message.at("/event/from").asText() + " "
                        + message.at("/event/to").asText())
                .toList();
    }

    @Test
    void streamSendsSnapshotThenTransitionsAndResumesExactly() {
        Path root = Roots.busybox(installation.roots().resolve("seen"));
        try (var stream = StreamClient.open(api, "?container=t-seen")) {
            api.define("t-seen", Samples.sleeper(root));
            // A status is on another topic than its event: the gateway may show "stopped" before it reads this event.
            stream.first(message -> transitions(stream).equals(List.of("absent stopped")));
        }
        api.await("t-seen", "stopped");
        String cursor;
        try (var stream = StreamClient.open(api, "?container=t-seen")) {
            JsonNode snapshot = stream.first(message -> true);
            assertThat(snapshot.path("type").asText()).isEqualTo("snapshot");
            assertThat(snapshot.path("containers").findValuesAsText("name")).contains("t-seen");
            assertThat(snapshot.path("hosts")).isNotEmpty();
            stream.first(message -> message.path("type").asText().equals("synced"));
            api.command("start", "t-seen");
            stream.first(message -> message.at("/event/command").asText().equals("start")
                    && message.at("/event/type").asText().equals("outcome"));
            assertThat(transitions(stream))
                    .containsExactly("stopped preparing", "preparing starting", "starting running");
            cursor = stream.cursor();
        }
        api.command("stop", "t-seen");
        api.command("start", "t-seen");

        try (var stream = StreamClient.open(api, "?container=t-seen&since=" + cursor)) {
            api.command("stop", "t-seen");
            stream.first(message -> transitions(stream).size() >= 7);
            assertThat(transitions(stream))
                    .containsExactly(
                            "running stopping",
                            "stopping stopped",
                            "stopped preparing",
                            "preparing starting",
                            "starting running",
                            "running stopping",
                            "stopping stopped");
            assertThat(stream.messages())
                    .noneMatch(message -> message.path("type").asText().equals("snapshot"));
        }
    }

    @Test
    void browserSendsItsTokenAsSubprotocol() {
        try (var stream = StreamClient.openAsBrowser(api, "")) {
            assertThat(stream.first(message -> true).path("type").asText()).isEqualTo("snapshot");
        }
    }

    @Test
    void cursorThatCannotBeServedIsRefusedWithAReason() {
        String foreign = Base64.getUrlEncoder()
                .encodeToString("{\"i\":{\"hatchery.events\":\"x\"},\"o\":{}}".getBytes(StandardCharsets.UTF_8));
        for (String cursor : List.of("rubbish", foreign)) {
            assertThatThrownBy(() -> StreamClient.open(api, "?since=" + cursor))
                    .hasCauseInstanceOf(WebSocketHandshakeException.class);
        }
        assertThat(api.get("/v1/events?since=rubbish").status()).isEqualTo(400);
        assertThat(api.get("/v1/events?since=" + foreign).status()).isIn(400, 410);
    }

    @Test
    void slowClientIsClosedAndResumesOnce() throws Exception {
        String event = "{\"type\":\"transition\",\"container\":\"t-slow\",\"host\":\"" + Installation.HOST
                + "\",\"from\":\"stopped\",\"to\":\"stopped\",\"reason\":\"" + "x".repeat(1000)
                + "\",\"at\":\"2026-01-01T00:00:00Z\"}";
        try (var stream = StreamClient.open(api, "?container=t-slow")) {
            stream.first(message -> message.path("type").asText().equals("synced"));
            stream.pause();
            try (var records = new SignedRecords(installation, "hatchery-config-service-1")) {
                for (int i = 0; i < 40_000; i++) {
                    var _ = records.sign(SignedRecords.of("hatchery.events", "t-slow", event));
                }
            }
            // Another client gets an event that lies after all of these in the same one of 4 partitions; by then the
            // gateway has closed the
            // slow one.
            try (var quick = StreamClient.open(api, "?container=t-after")) {
                quick.first(message -> message.path("type").asText().equals("synced"));
                api.define("t-after", "{\"root\": \"/nowhere\", \"command\": [\"/bin/true\"]}");
                quick.first(message -> message.at("/event/type").asText().equals("evaluation"));
            }
            stream.resume();
            assertThat(stream.closed().get(60, TimeUnit.SECONDS)).isEqualTo(1013);
            long missing = 40_000 - events(stream.settled());
            try (var again = StreamClient.open(api, "?container=t-slow&since=" + stream.cursor())) {
                // Records that the gateway had not read yet when this client resumed arrive as live messages.
                await().atMost(Duration.ofMinutes(1))
                        .until(() -> again.closed().isDone() || events(again.messages()) >= missing);
                assertThat(again.closed()).isNotDone();
                assertThat(events(again.messages())).isEqualTo(missing);
            }
        }
    }

    private static long events(List<JsonNode> messages) {
        return messages.stream()
                .filter(message -> message.path("type").asText().equals("event"))
                .count();
    }

    @Test
    void stoppingGatewayClosesStreamsWithAReason() throws Exception {
        try (var stream = StreamClient.open(api, "")) {
            stream.first(message -> true);
            installation.end(Service.GATEWAY);
            assertThat(stream.closed().get(10, TimeUnit.SECONDS)).isEqualTo(1001);
        } finally {
            installation.start(Service.GATEWAY);
        }
    }
}
