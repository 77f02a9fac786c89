package io.hatchery.gateway.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hatchery.bus.BusRecord;
import io.hatchery.protocol.ContainerStatus;
import io.hatchery.protocol.Phase;
import io.hatchery.protocol.Topics;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.json.UnreadableException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FleetViewTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final ContainerName WEB = new ContainerName("web");

    private final FoldedFleet fleet = new FoldedFleet();
    private final FleetView view = fleet.view();
    private long offset;

    private void read(String topic, String key, @Nullable String json) throws UnreadableException {
        read(topic, key, json, NOW);
    }

    private void read(String topic, String key, @Nullable String json, Instant appended) throws UnreadableException {
        byte[] value = json == null ? null : json.getBytes(StandardCharsets.UTF_8);
        byte[] keyBytes = key.getBytes(StandardCharsets.UTF_8);
        var record = new ConsumerRecord<>(
                topic,
                0,
                offset++,
                appended.toEpochMilli(),
                TimestampType.LOG_APPEND_TIME,
                keyBytes.length,
                value == null ? 0 : value.length,
                keyBytes,
                value,
                new RecordHeaders(),
                Optional.empty());
        var _ = fleet.apply(new BusRecord(record));
    }

    private void status(String phase, Instant since) throws UnreadableException {
        status(phase, since, "");
    }

    private void numberedStatus(String phase, Instant since, long sequence) throws UnreadableException {
        status(phase, since, ",\"sequence\":" + sequence);
    }

    private void status(String phase, Instant since, String more) throws UnreadableException {
        read(
                Topics.STATUS.name(),
                "web",
                "{\"container\":\"web\",\"host\":\"host1\",\"phase\":\"" + phase + "\",\"since\":\"" + since
                        + "\",\"restarts\":0,\"outdated\":false" + more + "}");
    }

    private void transition(String to, Instant at) throws UnreadableException {
        transition(to, at, "");
    }

    private void numberedTransition(String to, Instant at, long sequence) throws UnreadableException {
        transition(to, at, ",\"sequence\":" + sequence);
    }

    private void transition(String to, Instant at, String more) throws UnreadableException {
        read(
                Topics.EVENTS.name(),
                "web",
                "{\"type\":\"transition\",\"container\":\"web\",\"host\":\"host1\",\"from\":\"starting\",\"to\":\"" + to
                        + "\",\"at\":\"" + at + "\"" + more + "}");
    }

    private void heartbeat(Instant at) throws UnreadableException {
        read(
                Topics.HOSTS.name(),
                "host1",
                "{\"host\":\"host1\",\"state\":\"ready\",\"machineId\":\"m\",\"bootId\":\"b\",\"runtime\":\"/run/hatchery\","
                        + "\"pid\":1,\"version\":\"1\",\"driver\":\"direct\",\"cgroups\":\"v2\",\"labels\":{},\"cpus\":1,\"memory\":1,"
                        + "\"containers\":1,\"started\":\"" + at + "\",\"at\":\"" + at + "\",\"interval\":5}",
                at);
    }

    @Test
    void containerOfALostHostIsUnknown() throws Exception {
        heartbeat(NOW);
        status("running", NOW);
        assertThat(view.phase(WEB, NOW.plusSeconds(14))).isEqualTo(Phase.RUNNING);
        assertThat(view.phase(WEB, NOW.plusSeconds(15))).isEqualTo(Phase.UNKNOWN);
        var shown = fleet.shown(WEB, NOW.plusSeconds(15)).status();
        assertThat(shown.last()).extracting(ContainerStatus::phase).isEqualTo(Phase.RUNNING);
        assertThat(shown.reason()).contains("host1").contains(NOW.toString());
    }

    @Test
    void containerIsSettledWhenItsStatusIsAsNewAsItsTransition() throws Exception {
        numberedStatus("starting", NOW, 1);
        assertThat(view.isSettled(WEB)).isTrue();
        numberedTransition("running", NOW, 2);
        assertThat(view.isSettled(WEB)).isFalse();
        numberedStatus("running", NOW, 2);
        assertThat(view.isSettled(WEB)).isTrue();
        numberedTransition("absent", NOW, 3);
        assertThat(view.isSettled(WEB)).isFalse();
        read(Topics.STATUS.name(), "web", null);
        assertThat(view.isSettled(WEB)).isTrue();
        numberedStatus("stopped", NOW, 4);
        assertThat(view.isSettled(WEB)).isTrue();
    }

    @Test
    void containerIsSettledWhateverTheTimesOfItsStatusAndItsTransition() throws Exception {
        numberedTransition("stopped", NOW, 1);
        numberedStatus("stopped", NOW.minusNanos(40_000), 1);
        assertThat(view.isSettled(WEB)).isTrue();
        numberedTransition("preparing", NOW.minusSeconds(3600), 2);
        assertThat(view.isSettled(WEB)).isFalse();
    }

    @Test
    void withoutNumbersContainerIsSettledWhenItsStatusHasThePhaseOfItsTransition() throws Exception {
        transition("stopped", NOW);
        status("starting", NOW.plusSeconds(1));
        assertThat(view.isSettled(WEB)).isFalse();
        status("stopped", NOW.minusSeconds(1));
        assertThat(view.isSettled(WEB)).isTrue();
    }

    @Test
    void rubbishIsRefusedAndChangesNothing() throws Exception {
        status("running", NOW);
        assertThatThrownBy(() -> read(Topics.STATUS.name(), "web", "{\"container\":"))
                .isInstanceOf(UnreadableException.class);
        assertThatThrownBy(() -> read(Topics.STATUS.name(), "Not A Name", "{}"))
                .isInstanceOf(UnreadableException.class);
        assertThat(view.containers()).containsExactly(WEB);
    }
}
