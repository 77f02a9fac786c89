package io.hatchery.runner.journal;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The journals of a host, one file for each container, in a folder that a reboot empties, since a reboot ends the processes that they
 * describe. A file is replaced atomically.
 */
public final class JournalFiles {
    private static final String FOLDER = "c";
    private static final String BOOT = "boot-id";

    private final Disk runtime;

    /**
     * @param runtime the runner's runtime folder
     */
    public JournalFiles(Disk runtime) {
        this.runtime = runtime;
    }

    /**
     * Deletes the journals of another boot, on hosts whose runtime folder is on disk.
     *
     * @param bootId the kernel's boot id
     */
    public void beginBoot(String bootId) throws IOException {
        // Without the id, a power cut may have kept the journals alone.
        if (!runtime.read(BOOT).map(JournalFiles::text).orElse("").strip().equals(bootId)) {
            for (String container : runtime.list(FOLDER)) {
                runtime.delete(file(container), false);
            }
        }
        runtime.replace(BOOT, (bootId + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /**
     * The journals of a host.
     *
     * @param journals the readable ones, upgraded to the present format
     * @param damaged the containers whose journal cannot be read; the file is kept until the next journal is written
     */
    public record FoundJournals(List<Journal> journals, List<ContainerName> damaged) {
        /** Keeps immutable copies. */
        public FoundJournals {
            journals = List.copyOf(journals);
            damaged = List.copyOf(damaged);
        }
    }

    /**
     * Reads all journals.
     *
     * @throws IOException if one has a later format, or the disk cannot be read or written
     */
    public FoundJournals readAll() throws IOException {
        var journals = new ArrayList<Journal>();
        var damaged = new ArrayList<ContainerName>();
        for (String container : runtime.list(FOLDER)) {
            String file = file(container);
            Optional<byte[]> bytes = runtime.read(file);
            if (bytes.isPresent() && ContainerName.isValid(container)) { // not a folder that a removal left empty
                try {
                    journals.add(read(file, new ContainerName(container), bytes.get()));
                } catch (UnreadableException e) {
                    setAside(file, bytes.get(), e);
                    damaged.add(new ContainerName(container));
                }
            }
        }
        return new FoundJournals(journals, damaged);
    }

    private void setAside(String file, byte[] bytes, UnreadableException e) throws IOException {
        DamagedFile.setAside(
                runtime,
                file,
                bytes,
                String.valueOf(e.getMessage()),
                "The container is recovered from what runs on this host");
    }

    private static Journal read(String file, ContainerName container, byte[] bytes)
            throws IOException, UnreadableException {
        ObjectNode tree = Json.read(bytes, ObjectNode.class);
        int version = tree.path("version").asInt();
        if (version > Journal.VERSION) {
            throw new IOException(file + " has format " + version + ", this runner reads 1 to " + Journal.VERSION
                    + ": run the version that wrote it");
        }
        JournalFormats.upgrade(tree, version);
        Journal journal = Json.convert(tree, Journal.class);
        if (!journal.state().container().equals(container)) {
            throw new UnreadableException(
                    "it is the journal of container " + journal.state().container());
        }
        return journal;
    }

    /** The number of damaged journals that are kept. */
    public int countDamaged() throws IOException {
        int damaged = 0;
        for (String container : runtime.list(FOLDER)) {
            damaged += DamagedFile.count(runtime, FOLDER + "/" + container);
        }
        return damaged;
    }

    /** Replaces the journal of a container; a blank one has no file. */
    public void write(Journal journal) throws IOException {
        ContainerName container = journal.state().container();
        if (journal.isBlank()) {
            runtime.delete(file(container.value()), false);
        } else {
            runtime.replace(file(container.value()), Json.bytes(journal));
        }
    }

    private static String file(String container) {
        return FOLDER + "/" + container + "/state.json";
    }
}
