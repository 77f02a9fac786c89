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
 * The journals of a host, one file a container, in a folder that a reboot empties: they speak of processes, and a reboot ends
 * those. Written whole and put in place by a rename, so that a reader finds the old or the new.
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
     * Forgets everything if it is of another boot, for hosts whose runtime folder is on disk.
     *
     * @param bootId the kernel's
     */
    public void beginBoot(String bootId) throws IOException {
        Optional<byte[]> last = runtime.read(BOOT);
        if (last.isPresent() && !text(last.get()).strip().equals(bootId)) {
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
     * What there is.
     *
     * @param journals those that can be read
     * @param damaged whose journal cannot be read; its bytes are kept beside it, and it stays until another is written
     */
    public record FoundJournals(List<Journal> journals, List<ContainerName> damaged) {
        /** Keeps immutable copies. */
        public FoundJournals {
            journals = List.copyOf(journals);
            damaged = List.copyOf(damaged);
        }
    }

    /**
     * Every journal there is.
     *
     * @throws IOException if one is of a later format, or the disk cannot be read or written
     */
    public FoundJournals readAll() throws IOException {
        var journals = new ArrayList<Journal>();
        var damaged = new ArrayList<ContainerName>();
        for (String container : runtime.list(FOLDER)) {
            String file = file(container);
            Optional<byte[]> bytes = runtime.read(file);
            if (bytes.isPresent()
                    && ContainerName.isValid(container)) { // else nobody's, or a folder that a removal left empty
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
                "The container is taken up from what runs on this host");
    }

    private static Journal read(String file, ContainerName container, byte[] bytes)
            throws IOException, UnreadableException {
        ObjectNode tree = Json.read(bytes, ObjectNode.class);
        int version = tree.path("version").asInt();
        if (version > Journal.VERSION) {
            throw new IOException(file + " has format " + version + ", this runner reads 1 to " + Journal.VERSION
                    + ": run the version that wrote it");
        }
        if (version == 1) {
            upgradeFromFirst(tree);
        }
        if (version < Journal.VERSION) {
            upgradeFromSecond(tree);
        }
        Journal journal = Json.convert(tree, Journal.class);
        if (!journal.state().container().equals(container)) {
            throw new UnreadableException(
                    "it is of container " + journal.state().container());
        }
        return journal;
    }

    /** Format 1 did not say whether a start that timed out was automatic, nor whether the fleet has a status. */
    private static void upgradeFromFirst(ObjectNode tree) {
        tree.put("shown", true);
        if (tree.path("state").path("life") instanceof ObjectNode life
                && "stopping".equals(life.path("type").asText())) {
            life.put("automatic", false);
        }
    }

    /** Format 2 said of a start when it is given up only, and so nothing of one that is never given up. */
    private static void upgradeFromSecond(ObjectNode tree) {
        tree.put("version", Journal.VERSION);
        if (tree.path("state").path("life") instanceof ObjectNode life
                && "starting".equals(life.path("type").asText())) {
            life.put("spawned", life.hasNonNull("due"));
        }
    }

    /** How many damaged files of containers are kept. */
    public int countDamaged() throws IOException {
        int damaged = 0;
        for (String container : runtime.list(FOLDER)) {
            damaged += DamagedFile.count(runtime, FOLDER + "/" + container);
        }
        return damaged;
    }

    /** Puts a journal in place of the last; a blank one is no file. */
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
