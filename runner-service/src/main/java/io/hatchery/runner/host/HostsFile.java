package io.hatchery.runner.host;

import io.hatchery.spec.Addresses;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The lines of hosts(5) by which a host finds its containers, as {@code <name>.containers}. Lines of others stay as they are. */
final class HostsFile {
    private static final String MARK = " # by Hatchery";

    private final Path file;

    HostsFile(Path file) {
        this.file = file;
    }

    /** Has the container's addresses in it, and no others of its. */
    synchronized void put(ContainerSpec spec) throws IOException {
        Addresses addresses =
                spec.network() == null ? Addresses.NONE : spec.network().addresses();
        write(
                spec.name(),
                Stream.of(addresses.local(), addresses.local6())
                        .filter(address -> address != null)
                        .map(address -> address.split("/", 2)[0] + end(spec.name()))
                        .toList());
    }

    /** Has none of the container's addresses in it. */
    synchronized void remove(ContainerName container) throws IOException {
        write(container, List.of());
    }

    private static String end(ContainerName container) {
        return " " + container + ".containers" + MARK;
    }

    private void write(ContainerName container, List<String> lines) throws IOException {
        List<String> before = Files.exists(file) ? Files.readAllLines(file) : List.of();
        var after = new ArrayList<>(
                before.stream().filter(line -> !line.endsWith(end(container))).toList());
        after.addAll(lines);
        if (!after.equals(before)) {
            replace(String.join("\n", after) + "\n");
        }
    }

    private void replace(String text) throws IOException {
        Path fresh = file.resolveSibling("." + file.getFileName() + ".hatchery");
        Files.writeString(fresh, text);
        if (Files.exists(file)) {
            var as = Files.readAttributes(file, PosixFileAttributes.class);
            Files.setPosixFilePermissions(fresh, as.permissions());
        }
        try {
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (FileSystemException e) {
            // It is a mount of its own, as in containers: only its content can be changed.
            Files.writeString(file, text);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }
}
