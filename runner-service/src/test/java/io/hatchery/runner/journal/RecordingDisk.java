package io.hatchery.runner.journal;

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
    public void append(String file, byte[] bytes, boolean durable) throws IOException {
        if (fails) {
            fails = false;
            disk.append(file, Arrays.copyOf(bytes, bytes.length / 2), durable);
            throw new IOException("no space left on device");
        }
        writes.add((durable ? "append durably " : "append ") + file);
        disk.append(file, bytes, durable);
    }

    @Override
    public void delete(String file, boolean durable) throws IOException {
        writes.add((durable ? "delete durably " : "delete ") + file);
        disk.delete(file, durable);
    }
}
