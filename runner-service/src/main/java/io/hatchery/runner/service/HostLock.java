package io.hatchery.runner.service;

import io.hatchery.spec.HostName;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** One runner per runtime folder, held by a lock that the kernel drops with the process. */
final class HostLock implements AutoCloseable {
    private final FileChannel channel;

    private HostLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Takes the lock.
     *
     * @throws IllegalStateException if another process holds it, with which
     */
    static HostLock take(Path runtime, HostName host) throws IOException {
        Files.createDirectories(runtime);
        Path file = runtime.resolve("runner.lock");
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        FileLock lock = tryLock(channel);
        if (lock == null) {
            String holder = Files.readString(file).strip();
            channel.close();
            throw new IllegalStateException("another runner holds this host: " + holder + ", by the lock " + file
                    + ". Stop that one first, or give this one another host name and runtime folder");
        }
        channel.truncate(0);
        String holder = "host " + host + ", pid " + ProcessHandle.current().pid() + "\n";
        channel.write(ByteBuffer.wrap(holder.getBytes(StandardCharsets.UTF_8)));
        return new HostLock(channel);
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null; // held by another runner in this very process
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
