package io.hatchery.runner.direct;

import java.nio.file.Path;

/** {@code hatchery-supervisor} as the build makes it. */
public final class BuiltSupervisor {
    /** The program; a test runs in its module's folder. */
    public static final Path PROGRAM =
            Path.of("../supervisor/target/hatchery-supervisor").toAbsolutePath().normalize();

    private BuiltSupervisor() {}
}
