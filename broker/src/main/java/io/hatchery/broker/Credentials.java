package io.hatchery.broker;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A user whom the embedded broker knows by SASL/PLAIN, and the configuration of its clients.
 *
 * @param user the SASL user
 * @param password its password, hexadecimal digits
 */
public record Credentials(String user, String password) {
    /** The user that may do everything. */
    public static final String ADMINISTRATOR = "hatchery-admin";

    private static final int BYTES = 24;

    /** An administrator with a new random password. */
    public static Credentials create() {
        return create(ADMINISTRATOR);
    }

    static Credentials create(String user) {
        var secret = new byte[BYTES];
        new SecureRandom().nextBytes(secret);
        return new Credentials(user, HexFormat.of().formatHex(secret));
    }

    /** Kafka's Java client properties for a broker without TLS at that address. */
    public Map<String, String> clientProperties(String bootstrap) {
        return clientProperties(Map.of("bootstrap.servers", bootstrap, "security.protocol", "SASL_PLAINTEXT"));
    }

    /**
     * Kafka's Java client properties.
     *
     * @param connection the address, and how to trust the broker
     */
    public Map<String, String> clientProperties(Map<String, String> connection) {
        var properties = new TreeMap<>(connection);
        properties.put("sasl.mechanism", "PLAIN");
        properties.put("sasl.jaas.config", jaas(""));
        return properties;
    }

    /**
     * A configuration file for {@code kcat -F}; its partitioner puts keys on the same partitions as the Java client.
     *
     * @param certificate a PEM file with the broker's certificate; empty if it speaks no TLS
     */
    public String kcatConf(String bootstrap, Optional<Path> certificate) {
        return "bootstrap.servers=" + bootstrap + "\nsecurity.protocol="
                + certificate
                        .map(file -> "SASL_SSL\nssl.ca.location=" + file.toAbsolutePath())
                        .orElse("SASL_PLAINTEXT")
                + "\nsasl.mechanism=PLAIN\nsasl.username=" + user + "\nsasl.password=" + password
                + "\npartitioner=murmur2_random\n";
    }

    String jaas(String more) {
        return "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"" + user + "\" password=\""
                + password + "\"" + more + ";";
    }

    /** The server's JAAS configuration: it connects to itself as this user, and accepts it and the others. */
    String serverJaas(Credentials... others) {
        var accepted = new StringBuilder(accepted());
        for (Credentials other : others) {
            accepted.append(other.accepted());
        }
        return jaas(accepted.toString());
    }

    private String accepted() {
        return " user_" + user + "=\"" + password + "\"";
    }
}
