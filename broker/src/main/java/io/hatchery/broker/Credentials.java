package io.hatchery.broker;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Map;

/**
 * The user and password of the embedded broker, and the configuration of its clients.
 *
 * @param user the SASL user
 * @param password its password, hexadecimal digits
 */
public record Credentials(String user, String password) {
    private static final int BYTES = 24;

    /** Credentials with a new random password. */
    public static Credentials create() {
        var secret = new byte[BYTES];
        new SecureRandom().nextBytes(secret);
        return new Credentials("hatchery", HexFormat.of().formatHex(secret));
    }

    /** Kafka's Java client properties for a broker at that address. */
    public Map<String, String> clientProperties(String bootstrap) {
        return Map.of(
                "bootstrap.servers",
                bootstrap,
                "security.protocol",
                "SASL_PLAINTEXT",
                "sasl.mechanism",
                "PLAIN",
                "sasl.jaas.config",
                jaas(""));
    }

    /** A configuration file for {@code kcat -F}; its partitioner puts keys on the same partitions as the Java client. */
    public String kcatConf(String bootstrap) {
        return "bootstrap.servers=" + bootstrap
                + "\nsecurity.protocol=SASL_PLAINTEXT\nsasl.mechanism=PLAIN\nsasl.username=" + user
                + "\nsasl.password=" + password + "\npartitioner=murmur2_random\n";
    }

    String jaas(String more) {
        return "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"" + user + "\" password=\""
                + password + "\"" + more + ";";
    }

    /** The server's JAAS configuration: it accepts the user, and connects to itself as that user. */
    String serverJaas() {
        return jaas(" user_" + user + "=\"" + password + "\"");
    }
}
