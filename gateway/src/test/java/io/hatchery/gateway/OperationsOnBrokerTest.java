package io.hatchery.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.hatchery.protocol.Headers;
import io.hatchery.protocol.Topics;
import io.hatchery.spec.json.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("kafka")
class OperationsOnBrokerTest {
    @TempDir
    static Path data;

    private static TestFleet fleet;

    @BeforeAll
    static void start() throws Exception {
        fleet = new TestFleet(data);
        fleet.create(Topics.of(TestFleet.HOST));
        fleet.heartbeat(TestFleet.HOST);
        fleet.evaluate("web", TestFleet.HOST);
    }

    @AfterAll
    static void stop() {
        fleet.close();
        assertThat(fleet.failures).isEmpty();
    }

    private static void awaitOutcome(TestFleet.Gateway gateway, String id, String outcome) {
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(gateway.outcome(id)).isEqualTo(outcome));
    }

    @Test
    void deletionAndCommandsAreKnownToEveryGatewayAndAfterItsRestart() throws Exception {
        var one = fleet.gateway();
        var two = fleet.gateway();
        var answer = one.send("DELETE", "/v1/containers/web", null, Map.of());
        assertThat(answer.statusCode()).isEqualTo(202);
        String deletion = Json.readObject(answer.body().getBytes(StandardCharsets.UTF_8))
                .path("id")
                .asText();
        awaitOutcome(two, deletion, "pending");

        assertThat(one.send("POST", "/v1/containers/web/stop", null, Map.of("Idempotency-Key", "key"))
                        .statusCode())
                .isEqualTo(202);
        awaitOutcome(two, "key", "pending");
        // The second gateway publishes no second command under the same key.
        assertThat(two.send("POST", "/v1/containers/web/stop", null, Map.of("Idempotency-Key", "key"))
                        .statusCode())
                .isEqualTo(202);
        assertThat(two.send("POST", "/v1/containers/web/kill", null, Map.of("Idempotency-Key", "key"))
                        .statusCode())
                .isEqualTo(409);
        var ids = new HashSet<String>();
        fleet.records(Topics.commands(TestFleet.HOST))
                .forEach(record -> assertThat(ids.add(TestFleet.header(record, Headers.ID)))
                        .isTrue());

        fleet.write(Topics.EVENTS, "web", TestFleet.outcome("key", "web"));
        for (var gateway : List.of(one, two)) {
            awaitOutcome(gateway, "key", "completed");
        }
        one.stop();
        var again = fleet.gateway();
        assertThat(again.outcome("key")).isEqualTo("completed");
        assertThat(again.outcome(deletion)).isEqualTo("pending");
    }

    private static List<String> ids(TestFleet.Gateway gateway, String query) throws Exception {
        var answer = gateway.get("/v1/operations" + query);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return Json.readObject(answer.body().getBytes(StandardCharsets.UTF_8))
                .path("items")
                .findValuesAsText("id");
    }

    @Test
    void operationsAreListedByContainerHostStateAndCommandAPageAtATime() throws Exception {
        fleet.evaluate("listed", TestFleet.HOST);
        var gateway = fleet.gateway();
        for (String verb : List.of("start", "stop", "kill")) {
            assertThat(gateway.send(
                                    "POST",
                                    "/v1/containers/listed/" + verb,
                                    null,
                                    Map.of("Idempotency-Key", "l-" + verb))
                            .statusCode())
                    .isEqualTo(202);
        }
        fleet.write(Topics.EVENTS, "listed", TestFleet.outcome("l-stop", "listed"));
        awaitOutcome(gateway, "l-stop", "completed");
        String all = "?container=listed";
        assertThat(ids(gateway, all)).containsExactlyInAnyOrder("l-start", "l-stop", "l-kill");
        assertThat(ids(gateway, all + "&host=host1&state=pending")).containsExactlyInAnyOrder("l-start", "l-kill");
        assertThat(ids(gateway, all + "&state=completed")).containsExactly("l-stop");
        assertThat(ids(gateway, all + "&command=kill")).containsExactly("l-kill");
        assertThat(ids(gateway, all + "&host=elsewhere")).isEmpty();
        for (String wrong : List.of("state=done", "command=dance", "cursor=x", "host=-", "order=asc")) {
            assertThat(gateway.get("/v1/operations?" + wrong).statusCode())
                    .as(wrong)
                    .isEqualTo(400);
        }

        // What is submitted meanwhile moves no page.
        var first = Json.readObject(
                gateway.get("/v1/operations" + all + "&limit=2").body().getBytes(StandardCharsets.UTF_8));
        gateway.send("POST", "/v1/containers/listed/start", null, Map.of("Idempotency-Key", "l-later"));
        var seen = new ArrayList<>(first.path("items").findValuesAsText("id"));
        seen.addAll(ids(gateway, all + "&limit=2&cursor=" + first.path("next").asText()));
        assertThat(seen).containsExactlyInAnyOrder("l-start", "l-stop", "l-kill");
    }
}
