package io.hatchery.bus;

import io.hatchery.bus.authentication.RecordAuthenticator;
import java.util.Map;
import java.util.TreeMap;

/**
 * How to reach Kafka.
 *
 * @param client Kafka client properties as Kafka names them ({@code bootstrap.servers}, {@code security.protocol}, {@code
 *     ssl.…}, {@code sasl.…}); they win over Hatchery's own settings
 * @param partitions partitions of the shared topics where this process creates them, at least 1
 * @param replication replicas of the topics that this process creates; -1 is the broker's default
 * @param authenticator signs the records of this process, and checks those that it reads
 */
public record BusConfig(
        Map<String, String> client, int partitions, short replication, RecordAuthenticator authenticator) {
    private static final String MAX_BYTES = "4194304";

    /**
     * @throws IllegalArgumentException if no broker is named
     */
    public BusConfig {
        client = Map.copyOf(client);
        if (!client.containsKey("bootstrap.servers")) {
            throw new IllegalArgumentException("kafka.bootstrap.servers is not set: set it to a broker, as host:port");
        }
    }

    /**
     * A connection of a process that signs and checks nothing.
     *
     * @throws IllegalArgumentException if no broker is named
     */
    public BusConfig(Map<String, String> client, int partitions, short replication) {
        this(client, partitions, replication, RecordAuthenticator.NONE);
    }

    /** This connection of a process that signs and checks records. */
    public BusConfig withAuthenticator(RecordAuthenticator one) {
        return new BusConfig(client, partitions, replication, one);
    }

    /** The broker addresses. */
    public String bootstrap() {
        return client.getOrDefault("bootstrap.servers", "");
    }

    /** Properties of an admin client. */
    public Map<String, Object> admin() {
        return with(Map.of("reconnect.backoff.max.ms", "1000"));
    }

    /**
     * Properties of a producer whose records are on every replica before they count as written, once each and in order.
     *
     * @param patience how long it tries, in milliseconds
     */
    public Map<String, Object> producer(int patience) {
        return with(Map.of(
                "acks", "all",
                "enable.idempotence", "true",
                "linger.ms", "0",
                "delivery.timeout.ms", Integer.toString(patience),
                "request.timeout.ms", Integer.toString(Math.min(patience, 10_000)),
                "max.block.ms", Integer.toString(Math.min(patience, 60_000)),
                "max.request.size", MAX_BYTES,
                "reconnect.backoff.max.ms", "1000",
                "key.serializer", "org.apache.kafka.common.serialization.ByteArraySerializer",
                "value.serializer", "org.apache.kafka.common.serialization.ByteArraySerializer"));
    }

    /** Properties of a consumer that sees only what was committed, from the start by default. */
    public Map<String, Object> consumer() {
        return with(Map.of(
                "enable.auto.commit", "false",
                "auto.offset.reset", "earliest",
                "isolation.level", "read_committed",
                "max.partition.fetch.bytes", MAX_BYTES,
                "reconnect.backoff.max.ms", "1000",
                "allow.auto.create.topics", "false",
                "key.deserializer", "org.apache.kafka.common.serialization.ByteArrayDeserializer",
                "value.deserializer", "org.apache.kafka.common.serialization.ByteArrayDeserializer"));
    }

    private Map<String, Object> with(Map<String, String> ours) {
        var all = new TreeMap<String, Object>(ours);
        all.putAll(client);
        return all;
    }
}
