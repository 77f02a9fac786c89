package io.hatchery.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.hatchery.protocol.Topic;
import io.hatchery.protocol.Topics;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.common.KafkaException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** One member owns all partitions, whose number is fixed. */
@Tag("kafka")
class LoopOwnershipTest extends LoopOnBroker {
    @Test
    void oneMemberOwnsAllPartitionsAndAnotherTakesOver() throws Exception {
        TransactionalLoop first = loop("one");
        await().atMost(SOON).until(() -> owned.contains(Set.of(0, 1, 2)));
        loop("two");
        await().atMost(SOON).until(() -> owned.contains(Set.of()));
        assertThat(owned.getLast()).as("of the last to hear of it").isIn(Set.of(), Set.of(0, 1, 2));
        define("a", Map.of());
        awaitProcessed("a");
        first.close();
        owned.clear();
        define("b", Map.of());
        awaitProcessed("b");
        assertThat(owned).containsExactly(Set.of(0, 1, 2));
        assertThat(processed).containsExactly("a", "b");
    }

    @Test
    void formerOwnerCannotWriteReviewsAfterItWasReplaced() throws Exception {
        BusConfig impatient = config(Map.of("max.poll.interval.ms", "3000", "session.timeout.ms", "6000"));
        try (var former = new KafkaTransactionalLog(impatient, plan("one"));
                var next = new KafkaTransactionalLog(impatient, plan("two"))) {
            own(former);
            former.transact(List.of(message(Topics.EVALUATIONS, "x", "first").toRecord(PARTITIONS)), Map.of());
            own(next);
            assertThatThrownBy(() -> former.transact(
                            List.of(message(Topics.EVALUATIONS, "x", "late").toRecord(PARTITIONS)), Map.of()))
                    .isInstanceOf(KafkaException.class);
            next.transact(List.of(message(Topics.EVALUATIONS, "x", "second").toRecord(PARTITIONS)), Map.of());
        }
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(read(Topics.EVALUATIONS))
                        .extracting(record -> new String(record.raw().value(), StandardCharsets.UTF_8))
                        .containsExactly("\"first\"", "\"second\""));
    }

    private static void own(KafkaTransactionalLog log) {
        log.begin();
        await().atMost(SOON).until(() -> {
            log.poll(true);
            return log.owned().size() == PARTITIONS;
        });
        log.readViews(true, record -> {});
    }

    @Test
    void addedPartitionsAreNotUsed() throws Exception {
        BusConfig watchful = config(Map.of("metadata.max.age.ms", "1000"));
        TransactionalLoop loop = loop("one", watchful);
        define("before", Map.of());
        awaitProcessed("before");
        try (var admin = Admin.create(broker.config().admin())) {
            var more = new HashMap<String, NewPartitions>();
            Topics.ofTheFleet().stream()
                    .filter(Topic::isShared)
                    .forEach(topic -> more.put(topic.name(), NewPartitions.increaseTo(8)));
            admin.createPartitions(more).all().get();
        }
        await().atMost(SOON).until(() -> owned.contains(Set.of(0, 1, 2, 3, 4, 5, 6, 7)));
        for (int i = 0; i < 8; i++) {
            define("c" + i, Map.of());
        }
        write(Topics.DEFINITIONS, 7, "elsewhere", "{}");
        write(Topics.PROFILES, 7, "profile", "good");
        await().atMost(SOON).until(() -> processed.size() == 9 && reasons().size() == 2);
        assertThat(reasons().get("elsewhere")).contains("of 3 (topics.partitions), not to partition 7");
        assertThat(reasons().get("profile")).contains("not to partition 7");
        loop.close();

        try (var topics = new TopicSetup(watchful)) {
            topics.ensure(Topics.ofTheFleet());
            assertThat(topics.grown(Topics.ofTheFleet()))
                    .hasSize(7)
                    .anyMatch(warning -> warning.contains("topic hatchery.definitions has 8 partitions"));
        }
        loop("one", watchful);
        define("again", Map.of());
        awaitProcessed("again");
        assertThat(reasons()).hasSize(2);
    }

    @Test
    void fewerPartitionsThanConfiguredAreRefused() {
        var config = new BusConfig(broker.config().client(), 8, (short) 1);
        try (var topics = new TopicSetup(config)) {
            assertThatThrownBy(() -> topics.ensure(Topics.ofTheFleet()))
                    .isInstanceOf(TopicMismatchException.class)
                    .hasMessageContaining("has 3 partitions, and topics.partitions is 8");
        }
    }
}
