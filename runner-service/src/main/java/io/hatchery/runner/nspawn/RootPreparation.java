package io.hatchery.runner.nspawn;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/**
 * Makes a root ready for nspawn, as NixOS's containers module does: the folders and files that nspawn asks of an operating
 * system tree. It never goes through a symbolic link, so nothing outside the root is touched whatever is inside.
 */
final class RootPreparation {
    private RootPreparation() {}

    static void prepare(Path root) throws IOException {
        if (Files.exists(root) && !Files.isDirectory(root)) {
            throw new IOException("the root " + root + " is not a directory");
        }
        Files.createDirectories(root);
        directory(root, "etc", "rwxr-xr-x");
        directory(root, "var", "rwxr-xr-x");
        directory(root, "var/lib", "rwxr-xr-x");
        directory(root, "var/lib/private", "rwx------");
        directory(root, "root", "rwx------");
        directory(root, "usr", "rwxr-xr-x");
        directory(root, "usr/bin", "rwxr-xr-x");
        emptyFile(root, "etc/os-release");
        emptyFile(root, "etc/machine-id");
        copyResolvConf(root);
    }

    private static void directory(Path root, String below, String permissions) throws IOException {
        Path path = root.resolve(below);
        if (isReal(root, path.getParent()) && !Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            Files.createDirectory(path);
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
        }
    }

    private static void emptyFile(Path root, String below) throws IOException {
        Path path = root.resolve(below);
        if (isReal(root, path.getParent()) && !Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            Files.createFile(path);
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-r--r--"));
        }
    }

    private static void copyResolvConf(Path root) throws IOException {
        Path host = Path.of("/etc/resolv.conf");
        Path target = root.resolve("etc/resolv.conf");
        if (!Files.isReadable(host)
                || !isReal(root, target.getParent())
                || Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Path fresh = root.resolve("etc/.resolv.conf.hatchery");
        Files.deleteIfExists(fresh);
        Files.copy(host, fresh, StandardCopyOption.COPY_ATTRIBUTES);
        Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Whether every step from the root to there is a directory and no link. */
    private static boolean isReal(Path root, @Nullable Path directory) {
        for (Path at = directory; at != null && !at.equals(root); at = at.getParent()) {
            if (!Files.isDirectory(at, LinkOption.NOFOLLOW_LINKS)) {
                return false;
            }
        }
        return true;
    }
}
