package io.hatchery.runner.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FileDiskTest {
    private static final byte[] BYTES = "bytes".getBytes(StandardCharsets.UTF_8);

    @TempDir
    private Path folder;

    private final List<Path> synced = new ArrayList<>();
    private int syncedFiles;
    private Path root;
    private FileDisk disk;

    @BeforeEach
    void open() {
        root = folder.resolve("data");
        disk = new FileDisk(
                root,
                new FileDisk.Sync() {
                    @Override
                    public void file(FileChannel file, boolean metadata) {
                        syncedFiles++;
                    }

                    @Override
                    public void folder(Path changed) {
                        synced.add(changed);
                    }
                },
                FileDisk::doNow);
    }

    @Test
    void firstFileOfAFolderIsDurableWithAllParentFolders() throws IOException {
        disk.replace("specs/web.json", BYTES);

        assertThat(synced).containsExactly(folder, root, root.resolve("specs"));
        assertThat(disk.read("specs/web.json")).hasValue(BYTES);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(root.resolve("specs"))))
                .isEqualTo("rwx------");
    }

    @Test
    void replacedFileIsDurableWithItsFolder() throws IOException {
        disk.replace("boot-id", BYTES);
        synced.clear();

        disk.replace("boot-id", BYTES);

        assertThat(synced).containsExactly(root);
        assertThat(disk.list("")).containsExactly("boot-id");
    }

    @Test
    void appendToNewFileSyncsItsFolder() throws IOException {
        disk.append("outcomes.log", BYTES);

        assertThat(synced).containsExactly(folder, root);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(root.resolve("outcomes.log"))))
                .isEqualTo("rw-------");

        synced.clear();
        disk.append("outcomes.log", BYTES);
        disk.append("outcomes.log", BYTES);
        assertThat(synced).isEmpty();
        assertThat(disk.read("outcomes.log")).hasValue("bytesbytesbytes".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void appendedBytesAreDurableAfterASync() throws IOException {
        disk.append("outcomes.log", BYTES);
        assertThat(syncedFiles).isZero();
        assertThat(disk.sync("outcomes.log").succeeded()).isTrue();
        assertThat(syncedFiles).isOne();
        assertThat(disk.sync("another.log").failed()).isTrue();
    }

    @Test
    void durableDeletionSyncsTheFolder() throws IOException {
        disk.replace("specs/web.json", BYTES);
        disk.replace("specs/db.json", BYTES);
        synced.clear();

        disk.delete("specs/web.json", false);
        assertThat(synced).isEmpty();
        disk.replace("specs/web.json", BYTES);
        synced.clear();
        disk.delete("specs/web.json", true);

        assertThat(synced).containsExactly(root.resolve("specs"));
        assertThat(disk.read("specs/web.json")).isEmpty();
    }

    @Test
    void durableDeletionOfLastFileSyncsTheParentFolder() throws IOException {
        disk.replace("specs/web.json", BYTES);
        synced.clear();

        disk.delete("specs/web.json", true);

        assertThat(synced).containsExactly(root);
        assertThat(root.resolve("specs")).doesNotExist();
    }

    @Test
    void deletionOfAbsentFileSucceeds() throws IOException {
        disk.delete("specs/web.json", true);

        assertThat(root).doesNotExist();
    }
}
