package io.hatchery.runner.journal;

import io.vertx.core.Future;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** A real folder that notes what is written to it, and that fails on request. */
final class RecordingDisk implements Disk {
    final List<String> writes = new ArrayList<>();
    private final Disk disk;
    private boolean fails;
    private boolean syncFails;

    RecordingDisk(Disk disk) {
        this.disk = disk;
    }

    /** Lets the next append write half of its bytes and fail, as a full disk does. */
    void failNextAppend() {
        fails = true;
    }

    @Override
    public List<String> list(String folder) throws IOException {
        return disk.list(folder);
    }

    @Override
    public Optional<byte[]> read(String file) throws IOException {
        return disk.read(file);
    }

    @Override
    public void replace(String file, byte[] bytes) throws IOException {
        writes.add("replace " + file);
        disk.replace(file, bytes);
    }

    @Override
    public void append(String file, byte[] bytes) throws IOException {
        if (fails) {
            fails = false;
            disk.append(file, Arrays.copyOf(bytes, bytes.length / 2));
            throw new IOException("no space left on device");
        }
        writes.add("append " + file);
        disk.append(file, bytes);
    }

    /** Lets the next wait for the disk fail, as a broken one does. */
    void failNextSync() {
        syncFails = true;
    }

    @Override
    public Future<Void> sync(String file) {
        writes.add("sync " + file);
        if (syncFails) {
            syncFails = false;
            return Future.failedFuture(new IOException("input/output error"));
        }
        return disk.sync(file);
    }

    @Override
    public void delete(String file, boolean durable) throws IOException {
        writes.add((durable ? "delete durably " : "delete ") + file);
        disk.delete(file, durable);
    }
}
