package io.hatchery.bus;

import static io.hatchery.bus.PublishingToBroker.done;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.hatchery.protocol.Headers;
import io.hatchery.protocol.Topic;
import io.hatchery.protocol.TopicBuilder;
import io.hatchery.protocol.Topics;
import io.hatchery.spec.HostName;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("kafka")
class BusTest {
    @TempDir
    static Path data;

    private static PublishingToBroker fixture;
    private static TestBroker broker;
    private static Vertx vertx;
    private static KafkaPublisher publisher;

    @BeforeAll
    static void start() throws Exception {
        fixture = new PublishingToBroker(data);
        broker = fixture.broker;
        vertx = fixture.vertx;
        publisher = fixture.publisher;
        try (var topics = new TopicSetup(broker.config())) {
            topics.ensure(Topics.ofTheFleet());
            topics.ensure(Topics.ofTheFleet());
        }
    }

    @AfterAll
    static void stop() throws Exception {
        fixture.close();
    }

    private static Message message(Topic topic, String key, Object value) {
        return Message.of(topic.name(), key, value, null, "test", Instant.now());
    }

    @Test
    void topicWithAnotherCleanupPolicyIsAnError() {
        Topic commands = Topics.commands(new HostName("wrong"));
        fixture.create(commands);
        assertThatThrownBy(() -> fixture.create(
                        with(commands, new Topic.Cleanup.Compacted(Duration.ofDays(1), Duration.ofDays(1)))))
                .isInstanceOf(BusException.class)
                .hasMessageContaining("cleanup.policy=delete");
    }

    private static Topic with(Topic topic, Topic.Cleanup cleanup) {
        return TopicBuilder.builder()
                .name(topic.name())
                .key(topic.key())
                .cleanup(cleanup)
                .segments(topic.segments())
                .isShared(topic.isShared())
                .value(topic.value())
                .reason(topic.reason())
                .build();
    }

    @Test
    void settingsThatBreakTheirBoundAreCorrectedAndOthersKept() throws Exception {
        Topic commands = Topics.commands(new HostName("settings"));
        fixture.create(with(commands, new Topic.Cleanup.Expiring(Duration.ofDays(1), -1)));
        assertThat(setting(commands, "retention.ms"))
                .isEqualTo(Duration.ofDays(1).toMillis() + "");
        fixture.create(commands);
        assertThat(setting(commands, "retention.ms"))
                .isEqualTo(Duration.ofDays(7).toMillis() + "");
        fixture.create(with(commands, new Topic.Cleanup.Expiring(Duration.ofDays(2), -1)));
        assertThat(setting(commands, "retention.ms"))
                .isEqualTo(Duration.ofDays(7).toMillis() + "");
        assertThat(setting(commands, "message.timestamp.type")).isEqualTo("LogAppendTime");
        assertThat(setting(commands, "segment.ms"))
                .isEqualTo(Duration.ofHours(6).toMillis() + "");
    }

    private static String setting(Topic topic, String name) throws Exception {
        try (var admin = Admin.create(broker.config().admin())) {
            var resource = new ConfigResource(ConfigResource.Type.TOPIC, topic.name());
            return admin.describeConfigs(List.of(resource))
                    .all()
                    .get()
                    .get(resource)
                    .get(name)
                    .value();
        }
    }

    @Test
    void withoutCredentialsNothingIsServed() {
        var anonymous = new BusConfig(
                Map.of(
                        "bootstrap.servers",
                        broker.bootstrap(),
                        "default.api.timeout.ms",
                        "3000",
                        "request.timeout.ms",
                        "2000"),
                1,
                (short) 1);
        try (var setup = new TopicSetup(anonymous)) {
            assertThatThrownBy(setup::names).isInstanceOf(BusException.class);
        }
    }

    @Test
    void followerReportsThatItHasCaughtUp() throws Exception {
        for (int i = 0; i < 100; i++) {
            done(publisher.publish(message(Topics.PROFILES, "p" + i, Map.of("n", i))));
        }
        var seen = new HashMap<String, Long>();
        var follower = new TopicFollower(
                vertx,
                broker.config(),
                "test",
                record -> seen.put(record.key(), record.offset()),
                Throwable::printStackTrace);
        done(follower.follow(List.of(Topics.PROFILES.name())));
        assertThat(seen).hasSize(100);
        done(publisher.publish(message(Topics.PROFILES, "late", Map.of())));
        done(follower.catchUp());
        assertThat(seen).hasSize(101);
        done(follower.follow(List.of(Topics.STATUS.name())));
        done(follower.close());
    }

