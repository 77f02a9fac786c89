package io.hatchery.broker;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.tools.StorageTool;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;

/**
 * A Kafka broker and its KRaft controller in this process, on loopback unless told otherwise, with its data on disk and a password. It is the server
 * that Kafka ships, for fleets that do not have a cluster yet; it survives kill -9 as that does.
 */
public final class EmbeddedBroker implements AutoCloseable {
    /** Where it listens unless told otherwise, and where its controller always does. */
    public static final String LOOPBACK = "127.0.0.1";

    private final KafkaRaftServer server;
    private final String bootstrap;

    private EmbeddedBroker(KafkaRaftServer server, String bootstrap) {
        this.server = server;
        this.bootstrap = bootstrap;
    }

    /**
     * Starts it and returns when it accepts clients.
     *
     * @param data its folder, made and formatted if need be
     * @param address of this host for clients, as they know it too
     * @param port for clients, 1 to 65535
     * @param controllerPort loopback port for the controller, 1 to 65535
     * @param more Kafka server properties that override Hatchery's
     * @throws IOException if the folder cannot be made ready; the message says why
     */
    public static EmbeddedBroker start(
            Path data, String address, int port, int controllerPort, Credentials credentials, Map<String, String> more)
            throws IOException {
        Files.createDirectories(data);
        var properties = new TreeMap<>(serverProperties(data, address + ":" + port, controllerPort, credentials));
        properties.putAll(more);
        format(data, properties);
        var all = new Properties();
        all.putAll(properties);
        var server = new KafkaRaftServer(KafkaConfig.fromProps(all, false), Time.SYSTEM);
        server.startup();
        return new EmbeddedBroker(server, address + ":" + port);
    }

    /** Where clients connect: {@code host:port}. */
    public String bootstrap() {
        return bootstrap;
    }

    @Override
    public void close() {
        server.shutdown();
        server.awaitShutdown();
    }

    private static Map<String, String> serverProperties(
            Path data, String bootstrap, int controllerPort, Credentials credentials) {
        var p = new TreeMap<String, String>();
        p.put("process.roles", "broker,controller");
        p.put("node.id", "1");
        p.put("controller.quorum.voters", "1@" + LOOPBACK + ":" + controllerPort);
        p.put("controller.listener.names", "CONTROLLER");
        p.put("listeners", "CLIENT://" + bootstrap + ",CONTROLLER://" + LOOPBACK + ":" + controllerPort);
        p.put("advertised.listeners", "CLIENT://" + bootstrap);
        p.put("listener.security.protocol.map", "CLIENT:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT");
        p.put("inter.broker.listener.name", "CLIENT");
        p.put("sasl.enabled.mechanisms", "PLAIN");
        p.put("sasl.mechanism.inter.broker.protocol", "PLAIN");
        p.put("sasl.mechanism.controller.protocol", "PLAIN");
        p.put("listener.name.client.plain.sasl.jaas.config", credentials.serverJaas());
        p.put("listener.name.controller.plain.sasl.jaas.config", credentials.serverJaas());
        p.put("log.dirs", data.toString());
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
        // Kafka forgets the offsets of a group that is away for a week: a host in repair would read its old commands
        // again.
        p.put("offsets.retention.minutes", Long.toString(Duration.ofDays(60).toMinutes()));
        p.put("auto.create.topics.enable", "false");
        // A record acknowledged is a record kept, also over a power cut: one broker has no replica to fetch it back
        // from.
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
