package io.hatchery.runner.driver;

import java.io.IOException;
import java.time.Instant;
import java.util.Optional;

/** The folder of one run, on a file system that a reboot empties. */
public interface RunFolder {
    /** Makes it, if it is not there. */
    void make() throws IOException;

    /** Whether it has a file of that name. */
    boolean has(String name);

    /** The text of a file; empty if there is none. */
    Optional<String> read(String name) throws IOException;

    /** When a file that is there was written, by the clock of then. */
    Instant writtenAt(String name) throws IOException;

    /** Writes a file. */
    void write(String name, String text) throws IOException;

    /**
     * Makes a symbolic link, in one step.
     *
     * @return whether it was made; false if something of that name was there
     */
    boolean link(String name, String target) throws IOException;

    /** The target of a symbolic link; empty if there is none of that name. */
    Optional<String> target(String name) throws IOException;

    /** Deletes it with all that is in it. */
    void delete() throws IOException;
}
