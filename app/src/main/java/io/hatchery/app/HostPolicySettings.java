package io.hatchery.app;

import io.hatchery.runner.host.ContainerPolicy;
import io.hatchery.runner.host.PolicyFile;
import io.hatchery.spec.policy.HostPolicy;
import io.hatchery.spec.policy.PolicyAllowances;
import io.hatchery.spec.policy.PolicyAllowancesBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The keys of what the host allows its containers, and the host's policy. */
final class HostPolicySettings {
    private static final ConfigurationKey<Path> POLICY_FILE = ConfigurationKey.named("runner.policy-file")
            .takes(ValueType.path())
            .describedAs("YAML file that says what containers may have on this host; only root may be able to write it")
            .defaultsToComputed(PolicyFile.USUAL + " if it exists, else level baseline");
    private static final ConfigurationKey<Path> HOSTS_FILE = ConfigurationKey.named("runner.hosts-file")
            .takes(ValueType.path())
            .describedAs("File that gets a line '<localAddress> <name>.containers' for each container, such as"
                    + " /etc/hosts")
            .withoutDefault();
    static final List<ConfigurationKey<?>> KEYS = List.of(POLICY_FILE, HOSTS_FILE);

    private HostPolicySettings() {}

    static ContainerPolicy of(Settings settings) throws IOException {
        FolderSettings folders = FolderSettings.of(settings);
        Path data = folders.data().toAbsolutePath().normalize();
        return new ContainerPolicy(
                policy(settings).withDefaults(withExamples(data)),
                settings.find(HOSTS_FILE).orElse(null),
                List.of(data, folders.runtime()));
    }

    private static HostPolicy policy(Settings settings) throws IOException {
        Optional<Path> given = settings.find(POLICY_FILE);
        if (given.isPresent()) {
            return PolicyFile.read(given.get());
        }
        return Files.exists(PolicyFile.USUAL) ? PolicyFile.read(PolicyFile.USUAL) : HostPolicy.DEFAULT;
    }

    /** The examples' roots are in the data folder. */
    private static PolicyAllowances withExamples(Path data) {
        var prefixes = new ArrayList<>(HostPolicy.DEFAULT.general().rootPrefixes());
        prefixes.add(data.resolve("examples").toString());
        return PolicyAllowancesBuilder.builder().rootPrefixes(prefixes).build();
    }
}
