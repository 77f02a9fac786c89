package io.hatchery.app;

import io.hatchery.broker.Credentials;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Properties;
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

    /** The credentials of the embedded broker, created if they are missing; writes the configuration files of its clients. */
    static Credentials broker(Path data, String bootstrap) throws IOException {
        String password =
                once(data.resolve("broker.password"), () -> Credentials.create().password());
        var credentials = new Credentials("hatchery", password);
        var lines = new StringBuilder();
        var properties = new Properties();
        properties.putAll(credentials.clientProperties(bootstrap));
        properties.stringPropertyNames().stream()
                .sorted()
                .forEach(name -> lines.append(name)
                        .append('=')
                        .append(properties.getProperty(name))
                        .append('\n'));
        write(data.resolve("client.properties"), lines.toString());
        write(data.resolve("kcat.conf"), credentials.kcatConf(bootstrap));
        return credentials;
    }

    private static String once(Path file, Supplier<String> make) throws IOException {
        if (!Files.exists(file)) {
            write(file, make.get() + "\n");
        }
        return Files.readString(file).strip();
    }

    private static void write(Path file, String text) throws IOException {
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
