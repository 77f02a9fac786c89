package io.hatchery.gateway;

import io.hatchery.broker.BrokerConfig;
import io.hatchery.broker.Credentials;
import io.hatchery.broker.EmbeddedBroker;
import io.hatchery.bus.BusConfig;
import io.hatchery.bus.KafkaPublisher;
import io.hatchery.bus.Message;
import io.hatchery.bus.Partitioning;
import io.hatchery.bus.TopicSetup;
import io.hatchery.gateway.http.Connections;
import io.hatchery.gateway.tls.TransportSecurity;
import io.hatchery.protocol.Evaluation;
import io.hatchery.protocol.EvaluationBuilder;
import io.hatchery.protocol.HostStatus;
import io.hatchery.protocol.HostStatusBuilder;
import io.hatchery.protocol.Topic;
import io.hatchery.protocol.Topics;
import io.hatchery.spec.ContainerDefinition;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.Generation;
import io.hatchery.spec.HostName;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.option.EvaluationResult;
import io.hatchery.spec.option.Evaluator;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** A real broker with the fleet's topics, and gateways over them; hosts and config-service are played by the test. */
final class TestFleet implements AutoCloseable {
    static final HostName HOST = new HostName("host1");
    static final int PARTITIONS = 3;

    private static final Connections.ConnectionLimits LIMITS =
            new Connections.ConnectionLimits(10_000, Duration.ofMinutes(1), Duration.ofMinutes(1));

    final Vertx vertx = Vertx.vertx();
    final List<Throwable> failures = new CopyOnWriteArrayList<>();
    private final Path data;
    private final EmbeddedBroker broker;
    private final BusConfig bus;
    private final KafkaProducer<byte[], byte[]> producer;
    private final HttpClient http = HttpClient.newHttpClient();
    private int gateways;
    private final List<String> deployed = new ArrayList<>();

    TestFleet(Path data) throws IOException {
        this.data = data;
        var credentials = Credentials.create();
        broker = EmbeddedBroker.start(
                BrokerConfig.onLoopback(data.resolve("broker"), freePort(), freePort()), credentials, Map.of());
        bus = new BusConfig(credentials.clientProperties(broker.bootstrap()), PARTITIONS, (short) 1);
        producer = new KafkaProducer<>(bus.producer(20_000));
        create(Topics.ofTheFleet());
    }

