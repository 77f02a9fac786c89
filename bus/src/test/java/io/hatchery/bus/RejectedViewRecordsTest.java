package io.hatchery.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.hatchery.protocol.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

final class RejectedViewRecordsTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private final RejectedViewRecords refused = new RejectedViewRecords("config");
    private long offset;

    private BusRecord record(String topic, String key, Duration after) {
        return new BusRecord(new ConsumerRecord<>(
                topic,
                0,
                offset++,
                NOW.plus(after).toEpochMilli(),
                TimestampType.LOG_APPEND_TIME,
                key.length(),
                2,
                key.getBytes(StandardCharsets.UTF_8),
                "{}".getBytes(StandardCharsets.UTF_8),
                new RecordHeaders(),
                Optional.empty()));
    }

    private void add(String topic, String key, Duration after) {
        refused.add(record(topic, key, after), "it is dated wrongly");
    }

    @Test
    void oneHeartbeatOfEachHostPerHourIsReported() {
        for (int i = 0; i < 1_000; i++) {
            add(Topics.HOSTS.name(), "h1", Duration.ofSeconds(5).multipliedBy(i));
            add(Topics.HOSTS.name(), "h2", Duration.ofSeconds(1));
        }
        assertThat(refused.take())
                .extracting(one -> one.record().key(), one -> one.record().timestamp())
                .containsExactly(
                        tuple("h1", NOW),
                        tuple("h2", NOW.plusSeconds(1)),
                        tuple("h1", NOW.plus(RejectedHeartbeats.BETWEEN)));
    }

    @Test
    void everyRefusedRecordOfAnotherTopicIsReported() {
        add(Topics.STATUS.name(), "web", Duration.ZERO);
        add(Topics.STATUS.name(), "web", Duration.ofSeconds(1));
        assertThat(refused.take()).hasSize(2);
    }

    @Test
    void hostsBeyondTheBoundAreForgottenOldestFirst() {
        for (int i = 0; i <= RejectedHeartbeats.MAX_HOSTS; i++) {
            add(Topics.HOSTS.name(), "h" + i, Duration.ZERO);
        }
        refused.take();
        add(Topics.HOSTS.name(), "h1", Duration.ZERO);
        assertThat(refused.take()).isEmpty();
        add(Topics.HOSTS.name(), "h0", Duration.ZERO);
        assertThat(refused.take()).hasSize(1);
    }
}
