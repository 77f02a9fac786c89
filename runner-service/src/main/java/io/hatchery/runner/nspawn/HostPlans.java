package io.hatchery.runner.nspawn;

import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Payload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The plans of specs on this host as it is now.
 *
 * @param systemd whether systemd runs nspawn, and not a runner by itself
 * @param unified whether the host has the unified cgroup hierarchy alone
 */
public record HostPlans(boolean systemd, boolean unified) {
    /**
     * The plan of a spec. A profile link is resolved once, so that a run has one system even when the link moves on.
     *
     * @throws IOException if the host has not what the container is to run
     */
    public NspawnPlan of(ContainerSpec spec) throws IOException {
        return NspawnPlan.of(resolved(spec), facts(spec.name()));
    }

    /**
     * A spec whose path is that of the store, whatever links led there.
     *
     * @throws IOException if the host has not what the container is to run
     */
    public static ContainerSpec resolved(ContainerSpec spec) throws IOException {
        if (!(spec.payload() instanceof Payload.SystemPath(String path))) {
            return spec;
        }
        Path system = Path.of(path);
        if (!Files.exists(system.resolve("init"))) {
            throw new IOException("path: there is no " + path + "/init on this host");
        }
        String real = system.toRealPath().toString();
        return spec.withPayload(new Payload.SystemPath(real));
    }

    private HostCapabilities facts(ContainerName name) {
        return new HostCapabilities(
                systemd,
                unified,
                Stream.concat(
                                NspawnPlan.NIX_READ_ONLY.stream(),
                                Stream.of(NspawnPlan.profiles(name), NspawnPlan.gcRoots(name)))
                        .filter(path -> Files.exists(Path.of(path)))
                        .collect(Collectors.toSet()));
    }
}