    static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    static <T> T done(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    void create(List<Topic> topics) {
        try (var setup = new TopicSetup(bus)) {
            setup.ensure(topics);
        }
    }

    void delete(Topic topic) throws Exception {
        try (var admin = Admin.create(bus.admin())) {
            admin.deleteTopics(List.of(topic.name())).all().get(30, TimeUnit.SECONDS);
        }
    }

    void addPartitions(Topic topic, int total) throws Exception {
        try (var admin = Admin.create(bus.admin())) {
            admin.createPartitions(Map.of(topic.name(), NewPartitions.increaseTo(total)))
                    .all()
                    .get(30, TimeUnit.SECONDS);
        }
    }

    /** A gateway that is ready. */
    Gateway gateway() throws Exception {
        return gateway(LIMITS);
    }

    /** A gateway that is ready, with these limits for its clients. */
    Gateway gateway(Connections.ConnectionLimits limits) throws Exception {
        return gateway(limits, data.resolve("gateway" + gateways++));
    }

    /** A gateway that is ready, with a database that another one may have left. */
    Gateway gateway(Path database) throws Exception {
        return gateway(LIMITS, database);
    }

    private Gateway gateway(Connections.ConnectionLimits limits, Path database) throws Exception {
        return gateway(TransportSecurity.LOOPBACK, limits, database);
    }

    /** A gateway that is ready, and protects its clients so. */
    Gateway gateway(TransportSecurity security) throws Exception {
        return gateway(security, LIMITS, data.resolve("gateway" + gateways++));
    }

    private Gateway gateway(TransportSecurity security, Connections.ConnectionLimits limits, Path database)
            throws Exception {
        var listener = new GatewayConfig.ListenAddress("127.0.0.1", 0, security, limits, null);
        var service = new GatewayService(
                new GatewayConfig(listener, "secret", database, data.resolve("cache"), null, bus, "test"),
                failures::add);
        String id = done(vertx.deployVerticle(service));
        deployed.add(id);
        done(service.ready());
        return new Gateway(service, id);
    }

    final class Gateway {
        private final GatewayService service;
        private final String id;

        private Gateway(GatewayService service, String id) {
            this.service = service;
            this.id = id;
        }

        void stop() throws Exception {
            deployed.remove(id);
            done(vertx.undeploy(id));
        }

        int port() {
            return service.port();
        }

        HttpResponse<String> get(String path) throws Exception {
            return send("GET", path, null, Map.of());
        }

        HttpResponse<String> getWithoutToken(String path) throws Exception {
            return http.send(HttpRequest.newBuilder(address(path)).build(), HttpResponse.BodyHandlers.ofString());
        }

        private URI address(String path) {
            return URI.create("http://127.0.0.1:" + service.port() + path);
        }

        HttpResponse<String> send(String method, String path, byte @Nullable [] body, Map<String, String> headers)
                throws Exception {
            return send("secret", method, path, body, headers);
        }

        private HttpResponse<String> send(
                String token, String method, String path, byte @Nullable [] body, Map<String, String> headers)
                throws Exception {
            var request = HttpRequest.newBuilder(address(path))
                    .timeout(Duration.ofSeconds(60))
                    .header("Authorization", "Bearer " + token)
                    .method(
                            method,
                            body == null
                                    ? HttpRequest.BodyPublishers.noBody()
                                    : HttpRequest.BodyPublishers.ofByteArray(body));
            headers.forEach(request::header);
            return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        }

        /** Sends a request with that token. */
        HttpResponse<String> sendAs(String token, String method, String path, byte @Nullable [] body) throws Exception {
            return send(token, method, path, body, Map.of());
        }

        /** The messages of a stream with that token up to the first {@code synced}, as one text. */
        String snapshot(String token) throws Exception {
            try (var stream = stream(token)) {
                return stream.untilSynced();
            }
        }

        /** A stream with that token; the handshake must succeed. */
        WatchedStream stream(String token) throws Exception {
            return WatchedStream.open(http, URI.create("ws://127.0.0.1:" + service.port() + "/v1/stream"), token);
        }

        /** A connection of its own, whose reads give up after a minute. */
        Socket connect() throws IOException {
            var socket = new Socket(InetAddress.getLoopbackAddress(), service.port());
            socket.setSoTimeout(60_000);
            return socket;
        }

        /** What it answers to these bytes, up to the end of the header. */
        String raw(String request) throws IOException {
            try (var socket = connect()) {
                socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
                return header(socket);
            }
        }

        /** The outcome of an operation as this gateway shows it; {@code 404} if it does not know it. */
        String outcome(String operation) throws Exception {
            HttpResponse<String> answer = get("/v1/operations/" + operation);
            return answer.statusCode() == 200
                    ? Json.readObject(answer.body().getBytes(StandardCharsets.UTF_8))
                            .path("outcome")
                            .asText()
                    : Integer.toString(answer.statusCode());
        }
    }

    /** What comes up to an empty line or the end. */
    static String header(Socket socket) throws IOException {
        var text = new StringBuilder();
        while (text.indexOf("\r\n\r\n") < 0) {
            int next = socket.getInputStream().read();
            if (next < 0) {
                break;
            }
            text.append((char) next);
        }
        return text.toString();
    }

    /** Writes a value, which is JSON text, with headers; returns its position. */
    String write(String topic, @Nullable String key, @Nullable String value, Map<String, String> headers)
            throws Exception {
        return write(topic, null, key, value, headers);
    }

    /** Writes a value to that partition, whatever its key. */
    String writeTo(Topic topic, int partition, String key, @Nullable String value) throws Exception {
        return write(topic.name(), partition, key, value, Map.of());
    }

    private String write(
            String topic,
            @Nullable Integer partition,
            @Nullable String key,
            @Nullable String value,
            Map<String, String> headers)
            throws Exception {
        var record = new ProducerRecord<>(
                topic,
                partition,
                key == null ? null : key.getBytes(StandardCharsets.UTF_8),
                value == null ? null : value.getBytes(StandardCharsets.UTF_8));
        headers.forEach((name, text) -> record.headers().add(name, text.getBytes(StandardCharsets.UTF_8)));
        var metadata = producer.send(record).get(30, TimeUnit.SECONDS);
        return metadata.topic() + "/" + metadata.partition() + "/" + metadata.offset();
    }

    /** Writes a value to the partition of its key, as Hatchery does, also if an operator added partitions. */
    String write(Topic topic, String key, @Nullable String value) throws Exception {
        int partition =
                topic.isShared() ? Partitioning.partitionOf(key.getBytes(StandardCharsets.UTF_8), PARTITIONS) : 0;
        return writeTo(topic, partition, key, value);
    }

    String write(Topic topic, String key, Object value) throws Exception {
        return write(topic, key, Json.text(value));
    }

    void publish(Message message) throws Exception {
        var publisher = new KafkaPublisher(vertx, bus, 20_000);
        done(publisher.publish(message));
        done(publisher.close());
    }

    void heartbeat(HostName host) throws Exception {
        heartbeat(host, Instant.now());
    }

    String heartbeat(HostName host, Instant at) throws Exception {
        return write(
                Topics.HOSTS,
                host.value(),
                HostStatusBuilder.builder()
                        .host(host)
                        .state(HostStatus.Availability.READY)
                        .machineId("machine")
                        .bootId("boot")
                        .runtime("/run/hatchery")
                        .pid(1)
                        .version("1")
                        .driver("direct")
                        .cgroups("v2")
                        .labels(new TreeMap<>())
                        .cpus(1)
                        .memory(1)
                        .containers(0)
                        .started(at)
                        .at(at)
                        .interval(5)
                        .build());
    }

    /** Publishes the evaluation that config-service would make of a container with a root on that host. */
    void evaluate(String name, HostName host) throws Exception {
        evaluate(name, host, 0, null);
    }

    /** Publishes the evaluation of the definition with revision 0, after a later one was looked at, and refused or not. */
    void evaluate(String name, HostName host, long evaluatedRevision, @Nullable String refusal) throws Exception {
        var container = new ContainerName(name);
        var definition = new ContainerDefinition(
                Json.object().put("root", "/r").put("host", host.value()).set("command", Json.node(List.of("/bin/x"))));
        var spec = ((EvaluationResult.Good) Evaluator.evaluate(container, definition, Map.of()))
                .at(host, Generation.FIRST, null);
        write(
                Topics.EVALUATIONS,
                name,
                EvaluationBuilder.builder()
                        .container(container)
                        .state(Evaluation.State.EVALUATED)
                        .revision(0)
                        .evaluatedRevision(evaluatedRevision)
                        .refusal(refusal)
                        .generation(Generation.FIRST)
                        .definition(definition)
                        .spec(spec)
                        .errors(List.of())
                        .systems(List.of())
                        .build());
    }

    static String status(String container, String host, String phase) {
        return "{\"container\":\"" + container + "\",\"host\":\"" + host + "\",\"phase\":\"" + phase
                + "\",\"since\":\"2026-01-01T00:00:00Z\",\"restarts\":0,\"outdated\":false}";
    }

    static String accepted(String id, String container) {
        return "{\"type\":\"accepted\",\"id\":\"" + id + "\",\"command\":\"stop\",\"container\":\"" + container
                + "\",\"host\":\"host1\",\"at\":\"" + Instant.now() + "\"}";
    }

    static String outcome(String id, String container) {
        return "{\"type\":\"outcome\",\"id\":\"" + id + "\",\"command\":\"stop\",\"container\":\"" + container
                + "\",\"host\":\"host1\",\"submitted\":\"" + Instant.now()
                + "\",\"outcome\":\"completed\",\"steps\":[],\"at\":\"" + Instant.now() + "\"}";
    }

    /** Everything on a topic now. */
    List<ConsumerRecord<byte[], byte[]>> records(Topic topic) {
        try (var consumer = new KafkaConsumer<byte[], byte[]>(bus.consumer())) {
            var partitions = consumer.partitionsFor(topic.name()).stream()
                    .map(info -> new TopicPartition(topic.name(), info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            var ends = consumer.endOffsets(partitions);
            var records = new ArrayList<ConsumerRecord<byte[], byte[]>>();
            while (partitions.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
                consumer.poll(Duration.ofMillis(200)).forEach(records::add);
            }
            return records;
        }
    }

    static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        producer.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
        broker.close();
    }
}
