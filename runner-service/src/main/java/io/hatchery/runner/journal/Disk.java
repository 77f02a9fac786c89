package io.hatchery.runner.journal;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** A folder of small files. Changes survive a power cut unless a method says otherwise. */
public interface Disk {
    /** The names of the files and folders in a folder, in no order; empty if there is no such folder. */
    List<String> list(String folder) throws IOException;

    /** The bytes of a file; empty if there is none. */
    Optional<byte[]> read(String file) throws IOException;

    /** Replaces a file atomically and creates its folder if necessary. */
    void replace(String file, byte[] bytes) throws IOException;

    /**
     * Appends bytes to a file.
     *
     * @param durable whether they survive a power cut; otherwise none, some or all of them may
     */
    void append(String file, byte[] bytes, boolean durable) throws IOException;

    /**
     * Deletes a file if it exists, and its folder if that is empty then.
     *
     * @param durable whether the deletion survives a power cut
     */
    void delete(String file, boolean durable) throws IOException;
}
