package io.hatchery.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.hatchery.protocol.Headers;
import io.hatchery.protocol.Topic;
import io.hatchery.protocol.Topics;
import io.hatchery.spec.json.UnreadableException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A broker, and transactional loops on it, for tests. */
abstract class LoopOnBroker {
    static final Duration SOON = Duration.ofSeconds(60);
    static final int PARTITIONS = 3;

    @TempDir
    Path data;

    TestBroker broker;
    final List<TransactionalLoop> loops = new ArrayList<>();
    final AtomicReference<Throwable> failure = new AtomicReference<>();
    final List<String> processed = new CopyOnWriteArrayList<>();
    final List<Set<Integer>> owned = new CopyOnWriteArrayList<>();
    final List<Message> toReview = new CopyOnWriteArrayList<>();
    Consumer<BusRecord> processing = record -> {};

    @BeforeEach
    void start() throws Exception {
        broker = new TestBroker(data);
        try (var topics = new TopicSetup(broker.config())) {
            topics.ensure(Topics.ofTheFleet());
        }
    }

    @AfterEach
    void stop() {
        loops.forEach(TransactionalLoop::close);
        broker.close();
    }

    /** Answers each record by an evaluation, and views profiles whose text is {@code good}. */
    final class Answering implements TransactionalLoop.RecordProcessor {
        final Deque<Message> reviews = new ArrayDeque<>(toReview);

        @Override
        public void view(BusRecord record) throws UnreadableException {
            if (record.topic().equals(Topics.PROFILES.name())) {
                String text = new String(record.raw().value(), StandardCharsets.UTF_8);
                if (text.equals("overflow")) {
                    throw new StackOverflowError();
                }
                if (!text.equals("good")) {
                    throw new UnreadableException("its text is " + text);
                }
            }
        }

        @Override
        public void own(Set<Integer> partitions, int of) {
            owned.add(partitions);
        }

        @Override
        public TransactionalLoop.ProcessingResult process(BusRecord record) {
            processing.accept(record);
            processed.add(record.key());
            return new TransactionalLoop.ProcessingResult(
                    List.of(message(Topics.EVALUATIONS, record.key(), answer(record))), null);
        }

        @Override
        public Optional<List<Message>> review() {
            return Optional.ofNullable(reviews.poll()).map(List::of);
        }

        @Override
        public List<Message> tooLarge(String excess) {
            return List.of(message(Topics.EVALUATIONS, "instead", excess));
        }
    }

    static Object answer(BusRecord record) {
        return record.header("size")
                .<Object>map(size -> "x".repeat(Integer.parseInt(size)))
                .orElse(Map.of());
    }

    static Message message(Topic topic, String key, @Nullable Object value) {
        return Message.of(topic.name(), key, value, null, "/config-service/test", Instant.now());
    }

    static TransactionalLoop.LoopPlan plan(String instance) {
        return new TransactionalLoop.LoopPlan(
                Topics.DEFINITIONS.name(),
                List.of(Topics.EVALUATIONS.name(), Topics.PROFILES.name()),
                "processors",
                instance);
    }

    TransactionalLoop loop(String instance) {
        return loop(instance, broker.config());
    }

    TransactionalLoop loop(String instance, BusConfig config) {
        var loop = new TransactionalLoop(config, plan(instance), Answering::new, () -> {}, failure::set);
        loops.add(loop);
        return loop;
    }

    BusConfig config(Map<String, String> more) {
        var client = new HashMap<>(broker.config().client());
        client.putAll(more);
        return new BusConfig(client, PARTITIONS, (short) 1);
    }

    void write(Topic topic, @Nullable Integer partition, String key, String value) throws Exception {
        try (var producer = new KafkaProducer<byte[], byte[]>(broker.config().producer(20_000))) {
            producer.send(new ProducerRecord<>(topic.name(), partition, bytes(key), bytes(value)))
                    .get();
        }
    }

    void define(String key, Map<String, String> headers) throws Exception {
        var message = message(Topics.DEFINITIONS, key, Map.of());
        for (var header : headers.entrySet()) {
            message = message.with(header.getKey(), header.getValue());
        }
        try (var producer = new KafkaProducer<byte[], byte[]>(broker.config().producer(20_000))) {
            producer.send(message.toRecord(PARTITIONS)).get();
        }
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    List<BusRecord> read(Topic topic) {
        try (var consumer = new KafkaConsumer<byte[], byte[]>(broker.config().consumer())) {
            consumer.assign(Polling.partitionsOf(consumer, List.of(topic.name())));
            consumer.seekToBeginning(consumer.assignment());
            var ends = consumer.endOffsets(consumer.assignment());
            var records = new ArrayList<BusRecord>();
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                consumer.poll(Duration.ofMillis(100)).forEach(raw -> records.add(new BusRecord(raw)));
            }
            return records;
        }
    }

    Map<String, String> reasons() {
        var reasons = new HashMap<String, String>();
        for (BusRecord letter : read(Topics.DEAD_LETTERS)) {
            String before =
                    reasons.put(letter.key(), letter.header(Headers.REASON).orElse(""));
            assertThat(before).as("a second dead letter of " + letter.key()).isNull();
        }
        return reasons;
    }

    void awaitProcessed(String key) {
        await().atMost(SOON).until(() -> processed.contains(key));
    }
}
