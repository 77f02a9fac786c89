package io.hatchery.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.hatchery.protocol.Headers;
import io.hatchery.protocol.Topics;
import io.hatchery.spec.HostName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("kafka")
class CommandTopicsOnBrokerTest {
    private static final HostName LATE = new HostName("late");
    private static final HostName NEVER = new HostName("never");

    @TempDir
    static Path data;

    private static TestFleet fleet;

    @BeforeAll
    static void start() throws Exception {
        fleet = new TestFleet(data);
    }

    @AfterAll
    static void stop() throws Exception {
        fleet.close();
        assertThat(fleet.failures).isEmpty();
    }

    private static void command(HostName host, String id) throws Exception {
        fleet.write(
                Topics.commands(host).name(),
                "web",
                "{\"command\":\"stop\",\"container\":\"web\"}",
                Map.of(Headers.ID, id));
    }

    private static void awaitPending(TestFleet.Gateway gateway, String id) {
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(gateway.outcome(id)).isEqualTo("pending"));
    }

    @Test
    void gatewayStartsWithoutAHostsTopicAndFollowsItOnceItExistsAfterItsDeletionTooAndFromItsStartIfRecreated()
            throws Exception {
        fleet.create(List.of(Topics.commands(TestFleet.HOST)));
        for (HostName host : List.of(NEVER, LATE, TestFleet.HOST)) {
            fleet.heartbeat(host);
        }
        command(TestFleet.HOST, "before");
        var gateway = fleet.gateway();
        assertThat(gateway.outcome("before")).isEqualTo("pending");

        fleet.create(List.of(Topics.commands(LATE)));
        command(LATE, "late");
        awaitPending(gateway, "late");

        fleet.delete(Topics.commands(LATE));
        command(TestFleet.HOST, "while-deleted");
        awaitPending(gateway, "while-deleted");
        assertThat(gateway.get("/readyz").statusCode()).isEqualTo(200);

        await().atMost(Duration.ofSeconds(30)).ignoreExceptions().until(() -> {
            fleet.create(List.of(Topics.commands(LATE)));
            return true;
        });
        // More than there were before: reading on at the old offset would miss the first.
        for (String id : List.of("anew-0", "anew-1", "anew-2")) {
            command(LATE, id);
        }
        for (String id : List.of("anew-0", "anew-1", "anew-2")) {
            awaitPending(gateway, id);
        }

        gateway.stop();
        fleet.delete(Topics.commands(LATE));
        var second = fleet.gateway();
        assertThat(second.outcome("before")).isEqualTo("pending");
    }
}
