package io.hatchery.runner.host;

import io.hatchery.runner.driver.Planner;
import io.hatchery.runner.plan.HostCapabilities;
import io.hatchery.runner.plan.HostCapabilitiesBuilder;
import io.hatchery.runner.plan.NspawnPlan;
import io.hatchery.spec.BindMount;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Payload;
import io.hatchery.spec.policy.PolicyLevel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The plans of specs on this host as it is now, within its policy. */
public final class HostPlans implements Planner {
    private final boolean systemd;
    private final boolean unified;
    private final PolicyEnforcer enforcer;
    private final MappableFileSystems fileSystems;

    /**
     * @param systemd whether systemd runs nspawn, and not a runner by itself
     * @param unified whether the host has the unified cgroup hierarchy alone
     */
    public HostPlans(boolean systemd, boolean unified, PolicyEnforcer enforcer, SupervisorProgram supervisor) {
        this.systemd = systemd;
        this.unified = unified;
        this.enforcer = enforcer;
        this.fileSystems = new MappableFileSystems(supervisor);
    }

    @Override
    public NspawnPlan plan(ContainerSpec resolved) throws IOException {
        return NspawnPlan.of(resolved, capabilities(resolved));
    }

    @Override
    public ContainerSpec resolve(ContainerSpec spec) throws IOException {
        ContainerSpec allowed = enforcer.allowed(spec);
        if (!(allowed.payload() instanceof Payload.SystemPath(String path))) {
            return allowed;
        }
        Path system = Path.of(path);
        if (!Files.exists(system.resolve("init"))) {
            throw new IOException("path: there is no " + path + "/init on this host");
        }
        String real = system.toRealPath().toString();
        return allowed.withPayload(new Payload.SystemPath(real));
    }

    private HostCapabilities capabilities(ContainerSpec spec) throws IOException {
        Path root = Path.of(spec.root());
        PolicyLevel level = enforcer.of(spec).level();
        return HostCapabilitiesBuilder.builder()
                .systemd(systemd)
                .unified(unified)
                .nixPaths(nixPaths(spec.name(), level))
                .unmappable(unmappable(spec, level))
                .rootIsShifted(Files.exists(root) && UnixFiles.owner(root) != 0)
                .pathsAreReal(level != PolicyLevel.PRIVILEGED)
                .build();
    }

    /** Level restricted keeps even mapped users from the Nix daemon. */
    private static Set<String> nixPaths(ContainerName name, PolicyLevel level) {
        return Stream.concat(
                        NspawnPlan.NIX_READ_ONLY.stream()
                                .filter(path -> level != PolicyLevel.RESTRICTED || !path.equals(NspawnPlan.NIX_DAEMON)),
                        Stream.of(NspawnPlan.profiles(name), NspawnPlan.gcRoots(name)))
                .filter(path -> Files.exists(Path.of(path)))
                .collect(Collectors.toSet());
    }

    private Set<String> unmappable(ContainerSpec spec, PolicyLevel level) throws IOException {
        var paths = new HashSet<String>();
        if (spec.confinement() == null || !spec.confinement().mapsUsers()) {
            return paths;
        }
        for (BindMount bind : spec.bindMounts()) {
            if (fileSystems.mapUsers(Path.of(bind.hostPath()))) {
                continue;
            }
            if (!bind.isReadOnly()) {
                throw new IOException("bindMounts." + bind.mountPoint() + ": the file system of " + bind.hostPath()
                        + " cannot map users, so the container could not write to it: bind it read-only, move it to a"
                        + " file system such as ext4, xfs or btrfs, or set privateUsers to no, which the host's policy"
                        + " has to allow");
            }
            paths.add(bind.hostPath());
        }
        if (spec.payload() instanceof Payload.SystemPath) {
            for (String path : nixPaths(spec.name(), level)) {
                if (!fileSystems.mapUsers(Path.of(path))) {
                    paths.add(path);
                }
            }
        }
        return paths;
    }
}
