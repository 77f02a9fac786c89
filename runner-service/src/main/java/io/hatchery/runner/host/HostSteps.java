package io.hatchery.runner.host;

import io.hatchery.runner.plan.SetupStep;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Takes the steps of a plan that come before nspawn begins. It follows no symbolic link below the root: files inside a container choose
 * no file outside of it.
 */
final class HostSteps {
    private static final int OCTAL = 8;
    private static final String RWX = "rwxrwxrwx";

    private final Path root;

    HostSteps(Path root) {
        this.root = root;
    }

    void perform(List<SetupStep> steps) throws IOException {
        if (Files.exists(root) && !Files.isDirectory(root)) {
            throw new IOException("the root " + root + " is not a directory");
        }
        for (SetupStep step : steps) {
            switch (step) {
                case SetupStep.Directory(String path, String mode) -> directory(Path.of(path), mode);
                case SetupStep.EmptyFile(String path) -> emptyFile(Path.of(path));
                case SetupStep.Copy(String from, String to) -> copy(Path.of(from), Path.of(to));
                case SetupStep.RealPath(String path) -> requireReal(Path.of(path));
                case SetupStep.RemoveInterface remove -> InterfaceChecks.remove(remove);
                case SetupStep.KernelSetting(String path, String value) -> set(Path.of(path), value);
                case SetupStep.RemoveForward forward -> PortForwards.remove(forward);
                case SetupStep.Ip ip -> throw new IllegalArgumentException("there is no network yet: " + ip);
            }
        }
    }

    private static void requireReal(Path path) throws IOException {
        Path real = path.toRealPath();
        if (!real.equals(path)) {
            throw new IOException(path + " has changed: it leads to " + real
                    + " now, which the host's policy did not check; start the container again");
        }
    }

    private void directory(Path path, String mode) throws IOException {
        if (path.equals(root)) {
            Files.createDirectories(root);
        } else if (isReal(path.getParent()) && !Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            try {
                Files.createDirectory(path);
                Files.setPosixFilePermissions(path, permissions(mode));
            } catch (FileAlreadyExistsException e) {
                // Another container that begins from the same root has made it meanwhile.
                if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                    throw e;
                }
            }
        }
    }

    private static Set<PosixFilePermission> permissions(String octal) {
        int bits = Integer.parseInt(octal, OCTAL);
        var text = new StringBuilder();
        for (int i = 0; i < RWX.length(); i++) {
            boolean set = (bits & 1 << (RWX.length() - 1 - i)) != 0;
            text.append(set ? RWX.charAt(i) : '-');
        }
        return PosixFilePermissions.fromString(text.toString());
    }

    private void emptyFile(Path path) throws IOException {
        if (isReal(path.getParent()) && !Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            try {
                Files.createFile(path);
                Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-r--r--"));
            } catch (FileAlreadyExistsException e) {
                if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                    throw e;
                }
            }
        }
    }

    private void copy(Path from, Path to) throws IOException {
        if (!Files.isReadable(from) || !isReal(to.getParent()) || Files.isDirectory(to, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Path fresh = to.resolveSibling("." + to.getFileName() + ".hatchery-" + UUID.randomUUID());
        Files.deleteIfExists(fresh);
        Files.copy(from, fresh, StandardCopyOption.COPY_ATTRIBUTES);
        Files.move(fresh, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Whether every step from the root to there is a directory and no link. */
    private boolean isReal(@Nullable Path directory) {
        for (Path at = directory; at != null && !at.equals(root); at = at.getParent()) {
            if (!Files.isDirectory(at, LinkOption.NOFOLLOW_LINKS)) {
                return false;
            }
        }
        return true;
    }

    private static void set(Path path, String value) throws IOException {
        if (!Files.readString(path).strip().equals(value)) {
            Files.writeString(path, value + "\n");
        }
    }
}
