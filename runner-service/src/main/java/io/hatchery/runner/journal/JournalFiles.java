package io.hatchery.runner.journal;

import io.hatchery.spec.ContainerName;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The journals of a host, one file a container, in a folder that a reboot empties: they speak of processes, and a reboot ends
 * those. Written whole and put in place by a rename, so that a reader finds the old or the new.
 */
public final class JournalFiles {
    private static final String FILE = "state.json";

    private final Path directory;
    private final Path bootFile;

    /**
     * @param runtime the runner's runtime folder
     */
    public JournalFiles(Path runtime) {
        this.directory = runtime.resolve("c");
        this.bootFile = runtime.resolve("boot-id");
    }

    /**
     * Forgets everything if it is of another boot, for hosts whose runtime folder is on disk.
     *
     * @param bootId the kernel's
     */
    public void beginBoot(String bootId) throws IOException {
        Files.createDirectories(directory);
        if (Files.exists(bootFile) && !Files.readString(bootFile).strip().equals(bootId)) {
            for (ContainerName container : containers()) {
                delete(container);
            }
        }
        Files.writeString(bootFile, bootId + "\n");
    }

    /** Every journal there is. */
    public List<Journal> readAll() throws IOException {
        var journals = new ArrayList<Journal>();
        for (ContainerName container : containers()) {
            Path file = file(container);
            if (!Files.exists(file)) {
                continue; // a folder that a removal left empty
            }
            try {
                Journal journal = Json.read(Files.readAllBytes(file), Journal.class);
                if (journal.version() != Journal.VERSION) {
                    throw new IOException(file + " has format " + journal.version() + ", this runner reads "
                            + Journal.VERSION + ": run the version that wrote it");
                }
                journals.add(journal);
            } catch (UnreadableException e) {
                throw new IOException(file + " cannot be read: " + e.getMessage(), e);
            }
        }
        return journals;
    }

    /** Puts a journal in place of the last; a blank one is no file. */
    public void write(Journal journal) throws IOException {
        ContainerName container = journal.state().container();
        if (journal.isBlank()) {
            delete(container);
            return;
        }
        Path file = file(container);
        Files.createDirectories(directory.resolve(container.value()));
        WholeFile.replace(file, Json.bytes(journal));
    }

    private void delete(ContainerName container) throws IOException {
        Files.deleteIfExists(file(container));
        Path folder = directory.resolve(container.value());
        if (Files.isDirectory(folder) && isEmpty(folder)) {
            Files.delete(folder);
        }
    }

    private static boolean isEmpty(Path folder) throws IOException {
        try (var entries = Files.list(folder)) {
            return entries.findAny().isEmpty();
        }
    }

    private List<ContainerName> containers() throws IOException {
        try (var entries = Files.list(directory)) {
            return entries.map(entry -> new ContainerName(entry.getFileName().toString()))
                    .toList();
        }
    }

    private Path file(ContainerName container) {
        return directory.resolve(container.value()).resolve(FILE);
    }
}
