package io.hatchery.config.system;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A fingerprint of a file tree by names, sizes and times. Nix store paths never change. */
final class TreeFingerprint {
    private static final Path STORE = Path.of("/nix/store");

    private final Path tree;
    private @Nullable String last;
    private long begun;

    TreeFingerprint(Path tree) {
        this.tree = tree;
    }

    /**
     * The fingerprint at a time or later; concurrent callers share one walk.
     *
     * @param time by {@link System#nanoTime}
     */
    synchronized String since(long time) throws IOException {
        if (tree.startsWith(STORE)) {
            return tree.toString();
        }
        String found = last;
        if (found == null || begun - time < 0) {
            long now = System.nanoTime();
            found = walk();
            last = found;
            begun = now;
        }
        return found;
    }

    private String walk() throws IOException {
        var files = new TreeMap<String, String>();
        Files.walkFileTree(tree, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                return folder.endsWith(".git") ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                files.put(
                        tree.relativize(file).toString(),
                        attributes.size() + " " + attributes.lastModifiedTime().toMillis());
                return FileVisitResult.CONTINUE;
            }
        });
        return digest(tree + "\n" + files);
    }

    static String digest(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
