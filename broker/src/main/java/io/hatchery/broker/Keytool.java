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
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * A key store that the JDK's keytool writes: the JDK has no interface to make certificates.
 *
 * @param store a PKCS #12 file
 * @param password of the store and its keys
 */
record Keytool(Path store, String password) {
    private static final String KEYTOOL =
            Path.of(System.getProperty("java.home"), "bin", "keytool").toString();

    /**
     * Makes a key and its certificate.
     *
     * @param alias name in the store
     * @param subject distinguished name
     * @param days how long the certificate is valid
     * @param options further options of {@code keytool -genkeypair}
     * @throws IOException with the output of keytool if it fails
     */
    void generate(String alias, String subject, int days, List<String> options) throws IOException {
        var command = new ArrayList<>(List.of(KEYTOOL, "-genkeypair", "-alias", alias, "-dname", subject));
        command.addAll(List.of("-keyalg", "EC", "-groupname", "secp256r1", "-validity", Integer.toString(days)));
        command.addAll(
                List.of("-storetype", "PKCS12", "-keystore", store.toString(), "-storepass:env", "STORE_PASSWORD"));
        command.addAll(options);
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("STORE_PASSWORD", password);
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (process.waitFor() != 0) {
                throw new IOException("keytool cannot make the key of " + subject + ": " + output.strip());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** The key of an alias as PEM. */
    String key(String alias) throws IOException {
        try {
            return pem(
                    "PRIVATE KEY",
                    opened().getKey(alias, password.toCharArray()).getEncoded());
        } catch (GeneralSecurityException e) {
            throw unreadable(e);
        }
    }

    /** The certificates of an alias as PEM, its own first. */
    String certificates(String alias) throws IOException {
        try {
            var text = new StringBuilder();
            for (var certificate : opened().getCertificateChain(alias)) {
                text.append(pem("CERTIFICATE", certificate.getEncoded()));
            }
            return text.toString();
        } catch (GeneralSecurityException e) {
            throw unreadable(e);
        }
    }

    private KeyStore opened() throws IOException, GeneralSecurityException {
        var keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, password.toCharArray());
        }
        return keys;
    }

    private IOException unreadable(GeneralSecurityException e) {
        return new IOException("the keys in " + store + " cannot be read: " + e.getMessage(), e);
    }

    private static String pem(String type, byte[] content) {
        return "-----BEGIN " + type + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content) + "\n-----END " + type
                + "-----\n";
    }

    /** Replaces a file that only its owner can read. */
    static void write(Path file, String text) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        Files.createFile(fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(fresh, text);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
