package io.hatchery.broker;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Map;

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
