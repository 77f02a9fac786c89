package io.hatchery.bus.access;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A user that authenticates with SCRAM-SHA-512.
 *
 * @param name the name of the user
 * @param password its password; one that this class makes is random and has hexadecimal digits only
 */
public record KafkaUser(String name, String password) {
    private static final int BYTES = 24;

    /** The properties of a connection that do not depend on who connects. */
    private static final Set<String> SHARED = Set.of(
            "bootstrap.servers",
            "ssl.endpoint.identification.algorithm",
            "ssl.truststore.type",
            "ssl.truststore.location",
            "ssl.truststore.password",
            "ssl.truststore.certificates");

    /** A user with a new random password. */
    public static KafkaUser withNewPassword(String name) {
        var secret = new byte[BYTES];
        new SecureRandom().nextBytes(secret);
        return new KafkaUser(name, HexFormat.of().formatHex(secret));
    }

    /**
     * Kafka's Java client properties.
     *
     * @param connection the client properties of another user of the same broker, such as the administrator
     */
    public SortedMap<String, String> clientProperties(Map<String, String> connection) {
        var properties = new TreeMap<>(connection);
        properties.keySet().retainAll(SHARED);
        boolean isEncrypted =
                connection.getOrDefault("security.protocol", "PLAINTEXT").endsWith("SSL");
        properties.put("security.protocol", isEncrypted ? "SASL_SSL" : "SASL_PLAINTEXT");
        properties.put("sasl.mechanism", "SCRAM-SHA-512");
        properties.put(
                "sasl.jaas.config",
                "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"" + name + "\" password=\""
                        + password + "\";");
        return properties;
    }
}
