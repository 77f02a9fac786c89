package io.hatchery.runner.host;

import io.hatchery.spec.policy.HostPolicy;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the administrator of this host decides about its containers.
 *
 * @param policy what they may have
 * @param hostsFile where containers' addresses are written, as hosts(5) has it; null if nowhere
 * @param ownFolders Hatchery's own folders on this host
 */
public record ContainerPolicy(HostPolicy policy, @Nullable Path hostsFile, List<Path> ownFolders) {
    /** Everything is allowed. */
    public static final ContainerPolicy PRIVILEGED = new ContainerPolicy(HostPolicy.PRIVILEGED, null, List.of());

    /** Keeps an immutable copy. */
    public ContainerPolicy {
        ownFolders = List.copyOf(ownFolders);
    }

    /** The folders below which roots are, and below which a purge deletes roots that Hatchery did not make. */
    List<Path> rootPrefixes() {
        return policy.general().rootPrefixes().stream().map(Path::of).toList();
    }
}