    @Test
    void unfinishedRecordsAreDeliveredAgainAndCommittedOnesAreNot() throws Exception {
        Topic topic = Topics.commands(new HostName("h1"));
        fixture.create(topic);
        for (int i = 0; i < 5; i++) {
            done(publisher.publish(message(topic, "web", Map.of("n", i))));
        }
        var open = new ConcurrentHashMap<Long, Promise<Void>>();
        var first = new WatermarkConsumer(
                new KafkaPartitionReader(vertx, broker.config(), topic.name(), "g1", Throwable::printStackTrace),
                record -> open.computeIfAbsent(record.offset(), o -> Promise.promise())
                        .future(),
                Throwable::printStackTrace);
        done(first.start());
        await().until(() -> open.size() == 5);
        // 0, 1 and 3 are done, 2 is not: the watermark is 2.
        for (long offset : List.of(3L, 0L, 1L)) {
            vertx.runOnContext(v -> open.get(offset).complete());
        }
        await().until(() -> committed("g1", topic.name()) == 2);
        done(first.close());

        var again = new CopyOnWriteArrayList<Long>();
        var second = new WatermarkConsumer(
                new KafkaPartitionReader(vertx, broker.config(), topic.name(), "g1", Throwable::printStackTrace),
                record -> {
                    again.add(record.offset());
                    return Future.succeededFuture();
                },
                Throwable::printStackTrace);
        done(second.start());
        await().until(() -> committed("g1", topic.name()) == 5);
        assertThat(again).containsExactly(2L, 3L, 4L);
        done(second.close());
    }

    @Test
    void recreatedTopicHasAnotherIdAndIsReadFromTheOffsetGiven() throws Exception {
        Topic topic = Topics.commands(new HostName("recreated"));
        fixture.create(topic);
        var bus = new KafkaBus(vertx, broker.config());
        assertThat(done(bus.extent(topic.name())))
                .extracting("beginning", "end")
                .containsExactly(0L, 0L);
        for (int i = 0; i < 3; i++) {
            done(publisher.publish(message(topic, "web", Map.of("n", i))));
        }
        PartitionExtent before = done(bus.extent(topic.name()));
        assertThat(before.end()).isEqualTo(3);
        var seen = new CopyOnWriteArrayList<Long>();
        PartitionReader reader = bus.partition(topic.name(), "g3", Throwable::printStackTrace);
        assertThat(done(reader.committed())).isEmpty();
        done(reader.start(1, batch -> batch.forEach(record -> seen.add(record.offset()))));
        await().until(() -> seen.size() == 2);
        assertThat(seen).containsExactly(1L, 2L);
        done(reader.commit(2));
        assertThat(done(reader.committed())).hasValue(2);
        done(reader.close());
        try (var admin = Admin.create(broker.config().admin())) {
            admin.deleteTopics(List.of(topic.name())).all().get();
        }
        await().untilAsserted(() -> {
            fixture.create(topic);
            assertThat(done(bus.extent(topic.name())).topicId()).isNotEqualTo(before.topicId());
        });
        assertThat(done(bus.extent(topic.name())).end()).isZero();
    }

    @Test
    void extentOfAMissingTopicIsAnError() {
        var bus = new KafkaBus(vertx, broker.config());
        assertThatThrownBy(() -> done(bus.extent("missing")))
                .hasRootCauseInstanceOf(UnknownTopicOrPartitionException.class);
    }

    @Test
    void recordsBeyondAnOpenTransactionAreFound() throws Exception {
        Topic topic = Topics.commands(new HostName("h3"));
        fixture.create(topic);
        var settings = broker.config().producer(20_000);
        settings.put("transactional.id", "slow");
        var bus = new KafkaBus(vertx, broker.config());
        var seen = new CopyOnWriteArrayList<String>();
        Follower follower = bus.follower("beyond", record -> seen.add(record.key()), Throwable::printStackTrace);
        try (var slow = new KafkaProducer<byte[], byte[]>(settings)) {
            slow.initTransactions();
            slow.beginTransaction();
            slow.send(new ProducerRecord<>(topic.name(), "open".getBytes(StandardCharsets.UTF_8), new byte[0]))
                    .get();
            done(publisher.publish(message(topic, "published", Map.of())));
            Map<Integer, Long> ends = done(bus.ends(topic.name()));
            assertThat(ends).containsEntry(0, 2L);
            Future<Void> read = follower.followFrom(topic.name(), Map.of(0, 0L), ends);
            await().during(500, TimeUnit.MILLISECONDS).until(() -> !read.isComplete() && seen.isEmpty());
            slow.abortTransaction();
            done(read);
        }
        assertThat(seen).containsExactly("published");
        done(follower.close());
    }

