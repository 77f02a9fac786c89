package io.hatchery.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.hatchery.protocol.Topics;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("kafka")
final class KafkaTransactionalLogTest {
    private static final TransactionalLoop.LoopPlan PLAN = new TransactionalLoop.LoopPlan(
            Topics.DEFINITIONS.name(), List.of(Topics.PROFILES.name()), "group", "instance");

    @TempDir
    Path data;

    @Test
    void viewsThatEndInAnOpenTransactionFailTheSessionAndAreReadOnceItEnds() throws Exception {
        try (var broker = new TestBroker(data)) {
            try (var topics = new TopicSetup(broker.config())) {
                topics.ensure(Topics.ofTheFleet());
            }
            var producing = new HashMap<>(broker.config().producer(15_000));
            producing.put("transactional.id", "other");
            try (var log = new KafkaTransactionalLog(broker.config(), PLAN, Duration.ofMillis(500));
                    var producer = new KafkaProducer<byte[], byte[]>(producing)) {
                producer.initTransactions();
                producer.beginTransaction();
                producer.send(new ProducerRecord<>(Topics.PROFILES.name(), 0, new byte[] {'p'}, new byte[] {'{', '}'}))
                        .get();
                log.begin();
                var read = new ArrayList<BusRecord>();
                assertThatThrownBy(() -> log.readViews(true, read::addAll))
                        .isInstanceOf(BusException.class)
                        .hasMessageContaining("cannot be read to their end: 0 records read")
                        .hasMessageContaining(Topics.PROFILES.name());
                producer.commitTransaction();
                // The end of the transaction may take longer to be seen than this log waits.
                await().ignoreException(BusException.class).until(() -> {
                    log.readViews(true, read::addAll);
                    return true;
                });
                assertThat(read).extracting(BusRecord::key).containsExactly("p");
            }
        }
    }

    @Test
    void whatAMemberWroteItselfIsNotViewed() throws Exception {
        try (var broker = new TestBroker(data)) {
            try (var topics = new TopicSetup(broker.config())) {
                topics.ensure(Topics.ofTheFleet());
            }
            try (var log = new KafkaTransactionalLog(broker.config(), PLAN);
                    var producer =
                            new KafkaProducer<byte[], byte[]>(broker.config().producer(15_000))) {
                log.begin();
                await().until(() -> {
                    log.poll(true);
                    return !log.owned().isEmpty();
                });
                log.transact(List.of(profile("own")), Map.of());
                producer.send(profile("foreign")).get();
                log.transact(List.of(profile("own-too")), Map.of());

                var read = new ArrayList<BusRecord>();
                log.readViews(true, read::addAll);
                assertThat(read).extracting(BusRecord::key).containsExactly("foreign");
            }
            try (var successor = new KafkaTransactionalLog(broker.config(), PLAN)) {
                successor.begin();
                var read = new ArrayList<BusRecord>();
                successor.readViews(true, read::addAll);
                assertThat(read).extracting(BusRecord::key).containsExactly("own", "foreign", "own-too");
            }
        }
    }

    @Test
    void recordThatArrivesBetweenPollsIsFoundAndPolledNext() throws Exception {
        try (var broker = new TestBroker(data)) {
            try (var topics = new TopicSetup(broker.config())) {
                topics.ensure(Topics.ofTheFleet());
            }
            try (var log = new KafkaTransactionalLog(broker.config(), PLAN);
                    var producer =
                            new KafkaProducer<byte[], byte[]>(broker.config().producer(15_000))) {
                log.begin();
                await().until(() -> {
                    log.poll(true);
                    return !log.owned().isEmpty() && !log.isWaiting();
                });
                producer.send(new ProducerRecord<>(
                                Topics.DEFINITIONS.name(), 0, new byte[] {'d'}, new byte[] {'{', '}'}))
                        .get();
                await().until(log::isWaiting);
                // What was found is not answered yet: a transaction without offsets must not pass over it.
                log.transact(List.of(profile("p")), Map.of());
                assertThat(log.poll(false).records()).extracting(BusRecord::key).containsExactly("d");
            }
            try (var successor = new KafkaTransactionalLog(broker.config(), PLAN)) {
                successor.begin();
                var polled = new ArrayList<BusRecord>();
                await().until(() -> {
                    polled.addAll(successor.poll(true).records());
                    return !polled.isEmpty();
                });
                assertThat(polled).extracting(BusRecord::key).containsExactly("d");
            }
        }
    }

    private static ProducerRecord<byte[], byte[]> profile(String key) {
        return new ProducerRecord<>(
                Topics.PROFILES.name(), 0, key.getBytes(StandardCharsets.UTF_8), new byte[] {'{', '}'});
    }
}
