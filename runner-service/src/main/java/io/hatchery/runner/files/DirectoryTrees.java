package io.hatchery.runner.files;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Deletes directory trees, never through a symbolic link and never into another file system. */
public final class DirectoryTrees {
    private static final int LEAST_DEPTH = 2;
    private static final Pattern OCTAL = Pattern.compile("\\\\([0-7]{3})");

    private DirectoryTrees() {}

    /**
     * Deletes a tree, or does nothing if it is not there.
     *
     * @throws IOException if something of it cannot be deleted; what was before it is gone then
     */
    public static void delete(Path tree) throws IOException {
        if (!Files.exists(tree)) {
            return;
        }
        Files.walkFileTree(tree, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e) throws IOException {
                if (e != null) {
                    throw e;
                }
                Files.delete(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /** Deletes a container's root, unless that cannot be what anyone means. */
    public static void deleteRoot(Path root) throws IOException {
        if (root.getNameCount() < LEAST_DEPTH || Files.isSymbolicLink(root)) {
            throw new IOException(
                    "the root " + root + " is not purged: it is a top-level folder or a link; remove it by hand");
        }
        List<String> mounts = Files.readAllLines(Path.of("/proc/self/mountinfo"));
        for (String mount : mounts) {
            Path at = Path.of(unescaped(mount.split(" ")[4]));
            if (at.startsWith(root)) {
                throw new IOException(
                        "the root " + root + " is not purged: " + at + " is mounted in it; unmount it first");
            }
        }
        delete(root);
    }

    /** proc_pid_mountinfo(5): blanks, line feeds and backslashes are written as three octal digits. */
    private static String unescaped(String field) {
        return OCTAL.matcher(field)
                .replaceAll(
                        match -> Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(match.group(1), 8))));
    }
}
