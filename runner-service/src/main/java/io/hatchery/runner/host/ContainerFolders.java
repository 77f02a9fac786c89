package io.hatchery.runner.host;

import io.hatchery.spec.ContainerName;
import java.nio.file.Path;

/**
 * Where the runner keeps the files of containers.
 *
 * @param runtime folder on a file system that a reboot empties, such as {@code /run/hatchery}; at most 24 characters, since
 *     socket paths are limited (unix(7))
 * @param consoles folder for console files
 * @param consoleBytes how much is kept of each container's console, over its two files
 */
public record ContainerFolders(Path runtime, Path consoles, long consoleBytes) {
    private static final int LONGEST_RUNTIME = 24;

    /**
     * @throws IllegalArgumentException if the runtime folder's path is too long
     */
    public ContainerFolders {
        if (runtime.toString().length() > LONGEST_RUNTIME) {
            throw new IllegalArgumentException("the runtime folder " + runtime + " is longer than " + LONGEST_RUNTIME
                    + " characters, too long for the sockets in it: give a shorter one");
        }
    }

    /** The folder of one container's runs. */
    public Path directory(ContainerName container) {
        return runtime.resolve("c").resolve(container.value());
    }

    /** The folder of one run. */
    public Path directory(ContainerName container, long run) {
        return directory(container).resolve(Long.toString(run));
    }

    /** The container's console file; the one before it ends in {@code .1}. */
    public Path console(ContainerName container) {
        return consoles.resolve(container + ".log");
    }
}
