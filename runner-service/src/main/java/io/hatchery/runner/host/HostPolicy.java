package io.hatchery.runner.host;

import io.hatchery.spec.ContainerSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a host's administrator lets containers do to it.
 *
 * @param extraFlags the flags of systemd-nspawn(1) that {@code extraFlags} may have, such as {@code --rlimit}; null if any
 * @param hostsFile where containers' addresses are written, as hosts(5) has it; null if nowhere
 * @param rootPrefixes folders below which a purge deletes roots that Hatchery did not make
 */
public record HostPolicy(
        @Nullable Set<String> extraFlags, @Nullable Path hostsFile, List<Path> rootPrefixes) {
    /** The folders of containers' roots, Hatchery's own and that of NixOS's module. */
    public static final List<Path> ROOT_PREFIXES =
            List.of(Path.of("/var/lib/containers"), Path.of("/var/lib/nixos-containers"));

    /** Any flag, no file, and the usual folders. */
    public static final HostPolicy USUAL = new HostPolicy(null, null, ROOT_PREFIXES);

    /** Keeps immutable copies. */
    public HostPolicy {
        extraFlags = extraFlags == null ? null : Set.copyOf(extraFlags);
        rootPrefixes = List.copyOf(rootPrefixes);
    }

    /**
     * Checks a spec.
     *
     * @throws IOException if it asks for what it may not have here
     */
    void check(ContainerSpec spec) throws IOException {
        if (extraFlags == null || spec.confinement() == null) {
            return;
        }
        for (String flag : spec.confinement().extraFlags()) {
            String name = flag.split("=", 2)[0];
            if (!extraFlags.contains(name)) {
                throw new IOException("extraFlags: this host does not allow " + name + ", only "
                        + (extraFlags.isEmpty()
                                ? "none"
                                : String.join(", ", extraFlags.stream().sorted().toList()))
                        + "; its key runner.extra-flags says which");
            }
        }
    }
}
