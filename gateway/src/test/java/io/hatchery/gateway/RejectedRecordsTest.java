package io.hatchery.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.bus.BusRecord;
import io.hatchery.bus.Message;
import io.hatchery.bus.Position;
import io.hatchery.bus.Publisher;
import io.hatchery.bus.RejectedHeartbeats;
import io.hatchery.gateway.view.Records;
import io.hatchery.protocol.Headers;
import io.hatchery.protocol.Topics;
import io.hatchery.spec.json.UnreadableException;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RejectedRecordsTest {
    private static final Instant NOW = Instant.parse("2026-03-01T00:00:00Z");
    private final UnreadableException bad = new UnreadableException("bad");

    private final List<String> deadLetters = new ArrayList<>();
    private final List<Position> settled = new ArrayList<>();
    private boolean away;
    private final RejectedRecords refused = new RejectedRecords(
            new Publisher() {
                @Override
                public Future<Position> publish(Message message) {
                    throw new AssertionError("only dead letters are written");
                }

                @Override
                public Future<Position> sendToDeadLetter(BusRecord record, String reader, String reason) {
                    if (away) {
                        return Future.failedFuture(new IllegalStateException("away"));
                    }
                    deadLetters.add(record.position().text() + " " + reader + " " + reason);
                    return Future.succeededFuture(new Position("d", 0, deadLetters.size()));
                }
            },
            settled::add);

    private static BusRecord record(String topic, long offset, String key, Instant at) {
        return Records.of(topic, offset, key, "{", at, Map.of());
    }

    private static BusRecord status(long offset) {
        return record(Topics.STATUS.name(), offset, "web", NOW);
    }

    @Test
    void recordIsReportedOnceHoweverOftenItIsMet() {
        refused.refuse(status(1), bad);
        refused.refuse(status(1), bad);
        assertThat(deadLetters).isEmpty();
        refused.report();
        refused.refuse(status(1), bad);
        refused.report();
        assertThat(deadLetters).containsExactly("hatchery.status/0/1 gateway bad");
        assertThat(refused.total()).isEqualTo(3);
    }

    @Test
    void recordThatAnotherGatewayReportedMeanwhileIsNotReported() {
        refused.refuse(status(1), bad);
        refused.view(Records.of(
                Topics.DEAD_LETTERS.name(),
                0,
                "web",
                "{",
                NOW,
                Map.of(Headers.ORIGIN, "hatchery.status/0/1", Headers.READER, "gateway")));
        refused.report();
        assertThat(deadLetters).isEmpty();
    }

    @Test
    void recordThatAnotherServiceReportedIsReportedAllTheSame() {
        refused.refuse(status(1), bad);
        refused.view(Records.deadLetter(0, "hatchery.status/0/1", "bad", NOW));
        refused.report();
        assertThat(deadLetters).hasSize(1);
    }

    @Test
    void deadLetterWaitsForABrokerThatIsAway() {
        away = true;
        refused.refuse(status(1), bad);
        refused.report();
        away = false;
        refused.report();
        assertThat(deadLetters).hasSize(1);
    }

    @Test
    void oneHeartbeatOfAHostPerHourIsReportedAcrossRestarts() {
        String hosts = Topics.HOSTS.name();
        refused.view(Records.of(
                Topics.DEAD_LETTERS.name(),
                0,
                "h",
                "{",
                NOW,
                Map.of(Headers.ORIGIN, hosts + "/0/0", Headers.READER, "gateway")));
        for (int i = 0; i < 1_000; i++) {
            refused.refuse(record(hosts, i, "h", NOW.plusSeconds(5L * i)), bad);
        }
        refused.refuse(record(hosts, 1_000, "other", NOW), bad);
        refused.report();
        assertThat(deadLetters).hasSize(2);
        assertThat(Duration.ofSeconds(5_000)).isGreaterThan(RejectedHeartbeats.BETWEEN);
    }

    @Test
    void moreThanMayWaitIsCounted() {
        for (int i = 0; i < RejectedRecords.MAX_WAITING + 7; i++) {
            refused.refuse(status(i), bad);
        }
        assertThat(refused.unreported()).isEqualTo(7);
        for (int i = 0; i <= RejectedRecords.MAX_WAITING / 100; i++) {
            refused.report();
        }
        assertThat(deadLetters).hasSize(RejectedRecords.MAX_WAITING);
    }

    @Test
    void everyThrowableGivesAReason() {
        assertThat(RejectedRecords.reasonOf(new StackOverflowError())).contains("nested");
        assertThat(RejectedRecords.reasonOf(new NullPointerException("x"))).contains("NullPointerException");
    }
}
