package io.hatchery.runner.direct;

import io.hatchery.runner.driver.RunFolder;
import io.hatchery.runner.driver.RunFolders;
import io.hatchery.runner.files.DirectoryTrees;
import io.hatchery.runner.host.ContainerFolders;
import io.hatchery.runner.host.InotifyLimit;
import io.hatchery.spec.ContainerName;
import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotLinkException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The run folders on this host, watched with inotify(7). */
public final class HostRunFolders implements RunFolders, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HostRunFolders.class);

    private static final Pattern RUN = Pattern.compile("[1-9]\\d{0,17}");

    private final ContainerFolders settings;
    private final Executor context;
    private final WatchService files;
    private final Map<WatchKey, Runnable> followers = new ConcurrentHashMap<>();

    private record Folder(Path path) implements RunFolder {
        @Override
        public void make() throws IOException {
            Files.createDirectories(path);
        }

        @Override
        public boolean has(String name) {
            return Files.exists(path.resolve(name));
        }

        @Override
        public Optional<String> read(String name) throws IOException {
            try {
                return Optional.of(Files.readString(path.resolve(name)).strip());
            } catch (NoSuchFileException e) {
                return Optional.empty();
            }
        }

        @Override
        public Instant writtenAt(String name) throws IOException {
            return Files.getLastModifiedTime(path.resolve(name)).toInstant();
        }

        @Override
        public void write(String name, String text) throws IOException {
            Files.writeString(path.resolve(name), text);
        }

        @Override
        public boolean link(String name, String target) throws IOException {
            try {
                Files.createSymbolicLink(path.resolve(name), Path.of(target));
                return true;
            } catch (FileAlreadyExistsException e) {
                return false;
            }
        }

        @Override
        public Optional<String> target(String name) throws IOException {
            try {
                return Optional.of(Files.readSymbolicLink(path.resolve(name)).toString());
            } catch (NoSuchFileException | NotLinkException e) {
                return Optional.empty();
            }
        }

        @Override
        public void delete() throws IOException {
            DirectoryTrees.delete(path);
        }
    }

    /**
     * @param context calls back on the runner's context
     */
    public HostRunFolders(ContainerFolders settings, Executor context) throws IOException {
        this.settings = settings;
        this.context = context;
        this.files = watchService();
        Thread.ofPlatform().daemon().name("hatchery-run-watch").start(this::watch);
    }

    private static WatchService watchService() throws IOException {
        try {
            return FileSystems.getDefault().newWatchService();
        } catch (IOException e) {
            throw new IOException(
                    "the folders of containers cannot be watched (" + e.getMessage()
                            + "): if containers have taken all inotify instances, run " + InotifyLimit.remedy(),
                    e);
        }
    }

    @Override
    public RunFolder of(ContainerName container, long run) {
        return new Folder(settings.directory(container, run));
    }

    @Override
    public long last(ContainerName container) throws IOException {
        Path directory = settings.directory(container);
        if (!Files.isDirectory(directory)) {
            return 0;
        }
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.map(run -> run.getFileName().toString())
                    .filter(name -> RUN.matcher(name).matches())
                    .mapToLong(Long::parseLong)
                    .max()
                    .orElse(0);
        }
    }

    /** Runs are counted anew for a container of the same name, and must not find what an old one left. */
    @Override
    public void deleteAll(ContainerName container) throws IOException {
        Path directory = settings.directory(container);
        if (!Files.isDirectory(directory)) {
            return;
        }
        try (Stream<Path> entries = Files.list(directory)) {
            for (Path run : entries.filter(Files::isDirectory).toList()) {
                DirectoryTrees.delete(run);
            }
        }
    }

    @Override
    public Runnable follow(RunFolder folder, Runnable changed) throws IOException {
        WatchKey key = ((Folder) folder).path.register(files, StandardWatchEventKinds.ENTRY_CREATE);
        followers.put(key, changed);
        return () -> {
            followers.remove(key);
            key.cancel();
        };
    }

    private void watch() {
        try {
            while (true) {
                WatchKey key = files.take();
                key.pollEvents();
                key.reset();
                Runnable follower = followers.get(key);
                if (follower != null) {
                    context.execute(follower);
                }
            }
        } catch (ClosedWatchServiceException e) {
            LOG.debug("the watch is closed");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() throws IOException {
        files.close();
    }
}