    private static long committed(String group, String topic) throws Exception {
        try (var admin =
                org.apache.kafka.clients.admin.Admin.create(broker.config().admin())) {
            var offset = admin.listConsumerGroupOffsets(group)
                    .partitionsToOffsetAndMetadata()
                    .get(10, TimeUnit.SECONDS)
                    .get(new org.apache.kafka.common.TopicPartition(topic, 0));
            return offset == null ? -1 : offset.offset();
        }
    }

    @Test
    void deadLettersKeepTheBytesAndSayWhereTheyCameFrom() throws Exception {
        Topic topic = Topics.commands(new HostName("h2"));
        fixture.create(topic);
        byte[] rubbish = {(byte) 0xff, 0, 7};
        try (var producer = new KafkaProducer<byte[], byte[]>(broker.config().producer(20_000))) {
            producer.send(new ProducerRecord<>(topic.name(), rubbish)).get();
        }
        var consumer = new WatermarkConsumer(
                new KafkaPartitionReader(vertx, broker.config(), topic.name(), "g2", Throwable::printStackTrace),
                record -> publisher.sendToDeadLetter(record, "test", "rubbish"),
                Throwable::printStackTrace);
        done(consumer.start());
        var letters = new CopyOnWriteArrayList<BusRecord>();
        var follower = new TopicFollower(vertx, broker.config(), "letters", letters::add, Throwable::printStackTrace);
        done(follower.follow(List.of(Topics.DEAD_LETTERS.name())));
        await().until(() -> !letters.isEmpty());
        BusRecord letter = letters.getFirst();
        assertThat(letter.raw().value()).isEqualTo(rubbish);
        assertThat(letter.header(Headers.ORIGIN)).contains(topic.name() + "/0/0");
        assertThat(letter.header(Headers.REASON)).contains("rubbish");
        done(consumer.close());
        done(follower.close());
    }

    @Test
    void transactionalLoopProcessesEachRecordOnceAcrossCrashes() throws Exception {
        for (int i = 0; i < 20; i++) {
            done(publisher.publish(message(Topics.DEFINITIONS, "c" + i, Map.of("n", i))));
        }
        var owned = new CopyOnWriteArrayList<Set<Integer>>();
        var plan = new TransactionalLoop.LoopPlan(
                Topics.DEFINITIONS.name(), List.of(Topics.EVALUATIONS.name()), "processors", "one");
        TransactionalLoop.RecordProcessor processor = new TransactionalLoop.RecordProcessor() {
            private boolean failed;

            @Override
            public void view(BusRecord record) {}

            @Override
            public void own(Set<Integer> partitions, int of) {
                owned.add(partitions);
            }

            @Override
            public TransactionalLoop.ProcessingResult process(BusRecord record) {
                if (!failed && record.offset() == 3) {
                    failed = true;
                    throw new BusException("on purpose");
                }
                return new TransactionalLoop.ProcessingResult(
                        List.of(message(Topics.EVALUATIONS, record.key(), Map.of())), null);
            }

            @Override
            public Optional<List<Message>> review() {
                return Optional.empty();
            }

            @Override
            public List<Message> tooLarge(String excess) {
                return List.of();
            }
        };
        var processed = new CopyOnWriteArrayList<String>();
        var follower = new TopicFollower(
                vertx, broker.config(), "processed", record -> processed.add(record.key()), Throwable::printStackTrace);
        done(follower.follow(List.of(Topics.EVALUATIONS.name())));
        try (var loop =
                new TransactionalLoop(broker.config(), plan, () -> processor, () -> {}, Throwable::printStackTrace)) {
            assertThat(loop).isNotNull();
            await().atMost(30, TimeUnit.SECONDS).until(() -> processed.size() >= 20);
            try (var producer =
                    new KafkaProducer<byte[], byte[]>(broker.config().producer(20_000))) {
                byte[] key = "c0".getBytes(StandardCharsets.UTF_8);
                int wrong = (Partitioning.partitionOf(key, 3) + 1) % 3;
                producer.send(new ProducerRecord<>(
                                Topics.DEFINITIONS.name(), wrong, key, "{}".getBytes(StandardCharsets.UTF_8)))
                        .get();
            }
            done(publisher.publish(message(Topics.DEFINITIONS, "last", Map.of())));
            await().atMost(30, TimeUnit.SECONDS).until(() -> processed.contains("last"));
        }
        assertThat(processed).doesNotHaveDuplicates().hasSize(21);
        assertThat(owned).isNotEmpty();
        done(follower.close());
    }
}
