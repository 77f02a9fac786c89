package io.hatchery.broker;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.tools.StorageTool;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.jspecify.annotations.Nullable;

/**
 * A Kafka broker and its KRaft controller in this process, for fleets without a Kafka cluster. It is Kafka's own server, keeps its data on
 * disk, and survives kill -9. The administrator, whom it knows by SASL/PLAIN, may do everything; users with SCRAM-SHA-512 credentials may do
 * what ACLs allow; nobody else is served. Beyond loopback it speaks TLS.
 */
public final class EmbeddedBroker implements AutoCloseable {
    /** The user as which it connects to itself. Its password is another one at each start. */
    private static final String SELF = "hatchery-broker";

    private final KafkaRaftServer server;
    private final Map<String, String> connection;
    private final @Nullable Path certificate;

    private EmbeddedBroker(KafkaRaftServer server, Map<String, String> connection, @Nullable Path certificate) {
        this.server = server;
        this.connection = connection;
        this.certificate = certificate;
    }

    /**
     * Starts a broker and returns when it accepts clients.
     *
     * @param administrator a super user
     * @param overrides Kafka server properties that replace Hatchery's
     * @throws IOException if the data folder cannot be prepared; the message says why
     */
    public static EmbeddedBroker start(BrokerConfig config, Credentials administrator, Map<String, String> overrides)
            throws IOException {
        Path data = Files.createDirectories(config.data());
        var properties = new TreeMap<>(serverProperties(config, administrator));
        var connection =
                new TreeMap<>(Map.of("bootstrap.servers", config.bootstrap(), "security.protocol", "SASL_PLAINTEXT"));
        BrokerCertificate certificate = config.isLoopback() ? null : BrokerCertificate.of(data, config.address());
        if (certificate != null) {
            properties.put("listener.security.protocol.map", "CLIENT:SASL_SSL,CONTROLLER:SASL_PLAINTEXT");
            properties.putAll(certificate.serverProperties());
            connection.putAll(certificate.clientProperties());
        }
        properties.putAll(overrides);
        format(data, properties);
        var all = new Properties();
        all.putAll(properties);
        var server = new KafkaRaftServer(KafkaConfig.fromProps(all, false), Time.SYSTEM);
        server.startup();
        return new EmbeddedBroker(
                server, Map.copyOf(connection), certificate == null ? null : certificate.certificate());
    }

    /** Where clients connect: {@code host:port}. */
    public String bootstrap() {
        return connection.getOrDefault("bootstrap.servers", "");
    }

    /** Kafka's Java client properties of every client: the address, and how to trust the broker. They name no user. */
    public Map<String, String> connection() {
        return connection;
    }

    /** A PEM file with the broker's certificate; empty if it speaks no TLS. */
    public Optional<Path> certificate() {
        return Optional.ofNullable(certificate);
    }

    @Override
    public void close() {
        server.shutdown();
        server.awaitShutdown();
    }

    private static Map<String, String> serverProperties(BrokerConfig config, Credentials administrator) {
        Credentials self = Credentials.create(SELF);
        String controller = BrokerConfig.LOOPBACK + ":" + config.controllerPort();
        var p = new TreeMap<String, String>();
        p.put("process.roles", "broker,controller");
        p.put("node.id", "1");
        p.put("controller.quorum.voters", "1@" + controller);
        p.put("controller.listener.names", "CONTROLLER");
        p.put("listeners", "CLIENT://" + config.bootstrap() + ",CONTROLLER://" + controller);
        p.put("advertised.listeners", "CLIENT://" + config.bootstrap());
        p.put("listener.security.protocol.map", "CLIENT:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT");
        p.put("inter.broker.listener.name", "CLIENT");
        p.put("sasl.enabled.mechanisms", "PLAIN");
        p.put("listener.name.client.sasl.enabled.mechanisms", "SCRAM-SHA-512,PLAIN");
        p.put("sasl.mechanism.inter.broker.protocol", "PLAIN");
        p.put("sasl.mechanism.controller.protocol", "PLAIN");
        p.put("listener.name.client.plain.sasl.jaas.config", self.serverJaas(administrator));
        p.put(
                "listener.name.client.scram-sha-512.sasl.jaas.config",
                "org.apache.kafka.common.security.scram.ScramLoginModule required;");
        p.put("listener.name.controller.plain.sasl.jaas.config", self.serverJaas());
        p.put("authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
        p.put("super.users", "User:" + self.user() + ";User:" + administrator.user());
        p.put("log.dirs", config.data().toString());
        p.put("num.io.threads", "2");
        p.put("num.network.threads", "1");
        p.put("log.cleaner.dedupe.buffer.size", "4194304");
        p.put("offsets.topic.num.partitions", "1");
        p.put("offsets.topic.replication.factor", "1");
        p.put("transaction.state.log.num.partitions", "1");
        p.put("transaction.state.log.replication.factor", "1");
        p.put("transaction.state.log.min.isr", "1");
        p.put("share.coordinator.state.topic.replication.factor", "1");
        p.put("share.coordinator.state.topic.min.isr", "1");
        p.put("group.initial.rebalance.delay.ms", "0");
        // Kafka's default of 7 days would make a host that was away for longer read its old commands again.
        p.put("offsets.retention.minutes", Long.toString(Duration.ofDays(60).toMinutes()));
        p.put("auto.create.topics.enable", "false");
        // A single broker has no replica: an acknowledged record must be on disk to survive a power cut.
        p.put("log.flush.interval.messages", "1");
        return p;
    }

    private static void format(Path data, Map<String, String> properties) throws IOException {
        if (Files.exists(data.resolve("meta.properties"))) {
            return;
        }
        Path config = Files.createTempFile(data, "format", ".properties");
        try {
            var text = new StringBuilder();
            properties.forEach((k, v) -> text.append(k).append('=').append(v).append('\n'));
            Files.writeString(config, text);
            var out = new ByteArrayOutputStream();
            var print = new PrintStream(out, true, StandardCharsets.UTF_8);
            int code = StorageTool.execute(
                    new String[] {"format", "-t", Uuid.randomUuid().toString(), "-c", config.toString()}, print);
            if (code != 0) {
                throw new IOException(
                        "cannot format " + data + " for the broker: " + out.toString(StandardCharsets.UTF_8));
            }
        } finally {
            Files.delete(config);
        }
    }
}
