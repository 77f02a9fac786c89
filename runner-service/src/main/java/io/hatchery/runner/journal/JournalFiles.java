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

    /** Every journal there is. */
    public List<Journal> readAll() throws IOException {
        var journals = new ArrayList<Journal>();
        for (String container : runtime.list(FOLDER)) {
            String file = file(container);
            Optional<byte[]> bytes = runtime.read(file);
            if (bytes.isPresent()) { // else a folder that a removal left empty
                journals.add(read(file, bytes.get()));
            }
        }
        return journals;
    }

    private static Journal read(String file, byte[] bytes) throws IOException {
        try {
            ObjectNode tree = Json.read(bytes, ObjectNode.class);
            int version = tree.path("version").asInt();
            if (version == 1) {
                upgradeFromFirst(tree);
            }
            if (version == 1 || version == 2) {
                upgradeFromSecond(tree);
            } else if (version != Journal.VERSION) {
                throw new IOException(file + " has format " + version + ", this runner reads 1 to " + Journal.VERSION
                        + ": run the version that wrote it");
            }
            return Json.convert(tree, Journal.class);
        } catch (UnreadableException e) {
            throw new IOException(file + " cannot be read: " + e.getMessage(), e);
        }
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
