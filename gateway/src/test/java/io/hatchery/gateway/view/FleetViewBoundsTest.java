package io.hatchery.gateway.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hatchery.protocol.Topics;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.json.UnreadableException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FleetViewBoundsTest {
    private static final Instant NOW = Instant.parse("2026-03-01T00:00:00Z");

    private final FoldedFleet fleet = new FoldedFleet();
    private final FleetView view = fleet.view();
    private long offset;

    private void read(String topic, String key, @Nullable String value) throws UnreadableException {
        var _ = fleet.apply(Records.of(topic, offset++, key, value, NOW, Map.of()));
    }

    private void heartbeat(String host) throws UnreadableException {
        read(
                Topics.HOSTS.name(),
                host,
                "{\"host\":\"" + host
                        + "\",\"state\":\"ready\",\"machineId\":\"m\",\"bootId\":\"b\",\"runtime\":\"/run\","
                        + "\"pid\":1,\"version\":\"1\",\"driver\":\"direct\",\"cgroups\":\"v2\",\"labels\":{},\"cpus\":1,"
                        + "\"memory\":1,\"containers\":1,\"started\":\"" + NOW + "\",\"at\":\"" + NOW
                        + "\",\"interval\":5}");
    }

    private void transition(String container) throws UnreadableException {
        read(
                Topics.EVENTS.name(),
                container,
                "{\"type\":\"transition\",\"container\":\"" + container + "\",\"host\":\"h\",\"from\":\"starting\","
                        + "\"to\":\"running\",\"at\":\"" + NOW + "\"}");
    }

    private void print(String container, String line) throws UnreadableException {
        read(
                Topics.CONSOLE.name(),
                container,
                "{\"container\":\"" + container + "\",\"lines\":[\"" + line + "\"],\"at\":\"" + NOW + "\"}");
    }

    @Test
    void hostsBeyondTheBoundAreRefusedAndKnownOnesAreNot() throws Exception {
        for (int i = 0; i < FleetProjection.MAX_HOSTS; i++) {
            heartbeat("h" + i);
        }
        assertThatThrownBy(() -> heartbeat("one-more"))
                .isInstanceOf(UnreadableException.class)
                .hasMessageContaining("hosts already");
        heartbeat("h0");
        read(Topics.HOSTS.name(), "h1", null);
        heartbeat("one-more");
        assertThat(view.hosts()).hasSize(FleetProjection.MAX_HOSTS);
    }

    @Test
    void lastTransitionOfADeletedContainerIsForgotten() throws Exception {
        for (int i = 0; i < 1_000; i++) {
            transition("gone" + i);
            print("gone" + i, "line");
        }
        assertThat(view.isSettled(new ContainerName("gone0"))).isFalse();
        fleet.advance(NOW.plus(Duration.ofHours(2)));
        assertThat(view.isSettled(new ContainerName("gone0"))).isTrue();
        assertThat(view.buildLogs().since(new ContainerName("gone0"), 0).lines())
                .isEmpty();
    }

    @Test
    void longLineOfABuildIsCut() throws Exception {
        print("web", "x".repeat(100_000));
        assertThat(view.buildLogs().since(new ContainerName("web"), 0).lines())
                .singleElement()
                .satisfies(line -> assertThat(line.length()).isLessThan(5_000));
    }

    @Test
    void deadLettersAreCountedByServiceAndKindOfTopic() throws Exception {
        for (int i = 0; i < 1_000; i++) {
            var _ = fleet.apply(Records.deadLetter(i, "hatchery.host.h" + i + ".commands/0/7", "bad", NOW));
            var _ = fleet.apply(Records.deadLetter(i, "made-up-" + i + "/0/7", "bad", NOW));
        }
        var _ = fleet.apply(Records.deadLetter(0, "hatchery.status/2/7", "bad", NOW));
        var _ = fleet.apply(Records.deadLetter(0, "rubbish", "bad", NOW));
        assertThat(fleet.projection().deadLetters().counts())
                .containsOnlyKeys(
                        new DeadLetterCounts.Label("runner", "hatchery.host.*.commands"),
                        new DeadLetterCounts.Label("runner", "hatchery.status"),
                        new DeadLetterCounts.Label("runner", "other"))
                .containsEntry(new DeadLetterCounts.Label("runner", "hatchery.host.*.commands"), 1_000L);
    }
}
