package io.hatchery.runner.service;

import java.nio.file.Files;
import java.nio.file.Path;

/** How a host's containers are run. */
public enum DriverSelection {
    /** Each as a service of the host's systemd. */
    SYSTEMD,
    /** By the runner itself. */
    DIRECT;

    /** What suits the host: sd_booted(3) tells whether systemd is its init. */
    public static DriverSelection ofTheHost() {
        return Files.isDirectory(Path.of("/run/systemd/system")) ? SYSTEMD : DIRECT;
    }
}
