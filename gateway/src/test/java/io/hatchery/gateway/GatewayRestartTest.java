package io.hatchery.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.hatchery.bus.Message;
import io.hatchery.protocol.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a gateway reads when it starts over the database of an earlier run. */
@Tag("kafka")
class GatewayRestartTest {
    private static final Pattern READ = Pattern.compile("hatchery_gateway_records_read_total (\\d+)");

    @TempDir
    private Path folder;

    private TestFleet fleet;

    @BeforeEach
    void start() throws Exception {
        fleet = new TestFleet(folder);
    }

    @AfterEach
    void stop() {
        fleet.close();
    }

    private static int recordsRead(TestFleet.Gateway gateway) throws Exception {
        Matcher metric = READ.matcher(gateway.get("/metrics").body());
        assertThat(metric.find()).isTrue();
        return Integer.parseInt(metric.group(1));
    }

    private void status(String name, String phase) throws Exception {
        fleet.write(Topics.STATUS, name, TestFleet.status(name, "host1", phase));
    }

    @Test
    void restartContinuesWhereTheDatabaseEnds() throws Exception {
        Path database = folder.resolve("database");
        fleet.heartbeat(TestFleet.HOST);
        for (int i = 0; i < 50; i++) {
            status("old" + i, "running");
        }
        fleet.write(Topics.EVENTS, "old0", TestFleet.outcome("ended", "old0"));
        TestFleet.Gateway first = fleet.gateway(database);
        assertThat(recordsRead(first)).isGreaterThan(50);
        first.stop();
        status("new", "stopped");
        status("old1", "stopped");

        TestFleet.Gateway second = fleet.gateway(database);
        assertThat(recordsRead(second)).isBetween(2, 5);
        assertThat(second.get("/v1/containers/new").statusCode()).isEqualTo(200);
        assertThat(second.get("/v1/containers/old0").statusCode()).isEqualTo(200);
        assertThat(second.get("/v1/containers/old1").body()).contains("\"phase\":\"stopped\"");
        assertThat(second.outcome("ended")).isEqualTo("completed");
        assertThat(second.get("/v1/hosts/host1").statusCode()).isEqualTo(200);
        assertThat(fleet.failures).isEmpty();
    }

    @Test
    void databaseOfTopicsThatWereCreatedAgainIsFilledAnew() throws Exception {
        Path database = folder.resolve("database");
        status("old", "running");
        fleet.gateway(database).stop();
        fleet.delete(Topics.STATUS);
        await().atMost(Duration.ofSeconds(30)).ignoreExceptions().until(() -> {
            fleet.create(Topics.ofTheFleet());
            status("new", "running");
            return true;
        });

        TestFleet.Gateway second = fleet.gateway(database);
        assertThat(second.get("/v1/containers/new").statusCode()).isEqualTo(200);
        assertThat(second.get("/v1/containers/old").statusCode()).isEqualTo(404);
    }

    @Test
    void pendingCommandIsKnownWhenTheDatabaseIsFilledAnew() throws Exception {
        Path database = folder.resolve("database");
        fleet.create(Topics.of(TestFleet.HOST));
        fleet.heartbeat(TestFleet.HOST);
        fleet.publish(Message.of(
                Topics.commands(TestFleet.HOST).name(),
                "web",
                Map.of("command", "stop", "container", "web"),
                "open",
                "test",
                Instant.now()));
        TestFleet.Gateway first = fleet.gateway(database);
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(first.outcome("open")).isEqualTo("pending"));
        first.stop();
        fleet.delete(Topics.STATUS);
        await().atMost(Duration.ofSeconds(30)).ignoreExceptions().until(() -> {
            fleet.create(Topics.ofTheFleet());
            return true;
        });

        TestFleet.Gateway second = fleet.gateway(database);
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(second.outcome("open")).isEqualTo("pending"));
    }

    @Test
    void refusedRecordIsReportedAfterARestartThatCameBeforeItsReport() throws Exception {
        Path database = folder.resolve("database");
        String position = fleet.write(Topics.STATUS, "bad", "{");
        fleet.gateway(database).stop();
        fleet.gateway(database);
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(fleet.records(Topics.DEAD_LETTERS))
                        .extracting(letter -> TestFleet.header(letter, "hatchery_origin"))
                        .containsExactly(position));
    }

    @Test
    void secondGatewayOverTheSameDatabaseIsRefused() throws Exception {
        Path database = folder.resolve("database");
        fleet.gateway(database);
        assertThatThrownBy(() -> fleet.gateway(database)).hasMessageContaining("another gateway uses");
    }
}
