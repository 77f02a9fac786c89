import io.hatchery.bus.BusConfig;
import io.hatchery.bus.Partitioning;
import io.hatchery.bus.TopicSetup;
import io.hatchery.bus.access.AccessSetup;
import io.hatchery.protocol.Headers;
import io.hatchery.protocol.Topics;
import io.hatchery.protocol.access.AccessTable;
import io.hatchery.protocol.access.Principal;
import io.hatchery.spec.HostName;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.TopicPartition;

/** Creates the topics as the services do, and fills them straight: batched, compressed, and without waiting for each record. */
final class FleetLoader implements AutoCloseable {
    static final int PARTITIONS = 4;
    private static final String GROUP = "hatchery-config";
    private static final int HOSTS_AT_ONCE = 100;

    private final FleetServices services;
    private final FleetRecords fleet;
    private final FleetTable table;
    private final KafkaProducer<byte[], byte[]> producer;
    private final AtomicReference<Exception> failure = new AtomicReference<>();
    private final long[] definitions = new long[PARTITIONS];
    private long records;
    private long bytes;

    FleetLoader(FleetServices services, FleetRecords fleet, FleetTable table) throws Exception {
        this.services = services;
        this.fleet = fleet;
        this.table = table;
        this.producer = new KafkaProducer<>(producing(services.client()));
    }

    private static Properties producing(Properties client) {
        String bytes = "org.apache.kafka.common.serialization.ByteArraySerializer";
        client.putAll(Map.of(
                "key.serializer", bytes,
                "value.serializer", bytes,
                "compression.type", "lz4",
                "linger.ms", "5",
                "batch.size", "1000000",
                "buffer.memory", "134217728",
                "max.request.size", "2000000"));
        return client;
    }

    void load() throws Exception {
        createTopics();
        long begun = System.nanoTime();
        send(Topics.PROFILES.name(), FleetRecords.PROFILE, FleetRecords.profile("2min"), Map.of());
        heartbeats();
        for (int i = 0; i < fleet.containers(); i++) {
            String name = FleetRecords.name(i);
            long revision = define(name, fleet.definition(i));
            // Only from config-services' own records the service learns the number of partitions.
            send(Topics.EVALUATIONS.name(), name, fleet.evaluation(i, revision), Map.of(Headers.SOURCE, "/config-service/bench"));
            send(Topics.STATUS.name(), name, fleet.status(i), Map.of());
            for (byte[] event : fleet.events(i, revision)) {
                send(Topics.EVENTS.name(), name, event, Map.of());
            }
        }
        flush();
        double seconds = (System.nanoTime() - begun) / 1e9;
        table.atLeast("loader", records / seconds, 50_000, "records/s");
        table.add("loaded", String.format("%,d records, %,d MB", records, bytes >> 20));
        table.add("bytes of an evaluation", String.valueOf(fleet.evaluation(1, 1).length));
        commitDefinitions();
    }

    private void createTopics() throws Exception {
        var client = new TreeMap<String, String>();
        services.client().forEach((key, value) -> client.put((String) key, (String) value));
        long begun = System.nanoTime();
        try (var setup = new TopicSetup(new BusConfig(client, PARTITIONS, (short) -1))) {
            setup.ensure(Topics.ofTheFleet());
            for (int from = 0; from < fleet.hosts(); from += HOSTS_AT_ONCE) {
                var topics = new ArrayList<io.hatchery.protocol.Topic>();
                for (int host = from; host < Math.min(fleet.hosts(), from + HOSTS_AT_ONCE); host++) {
                    topics.addAll(Topics.of(new HostName(FleetRecords.host(host))));
                }
                setup.ensure(topics);
            }
        }
        double seconds = (System.nanoTime() - begun) / 1e9;
        grantCommands(client);
        table.add("topics of the hosts created", String.format("%.1f s, %.1f ms each host", seconds, seconds * 1e3 / fleet.hosts()));
    }

    /** The gateway may read and write the commands of hosts that it was granted only. */
    private void grantCommands(Map<String, String> administrator) {
        var gateway = new Principal.GatewayUser(Principal.FIRST);
        var hosts = IntStream.range(0, fleet.hosts()).mapToObj(host -> new HostName(FleetRecords.host(host))).toList();
        try (var setup = new AccessSetup(new BusConfig(administrator, PARTITIONS, (short) -1))) {
            setup.grant(Map.of(gateway.user(), AccessTable.of(gateway, hosts)));
        }
    }

    /** Writes a definition and returns its revision. */
    long define(String name, byte[] definition) {
        send(Topics.DEFINITIONS.name(), name, definition, Map.of());
        return definitions[Partitioning.partitionOf(name.getBytes(StandardCharsets.UTF_8), PARTITIONS)]++;
    }

    void heartbeats() {
        for (int host = 0; host < fleet.hosts(); host++) {
            heartbeat(host);
        }
    }

    void heartbeat(int host) {
        send(Topics.HOSTS.name(), FleetRecords.host(host), fleet.heartbeat(host), Map.of());
    }

    synchronized void send(String topic, String key, byte[] value, Map<String, String> headers) {
        byte[] keyBytes = key.getBytes(StandardCharsets.UTF_8);
        var record = new ProducerRecord<>(topic, Partitioning.partitionOf(keyBytes, PARTITIONS), keyBytes, value);
        headers.forEach((name, text) -> record.headers().add(name, text.getBytes(StandardCharsets.UTF_8)));
        var _ = producer.send(record, (written, e) -> {
            if (e != null) {
                failure.compareAndSet(null, e);
            }
        });
        records++;
        bytes += keyBytes.length + value.length;
    }

    void flush() throws Exception {
        producer.flush();
        if (failure.get() != null) {
            throw failure.get();
        }
    }

    /** Notes in the group of config-service that all definitions are evaluated. */
    void commitDefinitions() throws Exception {
        try (var admin = Admin.create(services.client())) {
            awaitEmptyGroup(admin);
            var offsets = new HashMap<TopicPartition, OffsetAndMetadata>();
            for (int partition = 0; partition < PARTITIONS; partition++) {
                offsets.put(new TopicPartition(Topics.DEFINITIONS.name(), partition), new OffsetAndMetadata(definitions[partition]));
            }
            admin.alterConsumerGroupOffsets(GROUP, offsets).all().get();
        }
    }

    /** Waits until the broker has given up the killed member of the group of config-service. */
    void awaitEmptyGroup() throws Exception {
        try (var admin = Admin.create(services.client())) {
            awaitEmptyGroup(admin);
        }
    }

    private void awaitEmptyGroup(Admin admin) throws Exception {
        boolean isEmpty = services.await(() -> {
            try {
                GroupState state = admin.describeConsumerGroups(List.of(GROUP)).all().get().get(GROUP).groupState();
                return state == GroupState.EMPTY || state == GroupState.DEAD;
            } catch (Exception e) {
                return e.getCause() instanceof org.apache.kafka.common.errors.GroupIdNotFoundException;
            }
        });
        if (!isEmpty) {
            throw new IllegalStateException("group " + GROUP + " still has members");
        }
    }

    /** The number of written records. */
    long records() {
        return records;
    }

    @Override
    public void close() {
        producer.close();
    }
}
