package io.hatchery.runner.simulation;

import io.hatchery.runner.journal.Disk;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** A disk with a bug put in on purpose. */
final class FaultyDisk implements Disk {
    private final Disk disk;
    private final Mutation mutation;

    FaultyDisk(Disk disk, Mutation mutation) {
        this.disk = disk;
        this.mutation = mutation;
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
        switch (mutation) {
            case JOURNAL_NOT_WRITTEN -> {
                if (file.endsWith("state.json") && disk.read(file).isPresent()) {
                    return;
                }
            }
            case SPEC_NOT_KEPT -> {
                if (file.startsWith("specs/") && !file.endsWith(".removal.json")) {
                    return;
                }
            }
            case REMOVAL_NOT_KEPT -> {
                if (file.endsWith(".removal.json")) {
                    return;
                }
            }
            case REPLACED_BY_APPENDING -> {
                disk.delete(file, false);
                disk.append(file, bytes, false);
                return;
            }
            default -> {}
        }
        disk.replace(file, bytes);
    }

    @Override
    public void append(String file, byte[] bytes, boolean durable) throws IOException {
        disk.append(file, bytes, durable && mutation != Mutation.APPEND_NOT_SYNCED);
    }

    @Override
    public void delete(String file, boolean durable) throws IOException {
        if (mutation != Mutation.NOTHING_DELETED) {
            disk.delete(file, durable && mutation != Mutation.DELETED_UNDURABLY);
        }
    }
}
