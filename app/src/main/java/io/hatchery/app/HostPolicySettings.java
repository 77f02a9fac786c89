package io.hatchery.app;

import io.hatchery.runner.host.HostPolicy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The keys of what the host allows its containers, and the host's policy. */
final class HostPolicySettings {
    private static final ConfigurationKey<List<String>> EXTRA_FLAGS = ConfigurationKey.named("runner.extra-flags")
            .takes(ValueType.listOf(ValueType.text()))
            .describedAs("Flags of systemd-nspawn that extraFlags may contain on this host, such as"
                    + " --rlimit,--personality; or any; or none")
            .defaultsTo("any");
    private static final ConfigurationKey<Path> HOSTS_FILE = ConfigurationKey.named("runner.hosts-file")
            .takes(ValueType.path())
            .describedAs("File that gets a line '<localAddress> <name>.containers' for each container, such as"
                    + " /etc/hosts")
            .withoutDefault();
    private static final ConfigurationKey<List<Path>> ROOT_PREFIXES = ConfigurationKey.named("runner.root-prefixes")
            .takes(ValueType.listOf(HostPolicySettings::rootPrefix))
            .describedAs("Folders in which a purge may delete roots, separated by commas; roots that Hatchery created"
                    + " may always be purged")
            .defaultsToComputed("/var/lib/containers,/var/lib/nixos-containers,<data>/examples");
    static final List<ConfigurationKey<?>> KEYS = List.of(EXTRA_FLAGS, HOSTS_FILE, ROOT_PREFIXES);

    private HostPolicySettings() {}

    static HostPolicy of(Settings settings) {
        return new HostPolicy(
                extraFlags(settings.get(EXTRA_FLAGS)),
                settings.find(HOSTS_FILE).orElse(null),
                settings.find(ROOT_PREFIXES).orElseGet(() -> defaultPrefixes(settings)));
    }

    private static @Nullable Set<String> extraFlags(List<String> flags) {
        if (flags.equals(List.of("any"))) {
            return null;
        }
        return flags.equals(List.of("none")) ? Set.of() : Set.copyOf(flags);
    }

    private static List<Path> defaultPrefixes(Settings settings) {
        var prefixes = new ArrayList<>(HostPolicy.ROOT_PREFIXES);
        prefixes.add(FolderSettings.of(settings).data().normalize().resolve("examples"));
        return prefixes;
    }

    private static Path rootPrefix(String text) {
        Path path = Path.of(text).normalize();
        if (!path.isAbsolute() || path.getNameCount() == 0) {
            throw new IllegalArgumentException(
                    "'" + text + "' cannot be purged: write absolute folders other than /, separated by commas");
        }
        return path;
    }
}
