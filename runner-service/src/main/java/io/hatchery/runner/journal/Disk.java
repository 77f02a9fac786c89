package io.hatchery.runner.journal;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** A folder of small files. What a method has done is there after a power cut too, unless it says otherwise. */
public interface Disk {
    /** The names of the files and folders in a folder, in no order; empty if there is no such folder. */
    List<String> list(String folder) throws IOException;

    /** The bytes of a file; empty if there is none. */
    Optional<byte[]> read(String file) throws IOException;

    /** Puts bytes in the place of a file, whose folder is made if need be; a reader finds the old or the new. */
    void replace(String file, byte[] bytes) throws IOException;

    /**
     * Adds bytes to a file.
     *
     * @param durable whether they must be there after a power cut; if not, none, some or all of them are
     */
    void append(String file, byte[] bytes, boolean durable) throws IOException;

    /**
     * Deletes a file if it is there, and its folder if that is then empty.
     *
     * @param durable whether it must be gone after a power cut; if not, that may bring it back
     */
    void delete(String file, boolean durable) throws IOException;
}
