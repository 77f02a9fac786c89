package io.hatchery.runner.journal;

import io.vertx.core.Future;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * A folder of small files. Changes survive a power cut unless a method says otherwise, or the folder is one whose files a reboot makes
 * void.
 */
public interface Disk {
    /** The names of the files and folders in a folder, in no order; empty if there is no such folder. */
    List<String> list(String folder) throws IOException;

    /** The bytes of a file; empty if there is none. */
    Optional<byte[]> read(String file) throws IOException;

    /** Replaces a file atomically and creates its folder if necessary. */
    void replace(String file, byte[] bytes) throws IOException;

    /** Appends bytes to a file. Until {@link #sync} completes, a power cut may leave none, some or all of them. */
    void append(String file, byte[] bytes) throws IOException;

    /**
     * Makes the bytes durable that were appended to a file before the call.
     *
     * @return completes on the caller's context; after a failure it is unknown which bytes are durable
     */
    Future<Void> sync(String file);

    /**
     * Deletes a file if it exists, and its folder if that is empty then.
     *
     * @param durable whether the deletion survives a power cut
     */
    void delete(String file, boolean durable) throws IOException;
}
