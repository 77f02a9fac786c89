package io.hatchery.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.hatchery.protocol.Headers;
import io.hatchery.protocol.Topics;
import io.hatchery.spec.json.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
}
