package io.hatchery.app;

import io.hatchery.spec.option.NameSuggestion;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.jspecify.annotations.Nullable;

/** The configuration: flags override the environment, which overrides a properties file. An unknown key is an error. */
final class Settings {
    private static final String KAFKA = "kafka.";
    /** Variables that are not configuration keys: scripts and client commands read them. */
    private static final Set<String> OTHER_VARIABLES = Set.of("HATCHERY_URL", "HATCHERY_TOKEN", "HATCHERY_JVM");

    /** All keys that are not Kafka's own, in the order in which they are documented. */
    static final List<ConfigurationKey<?>> KEYS = Stream.of(
                    FolderSettings.KEYS,
                    HostSettings.KEYS,
                    KafkaSettings.KEYS,
                    GatewaySettings.KEYS,
                    GatewayTransport.KEYS,
                    BrokerSettings.KEYS,
                    EvaluationSettings.KEYS,
                    RunnerSettings.KEYS,
                    HostPolicySettings.KEYS)
            .<ConfigurationKey<?>>flatMap(List::stream)
            .toList();

    private final Map<String, String> values;

    private Settings(Map<String, String> values) {
        this.values = values;
    }

    /**
     * Reads all sources.
     *
     * @param file a properties file; null for none
     * @param environment the variables of the process
     * @param flags the values of {@code --set}, by key
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
        var own = new TreeMap<String, String>();
        KEYS.forEach(key -> own.put(key.variable(), key.name()));
        environment.forEach((variable, value) -> {
            if (!variable.startsWith("HATCHERY_") || OTHER_VARIABLES.contains(variable)) {
                return;
            }
            String key = own.get(variable);
            values.put(key == null ? ofAnyKey(variable) : key, value);
        });
    }

    private static String ofAnyKey(String variable) {
        var byVariable = new TreeMap<String, String>();
        known().forEach(key -> byVariable.put(ConfigurationKey.variable(key), key));
        String key = byVariable.get(variable);
        if (key == null) {
            String near = NameSuggestion.of(variable, byVariable.keySet());
            throw new UserError("the environment variable " + variable + " does not belong to a configuration key"
                    + (near == null ? "" : ": did you mean " + near + "?"));
        }
        return key;
    }

    private static void put(Map<String, String> values, String key, String value, String source) {
        if (KEYS.stream().noneMatch(own -> own.name().equals(key)) && !known().contains(key)) {
            String near = NameSuggestion.of(key, known());
            throw new UserError("there is no configuration key '" + key + "' (" + source + ")"
                    + (near == null ? ": run hatchery settings for the list" : ": did you mean " + near + "?"));
        }
        values.put(key, value);
    }

    /** The names of all keys, Kafka's included. Loads Kafka's client, which takes longer than a client command. */
    static Set<String> known() {
        var keys = new TreeSet<String>();
        KEYS.forEach(key -> keys.add(key.name()));
        for (Set<String> names :
                List.of(ConsumerConfig.configNames(), ProducerConfig.configNames(), AdminClientConfig.configNames())) {
            names.forEach(name -> keys.add(KAFKA + name));
        }
        return keys;
    }

    /**
     * Checks every value, so that wrong ones are reported before anything starts.
     *
     * @throws UserError with one line for each wrong value
     */
    void check() {
        var problems = new ArrayList<String>();
        for (ConfigurationKey<?> key : KEYS) {
            try {
                find(key);
            } catch (UserError e) {
                problems.add(String.valueOf(e.getMessage()));
            }
        }
        if (!problems.isEmpty()) {
            throw new UserError(String.join("\n", problems));
        }
    }

    /**
     * The value of a key that has a default.
     *
     * @throws UserError if the value is wrong
     */
    <T> T get(ConfigurationKey<T> key) {
        return find(key).orElseThrow(() -> new IllegalStateException(key.name() + " has no default"));
    }

    /**
     * The value of a key, or its default; empty if it has neither. An empty value counts as none.
     *
     * @throws UserError if the value is wrong
     */
    <T> Optional<T> find(ConfigurationKey<T> key) {
        String text = text(key);
        return text.isEmpty() ? Optional.empty() : Optional.of(key.parse(text));
    }

    private String text(ConfigurationKey<?> key) {
        String text = values.getOrDefault(key.name(), "").strip();
        return text.isEmpty() ? key.defaultText() : text;
    }

    /** The configured address of a Kafka cluster, if there is one. */
    Optional<String> bootstrapServers() {
        return Optional.ofNullable(values.get(KAFKA + "bootstrap.servers"));
    }

    /** The configured properties of Kafka's clients, by the names that Kafka gives them. */
    Map<String, String> kafka() {
        var client = new TreeMap<String, String>();
        values.forEach((key, value) -> {
            if (key.startsWith(KAFKA)) {
                client.put(key.substring(KAFKA.length()), value);
            }
        });
        return client;
    }

    /** The lines that list each key with its value and description. */
    List<String> format() {
        var lines = new ArrayList<String>();
        for (ConfigurationKey<?> key : KEYS) {
            String computed = key.defaultDescription().isEmpty() ? "" : "; default: " + key.defaultDescription();
            lines.add(key.name() + "=" + text(key));
            lines.add("    " + key.description() + computed + " (" + key.variable() + ")");
        }
        lines.add("kafka.<property>");
        lines.add(
                "    Any property of Kafka's Java clients, such as kafka.bootstrap.servers or kafka.ssl.truststore.location");
        return lines;
    }
}
