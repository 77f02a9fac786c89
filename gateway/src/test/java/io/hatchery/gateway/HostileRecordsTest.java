package io.hatchery.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.hatchery.protocol.Headers;
import io.hatchery.protocol.Topics;
import io.hatchery.spec.HostName;
import io.hatchery.spec.json.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("kafka")
class HostileRecordsTest {
    @TempDir
    Path data;

    private TestFleet fleet;

    @BeforeEach
    void start() throws Exception {
        fleet = new TestFleet(data);
    }

    @AfterEach
    void stop() throws Exception {
        fleet.close();
        assertThat(fleet.failures).isEmpty();
    }

    private List<String> writeHostileRecords() throws Exception {
        var positions = new ArrayList<String>();
        String nested = "{\"labels\":" + "[".repeat(200_000);
        for (var topic : List.of(Topics.STATUS, Topics.EVENTS, Topics.EVALUATIONS, Topics.PROFILES, Topics.CONSOLE)) {
            for (String value : List.of("", "{", "[]", "null", nested)) {
                positions.add(fleet.write(topic, "bad", value));
            }
        }
        // Of a host's refused heartbeats one in an hour is reported.
        positions.add(fleet.write(Topics.HOSTS, "bad", "{"));
        fleet.write(Topics.HOSTS, "bad", nested);
        positions.add(fleet.write(Topics.STATUS, "bad", "{\"container\":\"bad\",\"phase\":\"running\"}"));
        positions.add(fleet.write(Topics.STATUS, "bad", TestFleet.status("other", "host1", "running")));
        positions.add(fleet.write(Topics.STATUS, "Not A Name", TestFleet.status("other", "host1", "running")));
        positions.add(fleet.write(
                Topics.EVENTS, "bad", TestFleet.outcome("x", "bad").replace("\"outcome\":\"completed\",", "")));
        positions.add(fleet.write(Topics.EVENTS, "bad", TestFleet.outcome("a b", "bad")));
        positions.add(fleet.write(Topics.DEFINITIONS.name(), "bad", null, Map.of(Headers.ID, "a b")));
        positions.add(fleet.heartbeat(new HostName("future"), Instant.now().plus(Duration.ofDays(365))));
        positions.add(fleet.write(
                Topics.commands(TestFleet.HOST).name(), "bad", "{\"command\":\"dance\"}", Map.of(Headers.ID, "c1")));
        // Heartbeats that cannot be read are reported once an hour for each host.
        positions.removeIf(position -> position.startsWith(Topics.HOSTS.name() + "/") && !isFirstOfItsHost(position));
        return positions;
    }

    private final java.util.Set<String> firstOfHost = new java.util.HashSet<>();

    private boolean isFirstOfItsHost(String position) {
        return fleet.records(Topics.HOSTS).stream()
                .filter(record -> position.equals(record.topic() + "/" + record.partition() + "/" + record.offset()))
                .allMatch(record -> firstOfHost.add(new String(record.key(), StandardCharsets.UTF_8)));
    }

    private List<String> deadLetters() {
        return fleet.records(Topics.DEAD_LETTERS).stream()
                .map(letter -> TestFleet.header(letter, Headers.ORIGIN))
                .toList();
    }

    @Test
    void everyBadRecordIsReportedOnceAndTheRestIsFolded() throws Exception {
        fleet.create(Topics.of(TestFleet.HOST));
        fleet.heartbeat(TestFleet.HOST);
        var bad = new ArrayList<>(writeHostileRecords());
        fleet.write(Topics.STATUS, "good", TestFleet.status("good", "host1", "running"));
        var gateway = fleet.gateway();
        assertThat(gateway.get("/v1/containers/good").statusCode()).isEqualTo(200);
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(deadLetters()).containsExactlyInAnyOrderElementsOf(bad));

        // Live as well: the record behind the bad ones is folded, and each is reported.
        bad.add(fleet.write(Topics.STATUS, "bad", "{"));
        bad.add(fleet.write(Topics.EVENTS, "bad", "{\"type\":\"outcome\"}"));
        fleet.write(Topics.STATUS, "late", TestFleet.status("late", "host1", "running"));
        await().untilAsserted(() ->
                assertThat(gateway.get("/v1/containers/late").statusCode()).isEqualTo(200));
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(deadLetters()).containsExactlyInAnyOrderElementsOf(bad));
        String metrics = gateway.get("/metrics").body();
        assertThat(metrics)
                .contains("hatchery_dead_letters_total{reader=\"gateway\",topic=\"hatchery.host.*.commands\"} 1.0")
                .containsPattern("hatchery_gateway_records_refused_total \\d+\\.0");
        gateway.stop();

        var again = fleet.gateway();
        fleet.write(Topics.STATUS, "last", "{");
        await().atMost(Duration.ofSeconds(30)).until(() -> deadLetters().size() > bad.size());
        assertThat(deadLetters()).hasSize(bad.size() + 1);
        assertThat(again.get("/v1/containers/late").statusCode()).isEqualTo(200);
    }

    @Test
    void eventsPageShowsBadRecordsAsUnreadable() throws Exception {
        var gateway = fleet.gateway();
        String since = Json.readObject(gateway.get("/v1/events").body().getBytes(StandardCharsets.UTF_8))
                .path("next")
                .asText();
        String bad = fleet.write(Topics.EVENTS, "bad", "{\"type\":\"outcome\"}");
        fleet.write(Topics.EVENTS, "good", TestFleet.outcome("good", "good"));
        await().untilAsserted(() ->
                assertThat(gateway.get("/v1/events?since=" + since).body()).contains("\"unreadable\"", "\"good\""));
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(deadLetters()).containsExactly(bad));
    }
}
