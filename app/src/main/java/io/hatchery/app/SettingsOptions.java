package io.hatchery.app;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The flags with which a command reads the configuration. */
final class SettingsOptions {
    @Option(names = "--config", paramLabel = "FILE", description = "Configuration file with lines of key=value")
    private @Nullable Path file;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Set a configuration key; overrides the file and the environment")
    private Map<String, String> flags = new LinkedHashMap<>();

    private @Nullable Settings settings;

    /** The configuration; read once. */
    synchronized Settings settings() {
        if (settings == null) {
            settings = Settings.read(file, System.getenv(), flags);
        }
        return settings;
    }
}
