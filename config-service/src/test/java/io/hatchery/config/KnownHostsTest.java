package io.hatchery.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hatchery.bus.BusRecord;
import io.hatchery.protocol.HostStatus;
import io.hatchery.spec.HostName;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

class KnownHostsTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final HostName H1 = new HostName("h1");

    private final KnownHosts hosts = new KnownHosts();

    private static String json(Instant at, String labels, int containers) {
        return "{\"host\":\"h1\",\"state\":\"ready\",\"machineId\":\"m\",\"bootId\":\"b\",\"runtime\":\"/run/h\","
                + "\"pid\":1,\"version\":\"1\",\"driver\":\"direct\",\"cgroups\":\"v2\",\"labels\":" + labels
                + ",\"cpus\":1,\"memory\":1,\"containers\":" + containers + ",\"started\":\"" + NOW + "\",\"at\":\""
                + at
                + "\",\"interval\":5}";
    }

    private boolean view(Instant at, String json) throws UnreadableException {
        byte[] value = json.getBytes(StandardCharsets.UTF_8);
        var record = new ConsumerRecord<>(
                "hatchery.hosts",
                0,
                0,
                at.toEpochMilli(),
                TimestampType.LOG_APPEND_TIME,
                2,
                value.length,
                "h1".getBytes(StandardCharsets.UTF_8),
                value,
                new RecordHeaders(),
                Optional.empty());
        return hosts.view(H1, new BusRecord(record), at);
    }

    private HostStatus status() {
        return hosts.accepted(H1).status();
    }

    @Test
    void everyHeartbeatIsKnownAsIfItWereReadAsJson() throws Exception {
        var random = new Random(11);
        List<String> labels = List.of("{}", "{\"zone\":\"a\"}", "{\"at\":\"x\"}", "{\"at\":\"" + NOW + "\"}");
        Instant at = NOW;
        String label = labels.getFirst();
        int containers = 0;
        for (int i = 0; i < 2_000; i++) {
            at = at.plusMillis(random.nextInt(5_000)).plusNanos(random.nextInt(3) == 0 ? random.nextInt(1_000_000) : 0);
            label = random.nextInt(5) == 0 ? labels.get(random.nextInt(labels.size())) : label;
            containers = random.nextInt(5) == 0 ? random.nextInt(100) : containers;
            String json = json(at, label, containers);
            view(at, json);
            assertThat(status())
                    .as("heartbeat %d", i)
                    .isEqualTo(Json.read(json.getBytes(StandardCharsets.UTF_8), HostStatus.class));
            assertThat(hosts.accepted(H1).appended()).isEqualTo(Instant.ofEpochMilli(at.toEpochMilli()));
        }
    }

    @Test
    void heartbeatThatChangesItsTimeAloneIsNotReadAsJson() throws Exception {
        view(NOW, json(NOW, "{\"zone\":\"a\"}", 3));
        var labels = status().labels();
        Instant later = NOW.plusSeconds(5);
        byte[] first = json(NOW, "{}", 3).getBytes(StandardCharsets.UTF_8);
        HeartbeatTimes times = HeartbeatTimes.of(first, Json.read(first, HostStatus.class));
        assertThat(times.timeOf(json(later, "{}", 3).getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(later);
        assertThat(times.timeOf(json(later, "{}", 4).getBytes(StandardCharsets.UTF_8)))
                .isNull();
        assertThat(times.timeOf(json(later, "{\"a\":\"b\"}", 3).getBytes(StandardCharsets.UTF_8)))
                .isNull();
        assertThat(labels).containsEntry("zone", "a");
    }

    @Test
    void timeOutsideTheAllowedSkewIsRefusedLikeAnyOther() throws Exception {
        view(NOW, json(NOW, "{}", 0));
        assertThatThrownBy(() -> view(NOW.plusSeconds(5), json(NOW.plusSeconds(3_600), "{}", 0)))
                .hasMessageContaining("60 s earlier");
        assertThat(status().at()).isEqualTo(NOW);
    }

    @Test
    void hostBecomesUsableAtItsFirstHeartbeatAfterSilenceAndWithOtherLabels() throws Exception {
        assertThat(view(NOW, json(NOW, "{}", 0))).isTrue();
        assertThat(view(NOW.plusSeconds(5), json(NOW.plusSeconds(5), "{}", 0))).isFalse();
        assertThat(view(NOW.plusSeconds(6), json(NOW.plusSeconds(6), "{\"zone\":\"b\"}", 0)))
                .isTrue();
        assertThat(view(NOW.plusSeconds(60), json(NOW.plusSeconds(60), "{\"zone\":\"b\"}", 0)))
                .isTrue();
    }

    @Test
    void selectorMatchesHostsWithItsLabels() {
        var labels = status("{\"zone\":\"a\",\"disk\":\"ssd\"}");
        assertThat(HostSelector.matches("{}", labels)).isTrue();
        assertThat(HostSelector.matches("{\"zone\":\"a\"}", labels)).isTrue();
        assertThat(HostSelector.matches("{\"zone\":\"a\",\"disk\":\"hdd\"}", labels))
                .isFalse();
        assertThat(HostSelector.matches("{\"rack\":\"1\"}", labels)).isFalse();
        assertThat(HostSelector.matches("{\"zone\":\"aaaaaaaa…", labels))
                .as("shortened")
                .isTrue();
    }

    private static java.util.SortedMap<String, String> status(String labels) {
        try {
            return Json.read(json(NOW, labels, 0).getBytes(StandardCharsets.UTF_8), HostStatus.class)
                    .labels();
        } catch (UnreadableException e) {
            throw new AssertionError(e);
        }
    }
}
