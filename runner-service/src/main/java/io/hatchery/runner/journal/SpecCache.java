package io.hatchery.runner.journal;

import io.hatchery.protocol.CommandId;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Generation;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last specs of this host on disk, from which a runner starts containers while Kafka is away, and the pending removals, which
 * continue after a reboot.
 */
public final class SpecCache {
    private static final Logger LOG = LoggerFactory.getLogger(SpecCache.class);
    private static final String FOLDER = "specs/";
    private static final String SPEC = ".json";
    private static final String REMOVAL = ".removal.json";
    private static final String REMOVED = ".removed";

    private final Disk disk;

    /**
     * A removal that has begun.
     *
     * @param id the operation that requested it
     * @param generation generation of the removed spec; null if the cache had none
     * @param throughGeneration the last generation that is revoked; null if all are
     * @param root the container's root; null if the host had none
     * @param purge whether the root is removed too
     * @param requestedBy the principal that requested it; null if unknown
     * @param submitted timestamp of its record
     */
    @RecordBuilder
    public record OpenRemoval(
            ContainerName container,
            CommandId id,
            @Nullable Generation generation,
            @Nullable Generation throughGeneration,
            @Nullable String root,
            boolean purge,
            @Nullable String requestedBy,
            Instant submitted) {
        /** Whether the removal covers that spec. */
        boolean isOf(ContainerSpec spec) {
            return spec.name().equals(container)
                    && generation != null
                    && !spec.generation().isAfter(generation);
        }
    }

    /**
     * @param disk the runner's data folder
     */
    public SpecCache(Disk disk) {
        this.disk = disk;
    }

    /** The last spec of each container, except of those that are being removed. */
    public List<ContainerSpec> specs() throws IOException {
        List<OpenRemoval> removals = removals();
        var specs = new ArrayList<ContainerSpec>();
        for (String file : disk.list(FOLDER)) {
            if (file.endsWith(SPEC) && !file.endsWith(REMOVAL) && !file.startsWith(".")) {
                read(file, ContainerSpec.class).ifPresent(specs::add);
            }
        }
        specs.removeIf(spec -> removals.stream().anyMatch(removal -> removal.isOf(spec)));
        return specs;
    }

    /** The removals that have begun and not ended. */
    public List<OpenRemoval> removals() throws IOException {
        var removals = new ArrayList<OpenRemoval>();
        for (String file : disk.list(FOLDER)) {
            if (file.endsWith(REMOVAL) && !file.startsWith(".")) {
                read(file, OpenRemoval.class).ifPresent(removals::add);
            }
        }
        return removals;
    }

    /** Empty also if the file is damaged: the broker has the record too. */
    private <T> Optional<T> read(String file, Class<T> type) throws IOException {
        Optional<byte[]> bytes = disk.read(FOLDER + file);
        try {
            if (bytes.isEmpty()) {
                return Optional.empty();
            }
            Optional<byte[]> checked = Checksum.verified(bytes.get());
            if (checked.isEmpty()) {
                LOG.error("{}{} is damaged, by its checksum, and not used", FOLDER, file);
                return Optional.empty();
            }
            return Optional.of(Json.read(checked.get(), type));
        } catch (UnreadableException e) {
            LOG.error("{}{} cannot be read and is not used: {}", FOLDER, file, e.getMessage());
            return Optional.empty();
        }
    }

    /** Writes a spec in place of the last one of its container. */
    public void keep(ContainerSpec spec) throws IOException {
        disk.replace(FOLDER + spec.name() + SPEC, Checksum.appended(Json.bytes(spec)));
    }

    /** The generation of the container's last spec; null if there is none. */
    public @Nullable Generation generationOf(ContainerName container) throws IOException {
        return read(container + SPEC, ContainerSpec.class)
                .map(ContainerSpec::generation)
                .orElse(null);
    }

    /**
     * The last generation of a container that was removed from this host; null if none was. It is kept for good, in a file of a few
     * bytes for each name that a container had, so that a spec that is written again does not bring a removed container back.
     */
    public @Nullable Generation removedThrough(ContainerName container) throws IOException {
        return read(container + REMOVED, Generation.class).orElse(null);
    }

    private static @Nullable Generation latest(@Nullable Generation one, @Nullable Generation other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return one.isAfter(other) ? one : other;
    }

    /** Records a removal and deletes the spec. */
    public void beginRemoval(OpenRemoval removal) throws IOException {
        Generation through =
                latest(removedThrough(removal.container()), latest(removal.generation(), removal.throughGeneration()));
        if (through != null) {
            disk.replace(FOLDER + removal.container() + REMOVED, Checksum.appended(Json.bytes(through)));
        }
        disk.replace(FOLDER + removal.container() + REMOVAL, Checksum.appended(Json.bytes(removal)));
        disk.delete(FOLDER + removal.container() + SPEC, true);
    }

    private boolean isKept(OpenRemoval removal) throws IOException {
        return read(removal.container() + SPEC, ContainerSpec.class)
                .filter(removal::isOf)
                .isPresent();
    }

    /** Ends the removal of a container, whether or not something is left. */
    public void endRemoval(ContainerName container) throws IOException {
        // The spec was deleted when the removal began, unless the runner ended just then.
        for (OpenRemoval removal : removals()) {
            if (removal.container().equals(container) && isKept(removal)) {
                disk.delete(FOLDER + container + SPEC, true);
            }
        }
        disk.delete(FOLDER + container + REMOVAL, true);
    }
}
