package io.hatchery.app;

import io.hatchery.bus.BusConfig;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.SortedMap;
import java.util.TreeMap;

/** The keys of topics, and the connection to Kafka. */
final class KafkaSettings {
    private static final ConfigurationKey<Integer> PARTITIONS = ConfigurationKey.named("topics.partitions")
            .takes(ValueType.integer(1, 1000))
            .describedAs("Number of partitions of the shared topics when this process creates them")
            .defaultsTo("4");
    private static final ConfigurationKey<Integer> REPLICATION = ConfigurationKey.named("topics.replication")
            .takes(ValueType.integer(-1, 100))
            .describedAs("Number of replicas of topics when this process creates them; -1 is the default of the broker")
            .defaultsTo("-1");
    static final List<ConfigurationKey<?>> KEYS = List.of(PARTITIONS, REPLICATION);

    private KafkaSettings() {}

    /**
     * The connection to Kafka: as configured, or else to the embedded broker that wrote {@code client.properties} into the same data folder.
     *
     * @throws UserError if there is neither
     */
    static BusConfig of(Settings settings) throws IOException {
        SortedMap<String, String> client = new TreeMap<>(settings.kafka());
        Path written = FolderSettings.of(settings).data().resolve("client.properties");
        if (!client.containsKey("bootstrap.servers") && Files.exists(written)) {
            var properties = new Properties();
            try (Reader reader = Files.newBufferedReader(written)) {
                properties.load(reader);
            }
            properties.stringPropertyNames().forEach(name -> client.putIfAbsent(name, properties.getProperty(name)));
        }
        try {
            return new BusConfig(
                    client, settings.get(PARTITIONS), settings.get(REPLICATION).shortValue());
        } catch (IllegalArgumentException e) {
            throw new UserError(e.getMessage() + " (or start hatchery broker with the same data folder)", e);
        }
    }
}
