package io.hatchery.broker;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The key of a broker that listens beyond loopback, and its certificate, which it signs itself and which its clients know in advance.
 *
 * @param key a PEM file with the private key and the certificate, which only its owner can read
 * @param certificate a PEM file with the certificate
 */
record BrokerCertificate(Path key, Path certificate) {
    /** Clients know the certificate itself, so its age adds nothing to their trust. */
    private static final String DAYS = "3650";

    private static final String ALIAS = "broker";
    private static final Pattern IP = Pattern.compile("[0-9.]+|.*:.*");

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
        String password = Credentials.create().password();
        try {
            keytool(store, password, (IP.matcher(address).matches() ? "ip:" : "dns:") + address);
            var keys = KeyStore.getInstance("PKCS12");
            try (InputStream in = Files.newInputStream(store)) {
                keys.load(in, password.toCharArray());
            }
            String pem = pem("CERTIFICATE", keys.getCertificate(ALIAS).getEncoded());
            byte[] secret = keys.getKey(ALIAS, password.toCharArray()).getEncoded();
            write(certificate, pem);
            write(key, pem("PRIVATE KEY", secret) + pem);
        } catch (GeneralSecurityException e) {
            throw new IOException("the broker's key cannot be read: " + e.getMessage(), e);
        } finally {
            Files.deleteIfExists(store);
        }
    }

    private static void keytool(Path store, String password, String name) throws IOException {
        var builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        ALIAS,
                        "-keyalg",
                        "EC",
                        "-groupname",
                        "secp256r1",
                        "-dname",
                        "CN=Hatchery's broker",
                        "-ext",
                        "san=" + name,
                        "-validity",
                        DAYS,
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass:env",
                        "STORE_PASSWORD")
                .redirectErrorStream(true);
        builder.environment().put("STORE_PASSWORD", password);
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            int code = process.waitFor();
            if (code != 0) {
                throw new IOException("keytool cannot make the broker's key for " + name + ": " + output.strip());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static String pem(String type, byte[] content) {
        return "-----BEGIN " + type + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content) + "\n-----END " + type
                + "-----\n";
    }

    private static void write(Path file, String text) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        Files.createFile(fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(fresh, text);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
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
