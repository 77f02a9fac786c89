package io.hatchery.broker;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Map;

/**
 * Who may use the embedded broker, and how each kind of client is told so.
 *
 * @param user the SASL user
 * @param password its password, hexadecimal digits
 */
public record Credentials(String user, String password) {
    private static final int BYTES = 24;

    /** A new password nobody has seen. */
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

    /** librdkafka's properties, in the form that {@code kcat -F} reads; keys are placed as the Java client places them. */
    public String kcatConf(String bootstrap) {
        return "bootstrap.servers=" + bootstrap
                + "\nsecurity.protocol=SASL_PLAINTEXT\nsasl.mechanism=PLAIN\nsasl.username=" + user
                + "\nsasl.password=" + password + "\npartitioner=murmur2_random\n";
    }

    String jaas(String more) {
        return "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"" + user + "\" password=\""
                + password + "\"" + more + ";";
    }

    /** The server's side: it knows the user, and is one itself. */
    String serverJaas() {
        return jaas(" user_" + user + "=\"" + password + "\"");
    }
}
