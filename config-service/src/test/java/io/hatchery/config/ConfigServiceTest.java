package io.hatchery.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.hatchery.broker.BrokerConfig;
import io.hatchery.broker.Credentials;
import io.hatchery.broker.EmbeddedBroker;
import io.hatchery.bus.BusConfig;
import io.hatchery.bus.BusRecord;
import io.hatchery.bus.Partitioning;
import io.hatchery.config.system.NixSettings;
import io.hatchery.protocol.Evaluation;
import io.hatchery.protocol.FleetEvent;
import io.hatchery.protocol.Headers;
import io.hatchery.protocol.Topic;
import io.hatchery.protocol.Topics;
import io.hatchery.spec.HostName;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The service on a real broker. */
@Tag("kafka")
class ConfigServiceTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int PARTITIONS = 2;

    @TempDir
    Path data;

    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final Map<String, String> deployments = new HashMap<>();
    private EmbeddedBroker broker;
    private BusConfig bus;
    private Vertx vertx;
    private KafkaProducer<byte[], byte[]> producer;

    @BeforeEach
    void start() throws Exception {
        var credentials = Credentials.create();
        int[] ports = freePorts();
        broker = EmbeddedBroker.start(
                BrokerConfig.onLoopback(data.resolve("broker"), ports[0], ports[1]), credentials, Map.of());
        bus = new BusConfig(credentials.clientProperties(broker.bootstrap()), PARTITIONS, (short) 1);
        vertx = Vertx.vertx();
        producer = new KafkaProducer<>(bus.producer(20_000));
    }

    @AfterEach
    void stop() throws Exception {
        producer.close();
        vertx.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
        broker.close();
    }

    private static int[] freePorts() throws IOException {
        try (var first = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var second = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return new int[] {first.getLocalPort(), second.getLocalPort()};
        }
    }

    private void deploy(String instance) throws Exception {
        var nix = new NixSettings(
                data.resolve(instance),
                null,
                new NixSettings.EvaluationLimits(1, 1L << 30, Duration.ofMinutes(1), Duration.ofMinutes(1)),
                false,
                List.of(),
                "",
                null);
        deployments.put(
                instance,
                vertx.deployVerticle(new ConfigService(bus, instance, nix, failure::set))
                        .toCompletionStage()
                        .toCompletableFuture()
                        .get(60, TimeUnit.SECONDS));
    }

    private void undeploy(String instance) throws Exception {
        vertx.undeploy(deployments.remove(instance))
                .toCompletionStage()
                .toCompletableFuture()
                .get(60, TimeUnit.SECONDS);
    }

    private void write(Topic topic, String key, @Nullable String value, Map<String, String> headers) {
        write(topic, key, value == null ? null : value.getBytes(StandardCharsets.UTF_8), headers);
    }

    private void write(Topic topic, String key, byte @Nullable [] value, Map<String, String> headers) {
        byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
        int partition = topic.isShared() ? Partitioning.partitionOf(bytes, PARTITIONS) : 0;
        var record = new ProducerRecord<byte[], byte[]>(topic.name(), partition, bytes, value);
        headers.forEach((name, text) -> record.headers().add(name, text.getBytes(StandardCharsets.UTF_8)));
        var _ = producer.send(record);
    }

    private void define(String name, String json) {
        write(Topics.DEFINITIONS, name, json, Map.of());
    }

    private List<BusRecord> read(Topic topic) {
        try (var consumer = new KafkaConsumer<byte[], byte[]>(bus.consumer())) {
            consumer.assign(consumer.partitionsFor(topic.name()).stream()
                    .map(info -> new TopicPartition(topic.name(), info.partition()))
                    .toList());
            consumer.seekToBeginning(consumer.assignment());
            var ends = consumer.endOffsets(consumer.assignment());
            var records = new ArrayList<BusRecord>();
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                consumer.poll(Duration.ofMillis(100)).forEach(raw -> records.add(new BusRecord(raw)));
            }
            return records;
        }
    }

    private Map<String, Evaluation> evaluations() throws Exception {
        var evaluations = new TreeMap<String, Evaluation>();
        for (BusRecord record : read(Topics.EVALUATIONS)) {
            if (record.header(Headers.SOURCE)
                    .filter(by -> by.startsWith("/config-service/"))
                    .isPresent()) {
                evaluations.put(record.key(), record.value(Evaluation.class));
            }
        }
        return evaluations;
    }

    private Evaluation.@Nullable State state(String name) throws Exception {
        Evaluation evaluation = evaluations().get(name);
        return evaluation == null ? null : evaluation.state();
    }

    private void awaitEvaluated(String name) {
        await().atMost(SOON).until(() -> state(name) == Evaluation.State.EVALUATED);
    }

    private static String heartbeat(String host, Instant at) {
        return "{\"host\":\"" + host
                + "\",\"state\":\"ready\",\"machineId\":\"m\",\"bootId\":\"b\",\"runtime\":\"/run/h\","
                + "\"pid\":1,\"version\":\"1\",\"driver\":\"direct\",\"cgroups\":\"v2\",\"labels\":{},\"cpus\":1,\"memory\":1,"
                + "\"containers\":0,\"started\":\"" + at + "\",\"at\":\"" + at + "\",\"interval\":300}";
    }

    /** Writes what no service can read; returns the keys, each of which is to be with the dead letters once. */
    private List<String> writeHostileRecords() {
        var keys = new ArrayList<String>();
        byte[] rubbish = {(byte) 0xff, 0, 7, (byte) 0xfe};
        var hostile = List.of("[]", "7", "null", "\"x\"", "{\"a\":", nested(500), nested(100_000));
        for (Topic topic :
                List.of(Topics.DEFINITIONS, Topics.EVALUATIONS, Topics.PROFILES, Topics.STATUS, Topics.HOSTS)) {
            String prefix = topic.name().substring(9, 13);
            write(topic, prefix + "-r", rubbish, Map.of());
            keys.add(prefix + "-r");
            for (int i = 0; i < hostile.size(); i++) {
                write(topic, prefix + "-" + i, hostile.get(i), Map.of());
                keys.add(prefix + "-" + i);
            }
            write(topic, "No Name " + prefix, "{}", Map.of());
            keys.add("No Name " + prefix);
        }
        for (Topic topic : List.of(Topics.EVALUATIONS, Topics.STATUS, Topics.HOSTS)) {
            String key = topic.name().substring(9, 13) + "-empty";
            write(topic, key, "{}", Map.of());
            keys.add(key);
        }
        write(Topics.DEFINITIONS, "bad-id", (String) null, Map.of(Headers.ID, "a b"));
        write(Topics.DEFINITIONS, "bad-match", "{\"boot\":true,\"host\":\"h1\"}", Map.of(Headers.IF_MATCH, "newest"));
        write(Topics.HOSTS, "undated", heartbeat("undated", Instant.now()).replace("\"at\"", "\"when\""), Map.of());
        write(Topics.HOSTS, "ahead", heartbeat("ahead", Instant.now().plus(Duration.ofDays(365))), Map.of());
        write(Topics.HOSTS, "other", heartbeat("mine", Instant.now()), Map.of());
        write(Topics.STATUS, "odd", (String) null, Map.of(Headers.OPERATION, "a b", Headers.SOURCE, "\u0000"));
        keys.addAll(List.of("bad-id", "bad-match", "undated", "ahead", "other"));
        return keys;
    }

    private static String nested(int depth) {
        return "{\"a\":".repeat(depth) + "1" + "}".repeat(depth);
    }

    @Test
    void hostileRecordsOnEveryTopicAreReportedOnceAndDefinitionsAreEvaluatedAcrossRestarts() throws Exception {
        deploy("one");
        List<String> keys = writeHostileRecords();
        define("first", "{\"boot\":true,\"host\":\"h1\"}");
        awaitEvaluated("first");
        await().atMost(SOON).untilAsserted(() -> assertThat(letters()).containsExactlyInAnyOrderElementsOf(keys));

        undeploy("one");
        deploy("one");
        define("second", "{\"boot\":true}");
        await().atMost(SOON).until(() -> state("second") == Evaluation.State.UNPLACED);
        write(Topics.HOSTS, "h1", heartbeat("h1", Instant.now()), Map.of());
        awaitEvaluated("second");
        assertThat(evaluations().get("second").spec().host().value()).isEqualTo("h1");
        assertThat(letters()).containsExactlyInAnyOrderElementsOf(keys);
        assertThat(failure.get()).isNull();

        var refused = new ArrayList<String>();
        for (BusRecord record : read(Topics.EVENTS)) {
            if (record.value(FleetEvent.class) instanceof FleetEvent.HeartbeatRefused event) {
                refused.add(event.host().value());
            }
        }
        assertThat(refused).contains("ahead", "undated", "other").doesNotHaveDuplicates();
    }

    @Test
    void topicsOfAHostThatWereDeletedAreCreatedAgain() throws Exception {
        var host = new HostName("h1");
        deploy("one");
        define("first", "{\"boot\":true,\"host\":\"h1\"}");
        awaitEvaluated("first");
        try (var admin = Admin.create(bus.admin())) {
            admin.deleteTopics(Topics.of(host).stream().map(Topic::name).toList())
                    .all()
                    .get(30, TimeUnit.SECONDS);
        }
        define("second", "{\"boot\":true,\"host\":\"h1\"}");
        awaitEvaluated("second");
        assertThat(read(Topics.specs(host))).extracting(BusRecord::key).contains("second");
        assertThat(failure.get()).isNull();
    }

    private List<String> letters() {
        return read(Topics.DEAD_LETTERS).stream()
                .filter(letter -> letter.header(Headers.READER)
                        .filter("hatchery-config"::equals)
                        .isPresent())
                .map(BusRecord::key)
                .toList();
    }

    @Test
    void portOfAHostIsInForceOnceHoweverManyAskTwoServicesAtATime() throws Exception {
        deploy("one");
        deploy("two");
        for (int round = 0; round < 8; round++) {
            int port = 8000 + round;
            for (int i = 0; i < 8; i++) {
                define("r" + round + "-" + i, wanting(port));
            }
            if (round == 4) {
                undeploy("one");
            }
        }
        await().atMost(SOON).until(() -> evaluations().size() == 64);
        requireOneInForceOfEachPort();
        deploy("one");
        undeploy("two");
        define("last", "{\"boot\":true,\"host\":\"h1\"}");
        awaitEvaluated("last");
        requireOneInForceOfEachPort();
    }

    private static String wanting(int port) {
        return "{\"boot\":true,\"host\":\"h1\",\"privateNetwork\":true,\"forwardPorts\":[{\"hostPort\":" + port + "}]}";
    }

    private void requireOneInForceOfEachPort() throws Exception {
        var evaluations = new ArrayList<>(evaluations().values());
        evaluations.removeIf(evaluation -> evaluation.container().value().equals("last"));
        assertThat(evaluations).filteredOn(e -> e.spec() != null).hasSize(8).allSatisfy(inForce -> {
            assertThat(inForce.state()).isEqualTo(Evaluation.State.EVALUATED);
            assertThat(TestSnapshot.portsOf(evaluations).clashes(inForce.spec()))
                    .isEmpty();
        });
    }

    @Test
    void definitionsAndProfilesThatAreTooLargeFailByThemselves() throws Exception {
        deploy("one");
        for (int i = 0; i < 5; i++) {
            write(Topics.PROFILES, "big" + i, profile(i, 940_000), Map.of());
            write(Topics.PROFILES, "fair" + i, profile(i, 250_000), Map.of());
        }
        producer.flush();
        define("wrong", manyWrongKeys(30_000));
        define("wrongish", manyWrongKeys(10_000));
        define("large", "{\"boot\":true,\"description\":\"" + "x".repeat(1_900_000) + "\"}");
        define("bigs", "{\"boot\":true,\"host\":\"h1\",\"profiles\":[\"big0\",\"big1\",\"big2\",\"big3\",\"big4\"]}");
        define(
                "fairs",
                "{\"boot\":true,\"host\":\"h1\",\"profiles\":[\"fair0\",\"fair1\",\"fair2\",\"fair3\",\"fair4\"]}");
        define("full", "{\"boot\":true,\"host\":\"h1\",\"profiles\":[\"fair0\",\"fair1\",\"fair2\",\"fair3\"]}");
        define("last", "{\"boot\":true,\"host\":\"h1\"}");
        awaitEvaluated("last");
        await().atMost(SOON).until(() -> evaluations().size() == 7);
        for (String failed : List.of("wrong", "wrongish", "large", "bigs", "fairs")) {
            Evaluation evaluation = evaluations().get(failed);
            assertThat(evaluation.state()).as(failed).isEqualTo(Evaluation.State.FAILED);
            assertThat(evaluation.errors()).as(failed).hasSizeBetween(1, 51);
        }
        assertThat(evaluations().get("large").errors().getFirst().message()).contains("bytes as JSON, and at most");
        assertThat(evaluations().get("full").state()).isEqualTo(Evaluation.State.EVALUATED);
        assertThat(letters()).isEmpty();
        assertThat(failure.get()).isNull();
    }

    private static String profile(int number, int bytes) {
        var variables = new ArrayList<String>();
        for (int part = 0; part < 10; part++) {
            variables.add("\"V" + number + "_" + part + "\":\"" + "x".repeat(bytes / 10) + "\"");
        }
        return "{\"environment\":{" + String.join(",", variables) + "}}";
    }

    private static String manyWrongKeys(int count) {
        var json = new StringBuilder("{\"boot\":true");
        for (int i = 0; i < count; i++) {
            json.append(",\"key").append(i).append("\":1");
        }
        return json.append('}').toString();
    }
}
