package io.hatchery.runner.host;

import io.hatchery.runner.files.PrivateFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The roots that Hatchery makes on this host, each noted in a file before it is made.
 *
 * @param folder of the files, made when it is needed
 */
record CreatedRootRegistry(Path folder) {
    /** Records a root that does not exist yet. One that exists was made by others and is not recorded. */
    void note(Path root) throws IOException {
        if (Files.exists(root, LinkOption.NOFOLLOW_LINKS) || contains(root)) {
            return;
        }
        PrivateFiles.folder(folder);
        PrivateFiles.write(file(root), root + "\n");
    }

    /** Whether a root of that path, without links in it, was noted. */
    boolean contains(Path root) throws IOException {
        try {
            return Files.readString(file(root)).strip().equals(root.toString());
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /** Forgets one that is gone. */
    void forget(Path root) throws IOException {
        Files.deleteIfExists(file(root));
    }

    /** A path may be longer than the name of a file. */
    private Path file(Path root) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256").digest(root.toString().getBytes(StandardCharsets.UTF_8));
            return folder.resolve(HexFormat.of().formatHex(digest));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
