package io.hatchery.runner.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** A disk in a folder. Its files are readable by root only, since specs may contain secrets. */
public final class FileDisk implements Disk {
    private static final FileAttribute<?> FOR_ROOT_ALONE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private static final FileAttribute<?> READ_BY_ROOT_ALONE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final Path root;
    private final FolderSync folders;

    /** Makes the entries of a folder durable: fsync(2), notes. */
    interface FolderSync {
        void sync(Path folder) throws IOException;
    }

    /**
     * @param root the folder, which need not exist
     */
    public FileDisk(Path root) {
        this(root, FileDisk::sync);
    }

    FileDisk(Path root, FolderSync folders) {
        this.root = root;
        this.folders = folders;
    }

    private static void sync(Path folder) throws IOException {
        try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public List<String> list(String folder) throws IOException {
        Path path = root.resolve(folder);
        if (!Files.isDirectory(path)) {
            return List.of();
        }
        try (var entries = Files.list(path)) {
            return entries.map(entry -> entry.getFileName().toString()).toList();
        }
    }

    @Override
    public Optional<byte[]> read(String file) throws IOException {
        try {
            return Optional.of(Files.readAllBytes(root.resolve(file)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    @Override
    public void replace(String file, byte[] bytes) throws IOException {
        Path path = root.resolve(file);
        Path folder = folderOf(path);
        makeFolder(folder, FOR_ROOT_ALONE);
        Path fresh = path.resolveSibling("." + path.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        try (var channel = FileChannel.open(
                fresh, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), READ_BY_ROOT_ALONE)) {
            write(channel, bytes);
            channel.force(true);
        }
        Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        folders.sync(folder);
    }

    /** The entry of a new folder is durable after its parent is synced. */
    private void makeFolder(Path folder, FileAttribute<?>... attributes) throws IOException {
        if (!Files.isDirectory(folder)) {
            Path parent = folderOf(folder.toAbsolutePath());
            makeFolder(parent);
            Files.createDirectory(folder, attributes);
            folders.sync(parent);
        }
    }

    private static Path folderOf(Path file) {
        return Objects.requireNonNull(file.getParent(), "a file of a disk has a folder");
    }

    private static void write(FileChannel channel, byte[] bytes) throws IOException {
        ByteBuffer left = ByteBuffer.wrap(bytes);
        while (left.hasRemaining()) {
            channel.write(left);
        }
    }

    @Override
    public void append(String file, byte[] bytes, boolean durable) throws IOException {
        Path path = root.resolve(file);
        Path folder = folderOf(path);
        makeFolder(folder, FOR_ROOT_ALONE);
        boolean isNew = !Files.exists(path);
        try (var channel = FileChannel.open(
                path,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND),
                READ_BY_ROOT_ALONE)) {
            write(channel, bytes);
            if (durable) {
                channel.force(false);
            }
        }
        if (durable && isNew) {
            folders.sync(folder);
        }
    }

    @Override
    public void delete(String file, boolean durable) throws IOException {
        Path path = root.resolve(file);
        Files.deleteIfExists(path);
        Path folder = folderOf(path);
        if (!folder.equals(root)
                && Files.isDirectory(folder)
                && list(root.relativize(folder).toString()).isEmpty()) {
            Files.delete(folder);
            folder = folderOf(folder);
        }
        if (durable && Files.isDirectory(folder)) {
            folders.sync(folder);
        }
    }
}
