package io.hatchery.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.hatchery.protocol.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
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
                assertThatThrownBy(() -> log.readViews(true, read::add))
                        .isInstanceOf(BusException.class)
                        .hasMessageContaining("cannot be read to their end: 0 records read")
                        .hasMessageContaining(Topics.PROFILES.name());
                producer.commitTransaction();
                // The end of the transaction may take longer to be seen than this log waits.
                await().ignoreException(BusException.class).until(() -> {
                    log.readViews(true, read::add);
                    return true;
                });
                assertThat(read).extracting(BusRecord::key).containsExactly("p");
            }
        }
    }
}
