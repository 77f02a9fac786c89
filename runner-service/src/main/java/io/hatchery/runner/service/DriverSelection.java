package io.hatchery.runner.service;

import java.nio.file.Files;
import java.nio.file.Path;

/** How a host's containers are run. */
public enum DriverSelection {
    /** Each as a service of the host's systemd. */
    SYSTEMD,
    /** By the runner itself. */
    DIRECT;

    /** The driver that suits the host: {@code systemd} if systemd is its init, see sd_booted(3). */
    public static DriverSelection ofTheHost() {
        return Files.isDirectory(Path.of("/run/systemd/system")) ? SYSTEMD : DIRECT;
    }
}
