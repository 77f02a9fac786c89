package io.hatchery.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hatchery.bus.BusRecord;
import io.hatchery.bus.Message;
import io.hatchery.config.system.Systems;
import io.hatchery.protocol.Evaluation;
import io.hatchery.protocol.Headers;
import io.hatchery.protocol.Topic;
import io.hatchery.protocol.Topics;
import io.hatchery.spec.Generation;
import io.hatchery.spec.HostName;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DefinitionReconcilerTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private final DefinitionReconciler reconciler = new DefinitionReconciler(
            Clock.fixed(NOW, ZoneOffset.UTC), "test", DefinitionReconcilerTest::requireUsable, Systems.NONE);
    private long offset;

    private static void requireUsable(HostName host) {
        if (host.value().equals("broken")) {
            throw new IllegalStateException("its topics cannot be used");
        }
    }

    private BusRecord record(Topic topic, String key, @Nullable String json, Map<String, String> headers) {
        var recordHeaders = new RecordHeaders();
        headers.forEach((name, value) -> recordHeaders.add(name, value.getBytes(StandardCharsets.UTF_8)));
        byte[] value = json == null ? null : json.getBytes(StandardCharsets.UTF_8);
        return new BusRecord(new ConsumerRecord<>(
                topic.name(),
                0,
                offset++,
                NOW.toEpochMilli(),
                TimestampType.LOG_APPEND_TIME,
                key.length(),
                value == null ? 0 : value.length,
                key.getBytes(StandardCharsets.UTF_8),
                value,
                recordHeaders,
                Optional.empty()));
    }

    private List<Message> define(String key, String json) {
        return reconciler
                .process(record(Topics.DEFINITIONS, key, json, Map.of()))
                .messages();
    }

    private List<Message> delete(String key, String operation) {
        return reconciler
                .process(record(Topics.DEFINITIONS, key, null, Map.of(Headers.ID, operation)))
                .messages();
    }

    private Map<String, Evaluation.State> reviewed() {
        var states = new HashMap<String, Evaluation.State>();
        for (var messages = reconciler.review(); messages.isPresent(); messages = reconciler.review()) {
            for (Message message : messages.get()) {
                if (message.value() instanceof Evaluation evaluation) {
                    states.put(message.key(), evaluation.state());
                }
            }
        }
        return states;
    }

    @Test
    void failedReviewDoesNotPreventOtherReviews() throws Exception {
        reconciler.own(Set.of(0), 1);
        for (String host : List.of("h1", "broken", "h2")) {
            define("on-" + host, "{\"boot\":true,\"profiles\":[\"late\"],\"host\":\"" + host + "\"}");
        }
        assertThat(reviewed()).isEmpty();
        reconciler.view(record(Topics.PROFILES, "late", "{\"tmpfs\":[\"/x\"]}", Map.of()));
        assertThat(reviewed())
                .containsEntry("on-h1", Evaluation.State.EVALUATED)
                .containsEntry("on-h2", Evaluation.State.EVALUATED)
                .containsEntry("on-broken", Evaluation.State.FAILED);
        assertThat(reviewed()).isEmpty();
    }

    @Test
    void containerThatChangesBetweenTwoReviewsIsReviewedAsItIsThen() throws Exception {
        reconciler.own(Set.of(0), 1);
        for (int i = 0; i < 5; i++) {
            define("c" + i, "{\"boot\":true,\"profiles\":[\"late\"],\"host\":\"h1\"}");
        }
        assertThat(reviewed()).isEmpty();
        reconciler.view(record(Topics.PROFILES, "late", "{\"tmpfs\":[\"/x\"]}", Map.of()));
        assertThat(reconciler.review())
                .as("the first, with which the others are read")
                .isPresent();
        for (int i = 0; i < 5; i++) {
            define("c" + i, "{\"boot\":true,\"profiles\":[\"late\"],\"host\":\"h2\"}");
        }
        reconciler.view(record(Topics.PROFILES, "late", "{\"tmpfs\":[\"/y\"]}", Map.of()));

        reviewed();
        for (int i = 0; i < 5; i++) {
            List<Message> again = define("c" + i, "{\"boot\":true,\"profiles\":[\"late\"],\"host\":\"h2\"}");
            Evaluation evaluation = (Evaluation) again.getFirst().value();
            assertThat(evaluation.spec().host()).isEqualTo(new HostName("h2"));
            assertThat(evaluation.spec().tmpfs()).containsExactly("/y");
        }
    }

    @Test
    void tooLargeEvaluationFailsAndKeepsTheSpec() throws Exception {
        reconciler.own(Set.of(0), 1);
        reconciler.view(record(Topics.PROFILES, "some", "{\"tmpfs\":[\"/x\"]}", Map.of()));
        define("web", "{\"boot\":true,\"profiles\":[\"some\"],\"host\":\"h1\"}");
        assertThat(reviewed()).isEmpty();
        reconciler.view(record(Topics.PROFILES, "some", "{\"tmpfs\":[\"/y\"]}", Map.of()));
        assertThat(reconciler.review()).isPresent();

        List<Message> instead = reconciler.tooLarge("what follows has 9 bytes, and at most 8 are allowed");

        assertThat(instead).first().extracting(Message::value).isInstanceOfSatisfying(Evaluation.class, failed -> {
            assertThat(failed.state()).isEqualTo(Evaluation.State.FAILED);
            assertThat(failed.errors())
                    .singleElement()
                    .satisfies(problem -> assertThat(problem.message())
                            .isEqualTo("what follows has 9 bytes, and at most 8 are allowed"));
            assertThat(failed.generation()).isEqualTo(new Generation(1));
            assertThat(failed.spec()).isNotNull();
        });
        assertThat(reviewed()).isEmpty();
    }

    @Test
    void definitionThatCannotBeHandledIsNotInMemory() {
        reconciler.own(Set.of(0), 1);
        assertThatThrownBy(() -> define("web", "{\"boot\":true,\"host\":\"broken\"}"))
                .hasMessageContaining("its topics cannot be used");
        assertThat(reviewed()).isEmpty();
        Evaluation next = (Evaluation)
                define("web", "{\"boot\":true,\"host\":\"h1\"}").getFirst().value();
        assertThat(next.generation().value()).isEqualTo(1);
    }

    @Test
    void deletionPublishesTheOpenRemovalThatItOvertakesOnceMore() {
        reconciler.own(Set.of(0), 1);
        define("web", "{\"boot\":true,\"host\":\"h1\"}");
        delete("web", "first");
        define("web", "{\"boot\":true,\"host\":\"h2\"}");

        List<Message> second = delete("web", "second");

        // The host's topic may have been truncated since the first: each operation has an outcome of its own.
        assertThat(second.stream()
                        .filter(message -> message.topic()
                                .equals(Topics.specs(new HostName("h1")).name()))
                        .map(message -> message.headers().get(Headers.OPERATION)))
                .containsExactly("first", "second");
    }

    @Test
    void deletionWithAHeaderThatIsNoIdIsRefused() {
        reconciler.own(Set.of(0), 1);
        var result = reconciler.process(record(Topics.DEFINITIONS, "web", null, Map.of(Headers.ID, "a b")));
        assertThat(result.messages()).isEmpty();
        assertThat(result.unreadable()).startsWith("header ce_id: ");
    }

    @Test
    void hostWithRefusedHeartbeatsMustStillRelease() throws Exception {
        reconciler.own(Set.of(0), 1);
        define("web", "{\"boot\":true,\"host\":\"h1\"}");
        var ahead = record(Topics.HOSTS, "h1", heartbeat("h1", NOW.plusSeconds(3_600)), Map.of());
        assertThatThrownBy(() -> reconciler.view(ahead)).hasMessageContaining("60 s earlier");
        assertThat(reconciler.refused(ahead, "skewed")).hasSize(1);
        assertThat(reconciler.refused(ahead, "skewed")).as("told once").isEmpty();

        define("web", "{\"boot\":true,\"host\":\"h2\"}");
        assertThat(reviewed()).as("it waits for h1").isEmpty();
        reconciler.view(record(Topics.STATUS, "web", null, Map.of(Headers.OPERATION, "moved/web/2")));
        assertThat(reviewed()).containsEntry("web", Evaluation.State.EVALUATED);
    }

    private static String heartbeat(String host, Instant at) {
        return "{\"host\":\"" + host
                + "\",\"state\":\"ready\",\"machineId\":\"m\",\"bootId\":\"b\",\"runtime\":\"/run/h\","
                + "\"pid\":1,\"version\":\"1\",\"driver\":\"direct\",\"cgroups\":\"v2\",\"labels\":{},\"cpus\":1,\"memory\":1,"
                + "\"containers\":0,\"started\":\"" + at + "\",\"at\":\"" + at + "\",\"interval\":5}";
    }

    @Test
    void fleetThatWasSetUpWithOtherPartitionsIsNotOwned() throws Exception {
        for (int i = 0; i < 40; i++) {
            String key = "c" + i;
            // All in partition 0: the fleet was set up with one.
            reconciler.misplaced(
                    record(Topics.EVALUATIONS, key, "{}", Map.of(Headers.SOURCE, "/config-service/before")));
        }
        assertThatThrownBy(() -> reconciler.own(Set.of(0), 4)).hasMessageContaining("set topics.partitions to 1");
    }
}
