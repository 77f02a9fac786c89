package io.hatchery.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.hatchery.bus.Partitioning;
import io.hatchery.protocol.Headers;
import io.hatchery.protocol.Topic;
import io.hatchery.protocol.Topics;
import io.hatchery.spec.json.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("kafka")
class AddedPartitionsTest {
    private static final String PROFILE = "{\"stopTimeout\": \"7s\"}";

    @TempDir
    Path data;

    private TestFleet fleet;

    @BeforeEach
    void start() throws Exception {
        fleet = new TestFleet(data);
    }

    @AfterEach
    void stop() {
        fleet.close();
        assertThat(fleet.failures).isEmpty();
    }

    /** Writes a record to a partition that is not its key's; returns its position. */
    private String astray(Topic topic, String key, int added, String value) throws Exception {
        int right = Partitioning.partitionOf(key.getBytes(StandardCharsets.UTF_8), TestFleet.PARTITIONS);
        return fleet.writeTo(
                topic, added < TestFleet.PARTITIONS ? (right + 1) % TestFleet.PARTITIONS : added, key, value);
    }

    @Test
    void recordsInOtherPartitionsThanTheirKeysAreDeadLettersAndChangeNothing() throws Exception {
        for (Topic topic : List.of(Topics.PROFILES, Topics.STATUS, Topics.EVENTS)) {
            fleet.addPartitions(topic, 2 * TestFleet.PARTITIONS);
        }
        int added = TestFleet.PARTITIONS + 1;
        fleet.write(Topics.PROFILES, "right", PROFILE);
        fleet.write(Topics.EVENTS, "web", TestFleet.outcome("right", "web"));
        var strays = List.of(
                astray(Topics.PROFILES, "stray", added, PROFILE),
                astray(Topics.PROFILES, "right", added, "{\"stopTimeout\": \"9s\"}"),
                astray(Topics.PROFILES, "wrong", 0, PROFILE),
                astray(Topics.STATUS, "web", added, TestFleet.status("web", "host1", "running")),
                astray(Topics.EVENTS, "web", added, TestFleet.outcome("stray", "web")));
        var gateway = fleet.gateway();

        assertThat(gateway.get("/v1/profiles/right").body()).contains("7s");
        assertThat(gateway.get("/v1/profiles/stray").statusCode()).isEqualTo(404);
        assertThat(gateway.get("/v1/profiles/wrong").statusCode()).isEqualTo(404);
        assertThat(gateway.get("/v1/containers/web").statusCode()).isEqualTo(404);
        assertThat(gateway.outcome("right")).isEqualTo("completed");
        assertThat(gateway.outcome("stray")).isEqualTo("404");
        assertThat(Json.readObject(gateway.get("/v1/events").body().getBytes(StandardCharsets.UTF_8))
                        .path("items")
                        .findValuesAsText("id"))
                .contains("right")
                .doesNotContain("stray");
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            var letters = fleet.records(Topics.DEAD_LETTERS);
            assertThat(letters)
                    .extracting(letter -> TestFleet.header(letter, Headers.ORIGIN))
                    .containsExactlyInAnyOrderElementsOf(strays);
            assertThat(letters)
                    .extracting(letter -> TestFleet.header(letter, Headers.REASON))
                    .allSatisfy(reason -> assertThat(reason).contains("topics.partitions"));
        });
    }
}
