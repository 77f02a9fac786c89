package io.hatchery.runner.host;

import io.hatchery.runner.files.DirectoryTrees;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The copies of a root that {@code systemd-nspawn --ephemeral} makes beside it and removes at its end, but not when it is killed.
 * Each is locked while it is in use, by a lock file beside it; the name of every copy is new.
 */
final class EphemeralRootCopies {
    private static final int INODE_FIELD = 2;

    private EphemeralRootCopies() {}

    /** Removes the copies of a root that no nspawn holds any more. */
    static void removeAbandoned(Path root) throws IOException {
        Path folder = root.getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            return;
        }
        Pattern name =
                Pattern.compile("\\.#machine\\." + Pattern.quote(String.valueOf(root.getFileName())) + "[0-9a-f]{16}");
        try (var copies = Files.newDirectoryStream(
                folder, path -> name.matcher(path.getFileName().toString()).matches())) {
            for (Path copy : copies) {
                Path lock = copy.resolveSibling(".#" + copy.getFileName() + ".lck");
                if (!isHeld(lock)) {
                    DirectoryTrees.delete(copy);
                    Files.deleteIfExists(lock);
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }

    /** proc_locks(5): the sixth field is the device and the inode of what is locked, by whatever kind of lock. */
    private static boolean isHeld(Path lock) throws IOException {
        if (!Files.exists(lock)) {
            return false;
        }
        String inode = Files.getAttribute(lock, "unix:ino").toString();
        Set<String> held = Files.readAllLines(Path.of("/proc/locks")).stream()
                .flatMap(line -> Pattern.compile("\\s+").splitAsStream(line))
                .map(field -> field.split(":"))
                .filter(parts -> parts.length == INODE_FIELD + 1)
                .map(parts -> parts[INODE_FIELD])
                .collect(Collectors.toSet());
        return held.contains(inode);
    }
}
