package io.hatchery.runner.journal;

import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/** The last specs of this host on disk, so that a runner that boots without Kafka knows what to start. */
public final class SpecCache {
    private static final String SUFFIX = ".json";

    private final Path directory;

    /**
     * @param directory made with mode 0700 if need be, since environments may hold secrets
     */
    public SpecCache(Path directory) throws IOException {
        this.directory = directory;
        Files.createDirectories(directory);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    }

    /** Every spec kept. */
    public List<ContainerSpec> readAll() throws IOException {
        var specs = new ArrayList<ContainerSpec>();
        try (var files = Files.list(directory)) {
            for (Path file : files.filter(f -> f.toString().endsWith(SUFFIX)).toList()) {
                specs.add(Json.read(Files.readAllBytes(file), ContainerSpec.class));
            }
        } catch (UnreadableException e) {
            throw new IOException("a kept spec in " + directory + " cannot be read, remove it: " + e.getMessage(), e);
        }
        return specs;
    }

    /** Keeps a spec in place of the last. */
    public void keep(ContainerSpec spec) throws IOException {
        WholeFile.replace(file(spec.name()), Json.bytes(spec));
    }

    /** Drops a spec. */
    public void drop(ContainerName container) throws IOException {
        Files.deleteIfExists(file(container));
    }

    private Path file(ContainerName container) {
        return directory.resolve(container + SUFFIX);
    }
}
