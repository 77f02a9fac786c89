package io.hatchery.app;

import io.hatchery.spec.HostName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The host as the fleet knows it.
 *
 * @param labels the labels by which containers select this host
 */
record HostSettings(HostName name, SortedMap<String, String> labels) {
    private static final ConfigurationKey<String> HOST = ConfigurationKey.named("host")
            .takes(ValueType.text())
            .describedAs("Name of this host in the fleet")
            .defaultsToComputed("the first label of its host name");
    private static final ConfigurationKey<SortedMap<String, String>> LABELS = ConfigurationKey.named("host.labels")
            .takes(ValueType.labels())
            .describedAs("Labels of this host, such as zone=north,disk=ssd; containers select hosts by their labels")
            .withoutDefault();
    static final List<ConfigurationKey<?>> KEYS = List.of(HOST, LABELS);

    static HostSettings of(Settings settings) throws IOException {
        return new HostSettings(name(settings), settings.find(LABELS).orElseGet(TreeMap::new));
    }

    /** The name of this host; empty if its host name cannot be one and none is configured. */
    static Optional<HostName> find(Settings settings) throws IOException {
        try {
            return Optional.of(name(settings));
        } catch (UserError e) {
            return Optional.empty();
        }
    }

    private static HostName name(Settings settings) throws IOException {
        String name = settings.find(HOST).orElse(null);
        if (name == null) {
            name = Files.readString(Path.of("/proc/sys/kernel/hostname"))
                    .strip()
                    .split("\\.")[0]
                    .toLowerCase(Locale.ROOT);
        }
        try {
            return new HostName(name);
        } catch (IllegalArgumentException e) {
            throw new UserError(e.getMessage() + "; set the key host", e);
        }
    }
}
