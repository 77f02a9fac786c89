package io.hatchery.runner.journal;

import io.hatchery.protocol.CommandId;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The last specs of this host on disk, so that a runner that boots without Kafka knows what to start; and the removals that it
 * has begun, so that a reboot does not end them half done.
 */
public final class SpecCache {
    private static final String FOLDER = "specs/";
    private static final String SPEC = ".json";
    private static final String REMOVAL = ".removal.json";

    private final Disk disk;

    /**
     * A removal that has begun.
     *
     * @param id the operation that asked for it
     * @param root the container's root; null if the host had none
     * @param purge whether the root goes as well
     * @param by who asked; null if unsaid
     * @param submitted when
     */
    public record Removal(
            ContainerName container,
            CommandId id,
            @Nullable String root,
            boolean purge,
            @Nullable String by,
            Instant submitted) {}

    /**
     * @param disk the runner's data folder
     */
    public SpecCache(Disk disk) {
        this.disk = disk;
    }

    /** Every spec kept. */
    public List<ContainerSpec> specs() throws IOException {
        var specs = new ArrayList<ContainerSpec>();
        for (String file : disk.list(FOLDER)) {
            if (file.endsWith(SPEC) && !file.endsWith(REMOVAL) && !file.startsWith(".")) {
                read(file, ContainerSpec.class).ifPresent(specs::add);
            }
        }
        return specs;
    }

    /** Every removal that has begun and is not known to have ended. */
    public List<Removal> removals() throws IOException {
        var removals = new ArrayList<Removal>();
        for (String file : disk.list(FOLDER)) {
            if (file.endsWith(REMOVAL) && !file.startsWith(".")) {
                read(file, Removal.class).ifPresent(removals::add);
            }
        }
        return removals;
    }

    private <T> Optional<T> read(String file, Class<T> type) throws IOException {
        Optional<byte[]> bytes = disk.read(FOLDER + file);
        try {
            return bytes.isEmpty() ? Optional.empty() : Optional.of(Json.read(bytes.get(), type));
        } catch (UnreadableException e) {
            throw new IOException(FOLDER + file + " cannot be read, remove it: " + e.getMessage(), e);
        }
    }

    /** Keeps a spec in place of the last. */
    public void keep(ContainerSpec spec) throws IOException {
        disk.replace(FOLDER + spec.name() + SPEC, Json.bytes(spec));
    }

    /** Notes that a container is to go, and drops its spec. */
    public void beginRemoval(Removal removal) throws IOException {
        disk.replace(FOLDER + removal.container() + REMOVAL, Json.bytes(removal));
        disk.delete(FOLDER + removal.container() + SPEC);
    }

    /** That container is gone, or as much of it as will go. */
    public void endRemoval(ContainerName container) throws IOException {
        disk.delete(FOLDER + container + REMOVAL);
    }
}
