package io.hatchery.app;

import io.hatchery.broker.Credentials;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.UUID;
import java.util.function.Supplier;

/** Creates and reads tokens and passwords in the data folder; only their owner can read them. */
final class Secrets {
    private static final String PRIVATE = "rw-------";

    private Secrets() {}

    /** The token in a file, which is created if it is missing. */
    static String token(Path file) throws IOException {
        return once(file, () -> Credentials.create().password());
    }

    /** The generated name of this config-service, the same after a restart. */
    static String instance(Path data) throws IOException {
        return once(data.resolve("instance"), () -> UUID.randomUUID().toString().substring(0, 8));
    }

    /** The administrator of the embedded broker, with a password that is created if it is missing. */
    static Credentials administrator(Path data) throws IOException {
        // Of earlier versions: every service and host knew it.
        Files.deleteIfExists(data.resolve("broker.password"));
        return new Credentials(Credentials.ADMINISTRATOR, token(data.resolve("kafka-admin.password")));
    }

    private static String once(Path file, Supplier<String> make) throws IOException {
        if (!Files.exists(file)) {
            write(file, make.get() + "\n");
        }
        return Files.readString(file).strip();
    }

    /** Replaces a file that only its owner can read; makes its folder if need be. */
    static void write(Path file, String text) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        Files.createFile(fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(PRIVATE)));
        Files.writeString(fresh, text);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
