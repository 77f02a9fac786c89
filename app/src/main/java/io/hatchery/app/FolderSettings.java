package io.hatchery.app;

import java.nio.file.Path;
import java.util.List;

/**
 * The folders of the services of this host.
 *
 * @param data for data that outlives a reboot; absolute
 * @param runtime for data of running containers; absolute
 */
record FolderSettings(Path data, Path runtime) {
    private static final ConfigurationKey<Path> DATA = ConfigurationKey.named("data")
            .takes(ValueType.path())
            .describedAs("Folder for data that outlives a reboot")
            .defaultsTo("/var/lib/hatchery");
    private static final ConfigurationKey<Path> RUNTIME = ConfigurationKey.named("runtime")
            .takes(ValueType.path())
            .describedAs("Folder for data of running containers; a reboot empties it")
            .defaultsTo("/run/hatchery");
    static final List<ConfigurationKey<?>> KEYS = List.of(DATA, RUNTIME);

    static FolderSettings of(Settings settings) {
        return new FolderSettings(settings.get(DATA), settings.get(RUNTIME));
    }
}
