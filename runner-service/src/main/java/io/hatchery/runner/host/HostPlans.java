package io.hatchery.runner.host;

import io.hatchery.runner.driver.Planner;
import io.hatchery.runner.plan.HostCapabilities;
import io.hatchery.runner.plan.NspawnPlan;
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
public record HostPlans(boolean systemd, boolean unified) implements Planner {
    @Override
    public NspawnPlan plan(ContainerSpec spec) throws IOException {
        return NspawnPlan.of(resolve(spec), capabilities(spec.name()));
    }

    @Override
    public ContainerSpec resolve(ContainerSpec spec) throws IOException {
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

    private HostCapabilities capabilities(ContainerName name) {
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
