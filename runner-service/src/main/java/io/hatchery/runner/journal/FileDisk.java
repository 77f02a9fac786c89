package io.hatchery.runner.journal;

import io.hatchery.runner.context.BlockingWork;
import io.vertx.core.Future;
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
import java.util.concurrent.Callable;

/** A {@link Disk} in a folder. Its files are readable by root only, since specs may contain secrets. */
public final class FileDisk implements Disk {
    private static final FileAttribute<?> FOR_ROOT_ALONE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private static final FileAttribute<?> READ_BY_ROOT_ALONE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final Path root;
    private final Sync sync;
    private final BlockingWork work;

    /** Makes changes durable. */
    interface Sync {
        /**
         * Makes the content of a file durable.
         *
         * @param metadata whether its size and other attributes are new
         */
        void file(FileChannel file, boolean metadata) throws IOException;

        /** Makes the entries of a folder durable: fsync(2), notes. */
        void folder(Path folder) throws IOException;
    }

    /** Waits for the disk. */
    static final class DiskSync implements Sync {
        @Override
        public void file(FileChannel file, boolean metadata) throws IOException {
            file.force(metadata);
        }

        @Override
        public void folder(Path folder) throws IOException {
            try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    /** Leaves it to the kernel when changes reach the disk. */
    private static final class KernelSync implements Sync {
        @Override
        public void file(FileChannel file, boolean metadata) {}

        @Override
        public void folder(Path folder) {}
    }

    FileDisk(Path root, Sync sync, BlockingWork work) {
        this.root = root;
        this.sync = sync;
        this.work = work;
    }

    /**
     * A disk whose changes survive a power cut.
     *
     * @param root the folder, which need not exist
     * @param work waits for the disk
     */
    public static FileDisk durable(Path root, BlockingWork work) {
        return new FileDisk(root, new DiskSync(), work);
    }

    /** A durable disk that waits on the caller's thread. */
    static FileDisk durable(Path root) {
        return durable(root, FileDisk::doNow);
    }

    static <T> Future<T> doNow(Callable<T> task) {
        try {
            return Future.succeededFuture(task.call());
        } catch (Exception e) {
            return Future.failedFuture(e);
        }
    }

    /**
     * A disk whose changes survive the end of the process, but no power cut. It is for files that a reboot makes void.
     *
     * @param root the folder, which need not exist
     */
    public static FileDisk untilReboot(Path root) {
        return new FileDisk(root, new KernelSync(), FileDisk::doNow);
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
            sync.file(channel, true);
        }
        Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        sync.folder(folder);
    }

    /** The entry of a new folder is durable after its parent is synced. */
    private void makeFolder(Path folder, FileAttribute<?>... attributes) throws IOException {
        if (!Files.isDirectory(folder)) {
            Path parent = folderOf(folder.toAbsolutePath());
            makeFolder(parent);
            Files.createDirectory(folder, attributes);
            sync.folder(parent);
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
    public void append(String file, byte[] bytes) throws IOException {
        Path path = root.resolve(file);
        Path folder = folderOf(path);
        makeFolder(folder, FOR_ROOT_ALONE);
        boolean isNew = !Files.exists(path);
        try (var channel = FileChannel.open(
                path,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND),
                READ_BY_ROOT_ALONE)) {
            write(channel, bytes);
        }
        if (isNew) {
            sync.folder(folder);
        }
    }

    @Override
    public Future<Void> sync(String file) {
        return work.begin(() -> {
            try (var channel = FileChannel.open(root.resolve(file), StandardOpenOption.WRITE)) {
                sync.file(channel, false);
            }
            return null;
        });
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
            sync.folder(folder);
        }
    }
}
