package io.hatchery.broker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The key of a broker that listens beyond loopback, and its certificate, which it signs itself and which its clients know in advance.
 *
 * @param key a PEM file with the private key and the certificate, which only its owner can read
 * @param certificate a PEM file with the certificate
 */
record BrokerCertificate(Path key, Path certificate) {
    /** Clients know the certificate itself, so its age adds nothing to their trust. */
    private static final int DAYS = 3650;

    private static final String ALIAS = "broker";

    /**
     * The key and certificate for an address, made if they are missing.
     *
     * @param folder where they are kept
     * @throws IOException if they cannot be made; the message says why
     */
    static BrokerCertificate of(Path folder, String address) throws IOException {
        var made = new BrokerCertificate(
                folder.resolve("tls-" + address + ".key.pem"), folder.resolve("tls-" + address + ".pem"));
        if (!Files.exists(made.key) || !Files.exists(made.certificate)) {
            made.make(folder, address);
        }
        return made;
    }

    private void make(Path folder, String address) throws IOException {
        Path store = folder.resolve("tls.p12.new");
        Files.deleteIfExists(store);
        var keytool = new Keytool(store, Credentials.create().password());
        try {
            keytool.generate(ALIAS, "CN=Hatchery's broker", DAYS, List.of("-ext", "san=" + SubjectName.of(address)));
            String pem = keytool.certificates(ALIAS);
            Keytool.write(certificate, pem);
            Keytool.write(key, keytool.key(ALIAS) + pem);
        } finally {
            Files.deleteIfExists(store);
        }
    }

    /** Kafka's properties of the broker: it trusts itself only, as a client of itself. */
    Map<String, String> serverProperties() {
        return Map.of(
                "ssl.keystore.type",
                "PEM",
                "ssl.keystore.location",
                key.toString(),
                "ssl.truststore.type",
                "PEM",
                "ssl.truststore.location",
                certificate.toString());
    }

    /** Kafka's properties of clients that trust this broker, complete without a file. */
    Map<String, String> clientProperties() throws IOException {
        return Map.of(
                "security.protocol",
                "SASL_SSL",
                "ssl.truststore.type",
                "PEM",
                "ssl.truststore.certificates",
                Files.readString(certificate));
    }
}
