package io.hatchery.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
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
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigResource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("kafka")
class TransactionalLoopTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int PARTITIONS = 3;

    @TempDir
    Path data;

    private TestBroker broker;
    private final List<TransactionalLoop> loops = new ArrayList<>();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final List<String> processed = new CopyOnWriteArrayList<>();
    private final List<Set<Integer>> owned = new CopyOnWriteArrayList<>();
    private final List<Message> toReview = new CopyOnWriteArrayList<>();
    private Consumer<BusRecord> processing = record -> {};

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
    private final class Answering implements TransactionalLoop.RecordProcessor {
        private final Deque<Message> reviews = new ArrayDeque<>(toReview);

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

    private static Object answer(BusRecord record) {
        return record.header("size")
                .<Object>map(size -> "x".repeat(Integer.parseInt(size)))
                .orElse(Map.of());
    }

    private static Message message(Topic topic, String key, @Nullable Object value) {
        return Message.of(topic.name(), key, value, null, "/config-service/test", Instant.now());
    }

    private static TransactionalLoop.LoopPlan plan(String instance) {
        return new TransactionalLoop.LoopPlan(
                Topics.DEFINITIONS.name(),
                List.of(Topics.EVALUATIONS.name(), Topics.PROFILES.name()),
                "processors",
                instance);
    }

    private TransactionalLoop loop(String instance) {
        return loop(instance, broker.config());
    }

    private TransactionalLoop loop(String instance, BusConfig config) {
        var loop = new TransactionalLoop(config, plan(instance), Answering::new, () -> {}, failure::set);
        loops.add(loop);
        return loop;
    }

    private BusConfig config(Map<String, String> more) {
        var client = new HashMap<>(broker.config().client());
        client.putAll(more);
        return new BusConfig(client, PARTITIONS, (short) 1);
    }

    private void write(Topic topic, @Nullable Integer partition, String key, String value) throws Exception {
        try (var producer = new KafkaProducer<byte[], byte[]>(broker.config().producer(20_000))) {
            producer.send(new ProducerRecord<>(topic.name(), partition, bytes(key), bytes(value)))
                    .get();
        }
    }

    private void define(String key, Map<String, String> headers) throws Exception {
        var message = message(Topics.DEFINITIONS, key, Map.of());
        for (var header : headers.entrySet()) {
            message = message.with(header.getKey(), header.getValue());
        }
        try (var producer = new KafkaProducer<byte[], byte[]>(broker.config().producer(20_000))) {
            producer.send(message.toRecord(PARTITIONS)).get();
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private List<BusRecord> read(Topic topic) {
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

    private Map<String, String> reasons() {
        var reasons = new HashMap<String, String>();
        for (BusRecord letter : read(Topics.DEAD_LETTERS)) {
            String before =
                    reasons.put(letter.key(), letter.header(Headers.REASON).orElse(""));
            assertThat(before).as("a second dead letter of " + letter.key()).isNull();
        }
        return reasons;
    }

    private void awaitJudged(String key) {
        await().atMost(SOON).until(() -> processed.contains(key));
    }

    @Test
    void recordThatCannotBeJudgedGoesToTheDeadLettersAndTheNextIsJudged() throws Exception {
        processing = record -> {
            switch (record.key()) {
                case "number" -> Long.parseLong("x");
                case "null" -> throw new NullPointerException("no host");
                case "deep" -> throw new StackOverflowError();
                default -> {}
            }
        };
        for (String key : List.of("number", "null", "deep", "good")) {
            define(key, Map.of());
        }
        loop("one");
        awaitJudged("good");
        await().atMost(SOON).until(() -> reasons().size() == 3);
        Map<String, String> reasons = reasons();
        assertThat(reasons.get("number")).contains("For input string: \"x\"");
        assertThat(reasons.get("null")).contains("no host");
        assertThat(reasons.get("deep")).contains("nested too deeply");
        assertThat(failure.get()).isNull();
    }

    @Test
    void viewedRecordThatIsRefusedIsReportedOnceAcrossRestarts() throws Exception {
        write(Topics.PROFILES, null, "p1", "bad");
        write(Topics.PROFILES, null, "p2", "overflow");
        write(Topics.PROFILES, null, "p3", "good");
        for (String start : List.of("first", "second")) {
            TransactionalLoop loop = loop("one");
            define(start, Map.of());
            awaitJudged(start);
            await().atMost(SOON).until(() -> reasons().size() == 2);
            loop.close();
        }
        write(Topics.PROFILES, null, "p4", "later");
        loop("one");
        await().atMost(SOON).until(() -> reasons().size() == 3);
        assertThat(reasons()).containsEntry("p1", "its text is bad").containsKeys("p2", "p4");
    }

    @Test
    void answerThatIsTooLargeIsRefusedAndTheNextIsWritten() throws Exception {
        define("before", Map.of());
        define("large", Map.of("size", "3000000"));
        define("after", Map.of());
        loop("one");
        awaitJudged("after");
        await().atMost(SOON)
                .until(() -> read(Topics.EVALUATIONS).stream()
                        .map(BusRecord::key)
                        .toList()
                        .containsAll(List.of("before", "after")));
        assertThat(reasons()).hasSize(1);
        assertThat(reasons().get("large")).contains("has 3000", "at most");
        assertThat(read(Topics.EVALUATIONS)).hasSize(2);
    }

    @Test
    void reviewThatIsTooLargeIsReplacedByItsExplanationAndTheNextIsWritten() throws Exception {
        toReview.add(message(Topics.EVALUATIONS, "large", "x".repeat(3_000_000)));
        toReview.add(message(Topics.EVALUATIONS, "next", Map.of()));
        loop("one");
        await().atMost(SOON).until(() -> read(Topics.EVALUATIONS).size() == 2);
        assertThat(read(Topics.EVALUATIONS)).extracting(BusRecord::key).containsExactlyInAnyOrder("instead", "next");
        BusRecord instead = read(Topics.EVALUATIONS).stream()
                .filter(record -> record.key().equals("instead"))
                .findFirst()
                .orElseThrow();
        assertThat(new String(instead.raw().value(), StandardCharsets.UTF_8)).contains("has 3000", "at most");
        assertThat(failure.get()).isNull();
    }

    @Test
    void answerThatTheBrokerAloneFindsTooLargeIsIsolated() throws Exception {
        try (var admin = Admin.create(broker.config().admin())) {
            var resource = new ConfigResource(ConfigResource.Type.TOPIC, Topics.EVALUATIONS.name());
            var limit = new ConfigEntry("max.message.bytes", "100000");
            admin.incrementalAlterConfigs(Map.of(resource, List.of(new AlterConfigOp(limit, AlterConfigOp.OpType.SET))))
                    .all()
                    .get();
        }
        for (String key : List.of("a", "b", "c")) {
            define(key, Map.of());
        }
        define("large", Map.of("size", "200000"));
        for (String key : List.of("d", "e", "f")) {
            define(key, Map.of());
        }
        loop("one");
        await().atMost(SOON).until(() -> read(Topics.EVALUATIONS).size() == 6);
        await().atMost(SOON).until(() -> reasons().size() == 1);
        assertThat(reasons().get("large")).contains("larger than the broker takes");
    }

    @Test
    void loopThatFailsAgainAndAgainTellsItsOwner() throws Exception {
        var loop = new TransactionalLoop(
                broker.config(),
                plan("one"),
                () -> {
                    throw new IllegalArgumentException("on purpose");
                },
                () -> {},
                failure::set);
        loops.add(loop);
        await().atMost(SOON).until(() -> failure.get() != null);
        assertThat(failure.get()).hasMessageContaining("failed 10 times").hasMessageContaining("on purpose");
    }

    @Test
    void errorInTheLoopTellsItsOwnerAtOnce() {
        var reported = new CountDownLatch(1);
        var loop = new TransactionalLoop(
                broker.config(),
                plan("one"),
                () -> {
                    throw new NoClassDefFoundError("on purpose");
                },
                () -> {},
                e -> {
                    failure.set(e);
                    reported.countDown();
                });
        loops.add(loop);
        await().atMost(SOON).until(() -> reported.getCount() == 0);
        assertThat(failure.get()).isInstanceOf(NoClassDefFoundError.class);
    }

    @Test
    void oneMemberOwnsAllPartitionsAndAnotherTakesOver() throws Exception {
        TransactionalLoop first = loop("one");
        await().atMost(SOON).until(() -> owned.contains(Set.of(0, 1, 2)));
        loop("two");
        await().atMost(SOON).until(() -> owned.contains(Set.of()));
        assertThat(owned.getLast()).as("of the last to hear of it").isIn(Set.of(), Set.of(0, 1, 2));
        define("a", Map.of());
        awaitJudged("a");
        first.close();
        owned.clear();
        define("b", Map.of());
        awaitJudged("b");
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
    void partitionsThatAreAddedAreNotUsedAndTheOthersWorkOn() throws Exception {
        BusConfig watchful = config(Map.of("metadata.max.age.ms", "1000"));
        TransactionalLoop loop = loop("one", watchful);
        define("before", Map.of());
        awaitJudged("before");
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
        awaitJudged("again");
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
