package io.hatchery.app;

import io.hatchery.bus.access.KafkaUser;
import io.hatchery.bus.authentication.KeyFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The credentials of Kafka users, each in a folder of its own that has the name of the user: {@code client.properties} for Hatchery and
 * Kafka's tools, and {@code kcat.conf} for kcat, with {@code broker.pem} if the broker speaks TLS.
 *
 * @param folder with a folder for each user
 */
record KafkaCredentials(Path folder) {
    static final String CLIENT = "client.properties";
    static final String KCAT = "kcat.conf";
    private static final String TRUSTED = "broker.pem";
    private static final Pattern PASSWORD = Pattern.compile("password=\"([^\"]*)\"");

    /** The file with the client properties of a user. */
    Path file(String user) {
        return folder.resolve(user).resolve(CLIENT);
    }

    /** The user as it was written; empty if there is no file of it. */
    Optional<KafkaUser> read(String user) throws IOException {
        if (!Files.exists(file(user))) {
            return Optional.empty();
        }
        Matcher password = PASSWORD.matcher(read(file(user)).getOrDefault("sasl.jaas.config", ""));
        return password.find() ? Optional.of(new KafkaUser(user, password.group(1))) : Optional.empty();
    }

    /**
     * Writes a user.
     *
     * @param connection the client properties of another user of the same broker
     */
    void write(KafkaUser user, Map<String, String> connection) throws IOException {
        SortedMap<String, String> properties = user.clientProperties(connection);
        Path file = file(user.name());
        Secrets.write(file, text(properties));
        var conf = new StringBuilder("# needs librdkafka 2.6.1 or newer, as Kafka 4 refuses SCRAM of older ones\n");
        for (String name : new String[] {"bootstrap.servers", "security.protocol", "sasl.mechanism"}) {
            conf.append(name).append('=').append(properties.get(name)).append('\n');
        }
        String certificates = properties.get("ssl.truststore.certificates");
        if (certificates != null) {
            Path trusted = file.resolveSibling(TRUSTED);
            Secrets.write(trusted, certificates);
            conf.append("ssl.ca.location=").append(trusted.toAbsolutePath()).append('\n');
        }
        // The partitioner puts keys on the same partitions as the Java client.
        conf.append("sasl.username=").append(user.name());
        conf.append("\nsasl.password=").append(user.password()).append("\npartitioner=murmur2_random\n");
        Secrets.write(file.resolveSibling(KCAT), conf.toString());
    }

    /**
     * Deletes what was written of a user.
     *
     * @return whether there was something
     */
    boolean delete(String user) throws IOException {
        boolean isDeleted = false;
        for (String name : new String[] {CLIENT, KCAT, TRUSTED, RecordKeyFiles.USER}) {
            isDeleted |= Files.deleteIfExists(file(user).resolveSibling(name));
        }
        Files.deleteIfExists(folder.resolve(user));
        return isDeleted;
    }

    /** Writes all users again with another connection. */
    void connect(Map<String, String> connection) throws IOException {
        try (Stream<Path> users = Files.list(folder)) {
            for (Path user : (Iterable<Path>) users.sorted()::iterator) {
                Optional<KafkaUser> known = read(user.getFileName().toString());
                if (known.isPresent()) {
                    write(known.get(), connection);
                }
            }
        }
    }

    /** The text of a properties file. */
    static String text(SortedMap<String, String> properties) {
        var lines = new StringBuilder();
        properties.forEach((name, value) -> lines.append(name)
                .append('=')
                .append(value.replace("\\", "\\\\").replace("\n", "\\n"))
                .append('\n'));
        return lines.toString();
    }

    /** The properties in a file. */
    static Map<String, String> read(Path file) throws IOException {
        return KeyFile.properties(file);
    }
}
