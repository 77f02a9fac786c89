package io.hatchery.broker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A small certificate authority in a folder: {@code ca.pem} is for clients, {@code ca.p12} and {@code password} are for root alone.
 *
 * @param folder where its files are
 */
public record CertificateAuthority(Path folder) {
    /** Ten years: every client has to get the next one. */
    private static final int OWN_DAYS = 3650;

    private static final int ISSUED_DAYS = 825;
    private static final String ALIAS = "ca";

    /** The certificate of the authority. */
    public Path certificate() {
        return folder.resolve("ca.pem");
    }

    private Path store() {
        return folder.resolve("ca.p12");
    }

    private Path password() {
        return folder.resolve("password");
    }

    /** Whether the authority exists. */
    public boolean exists() {
        return Files.exists(store()) && Files.exists(certificate());
    }

    /**
     * Makes the key and the certificate of the authority, unless it exists.
     *
     * @return whether it was made
     * @throws IOException if its files cannot be written
     */
    public boolean init() throws IOException {
        if (exists()) {
            return false;
        }
        Files.createDirectories(folder);
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
        Path fresh = folder.resolve("ca.p12.new");
        Files.deleteIfExists(fresh);
        var keytool = new Keytool(fresh, Credentials.create().password());
        keytool.generate(
                ALIAS,
                "CN=Hatchery's certificate authority",
                OWN_DAYS,
                List.of("-ext", "bc:critical=ca:true,pathlen:0", "-ext", "ku:critical=keyCertSign,cRLSign"));
        Keytool.write(password(), keytool.password() + "\n");
        Keytool.write(certificate(), keytool.certificates(ALIAS));
        Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-------"));
        Files.move(fresh, store(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        return true;
    }

    /**
     * Issues a certificate for a server.
     *
     * @param names addresses and DNS names of the server
     * @param certificate receives its certificate and that of the authority, as PEM
     * @param key receives its private key, as PEM; only its owner can read it
     * @throws IOException if the files cannot be read or written
     */
    public void issue(Collection<String> names, Path certificate, Path key) throws IOException {
        if (names.isEmpty()) {
            throw new IllegalArgumentException("a certificate needs a name");
        }
        Path copy = folder.resolve("issue.p12.new");
        Files.copy(store(), copy, StandardCopyOption.REPLACE_EXISTING);
        try {
            var keytool = new Keytool(copy, Files.readString(password()).strip());
            String alternatives =
                    new TreeSet<>(names).stream().map(SubjectName::of).collect(Collectors.joining(","));
            keytool.generate(
                    "server",
                    "CN=Hatchery's gateway",
                    ISSUED_DAYS,
                    List.of(
                            "-signer",
                            ALIAS,
                            "-ext",
                            "san=" + alternatives,
                            "-ext",
                            "ku:critical=digitalSignature",
                            "-ext",
                            "eku=serverAuth"));
            Keytool.write(key, keytool.key("server"));
            Keytool.write(certificate, keytool.certificates("server"));
        } finally {
            Files.deleteIfExists(copy);
        }
    }
}
