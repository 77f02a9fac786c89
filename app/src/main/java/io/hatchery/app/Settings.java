package io.hatchery.app;

import io.hatchery.bus.BusConfig;
import io.hatchery.spec.HostName;
import io.hatchery.spec.option.NameSuggestion;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.jspecify.annotations.Nullable;

/** The configuration: a properties file, over it the environment, over it flags. A key that nothing knows is an error. */
final class Settings {
    private static final String KAFKA = "kafka.";
    /** Variables that scripts and the client commands read. */
    private static final Set<String> OTHER_VARIABLES = Set.of("HATCHERY_URL", "HATCHERY_TOKEN", "HATCHERY_JVM");

    private final Map<String, String> values;

    private Settings(Map<String, String> values) {
        this.values = values;
    }

    /**
     * Reads all sources.
     *
     * @param file a properties file; null for none
     * @param environment the process's
     * @param flags from the command line, by key
     * @throws UserError if a key is unknown or the file cannot be read
     */
    static Settings read(@Nullable Path file, Map<String, String> environment, Map<String, String> flags) {
        var values = new TreeMap<String, String>();
        if (file != null) {
            fromFile(file, values);
        }
        fromEnvironment(environment, values);
        flags.forEach((key, value) -> put(values, key, value, "flag --set " + key));
        return new Settings(values);
    }

    private static void fromFile(Path file, Map<String, String> values) {
        var properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        } catch (IOException e) {
            throw new UserError("the configuration file " + file + " cannot be read: " + e, e);
        }
        for (String key : properties.stringPropertyNames()) {
            put(values, key, properties.getProperty(key), file.toString());
        }
    }

    private static void fromEnvironment(Map<String, String> environment, Map<String, String> values) {
        var byVariable = new TreeMap<String, String>();
        known().forEach(key -> byVariable.put(ConfigurationKey.variable(key), key));
        environment.forEach((variable, value) -> {
            if (!variable.startsWith("HATCHERY_") || OTHER_VARIABLES.contains(variable)) {
                return;
            }
            String key = byVariable.get(variable);
            if (key == null) {
                String near = NameSuggestion.of(variable, byVariable.keySet());
                throw new UserError("the environment variable " + variable + " sets no configuration key"
                        + (near == null ? "" : ": did you mean " + near + "?"));
            }
            values.put(key, value);
        });
    }

    private static void put(Map<String, String> values, String key, String value, String source) {
        if (!known().contains(key)) {
            String near = NameSuggestion.of(key, known());
            throw new UserError("there is no configuration key '" + key + "' (" + source + ")"
                    + (near == null ? ": see hatchery settings" : ": did you mean " + near + "?"));
        }
        values.put(key, value);
    }

    /** Every key there is, Kafka's among them. */
    static Set<String> known() {
        var keys = new TreeSet<String>();
        Arrays.stream(ConfigurationKey.values()).map(ConfigurationKey::key).forEach(keys::add);
        for (Set<String> names :
                List.of(ConsumerConfig.configNames(), ProducerConfig.configNames(), AdminClientConfig.configNames())) {
            names.forEach(name -> keys.add(KAFKA + name));
        }
        return keys;
    }

    String get(ConfigurationKey key) {
        return values.getOrDefault(key.key(), key.usual());
    }

    long number(ConfigurationKey key, long least, long most) {
        String text = get(key);
        try {
            long number = Long.parseLong(text);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw new UserError(key.key() + " is '" + text + "': give a number from " + least + " to " + most, e);
        }
        throw new UserError(key.key() + " is " + text + ": give a number from " + least + " to " + most);
    }

    boolean bool(ConfigurationKey key) {
        return switch (get(key)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new UserError(key.key() + " is '" + get(key) + "': say true or false");
        };
    }

    /** What is listed, apart by commas or blanks. */
    List<String> words(ConfigurationKey key) {
        return Arrays.stream(get(key).split("[,\\s]+"))
                .filter(word -> !word.isEmpty())
                .toList();
    }

    Path data() {
        return Path.of(get(ConfigurationKey.DATA)).toAbsolutePath();
    }

    int port(ConfigurationKey key) {
        return (int) number(key, 1, 65_535);
    }

    Path tokenFile() {
        String file = get(ConfigurationKey.GATEWAY_TOKEN_FILE);
        return file.isEmpty() ? data().resolve("admin.token") : Path.of(file);
    }

    /** What this host is called. */
    HostName host() throws IOException {
        String name = get(ConfigurationKey.HOST);
        if (name.isEmpty()) {
            name = Files.readString(Path.of("/proc/sys/kernel/hostname"))
                    .strip()
                    .split("\\.")[0]
                    .toLowerCase(Locale.ROOT);
        }
        try {
            return new HostName(name);
        } catch (IllegalArgumentException e) {
            throw new UserError(e.getMessage() + "; set the key host", e);
        }
    }

    /** The configured address of a Kafka cluster, if there is one. */
    Optional<String> bootstrapServers() {
        return Optional.ofNullable(values.get(KAFKA + "bootstrap.servers"));
    }

    /** How to reach Kafka: as configured, or else as the embedded broker in the same data folder wrote it down. */
    BusConfig bus() throws IOException {
        var client = new TreeMap<String, String>();
        values.forEach((key, value) -> {
            if (key.startsWith(KAFKA)) {
                client.put(key.substring(KAFKA.length()), value);
            }
        });
        Path written = data().resolve("client.properties");
        if (!client.containsKey("bootstrap.servers") && Files.exists(written)) {
            var properties = new Properties();
            try (Reader reader = Files.newBufferedReader(written)) {
                properties.load(reader);
            }
            properties.stringPropertyNames().forEach(name -> client.putIfAbsent(name, properties.getProperty(name)));
        }
        return bus(client);
    }

    BusConfig bus(Map<String, String> client) {
        try {
            return new BusConfig(client, (int) SettingsCheck.number(this, ConfigurationKey.PARTITIONS), (short)
                    SettingsCheck.number(this, ConfigurationKey.REPLICATION));
        } catch (IllegalArgumentException e) {
            throw new UserError(e.getMessage() + " (or start hatchery broker with the same data folder)", e);
        }
    }

    /** Every key with its value and meaning, for people. */
    List<String> format() {
        var lines = new ArrayList<String>();
        for (ConfigurationKey key : ConfigurationKey.values()) {
            lines.add(key.key() + "=" + get(key) + "\n    " + key.meaning() + " ("
                    + ConfigurationKey.variable(key.key()) + ")");
        }
        lines.add(
                "kafka.<property>\n    Any property of Kafka's Java clients, such as kafka.bootstrap.servers or kafka.ssl.truststore.location");
        return lines;
    }
}
