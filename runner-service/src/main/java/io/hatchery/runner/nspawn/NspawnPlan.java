package io.hatchery.runner.nspawn;

import io.hatchery.spec.BindMount;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Payload;
import io.hatchery.spec.Readiness;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How a spec is run. Pure: the same spec on the same host gives the same plan.
 *
 * @param environment of systemd-nspawn
 * @param arguments the exact argument vector, the program first
 */
public record NspawnPlan(Map<String, String> environment, List<String> arguments) {
    /** What a NixOS payload sees of the host's store, where it exists. */
    public static final List<String> NIX_READ_ONLY =
            List.of("/nix/store", "/nix/var/nix/db", "/nix/var/nix/daemon-socket");

    private static final String PROGRAM = "/usr/bin/systemd-nspawn";
    private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /** Keeps immutable copies. */
    public NspawnPlan {
        environment = Map.copyOf(environment);
        arguments = List.copyOf(arguments);
    }

    /** The container's own Nix profiles on the host. */
    public static String profiles(ContainerName name) {
        return "/nix/var/nix/profiles/per-container/" + name;
    }

    /** What keeps the container's store paths from being collected. */
    public static String gcRoots(ContainerName name) {
        return "/nix/var/nix/gcroots/per-container/" + name;
    }

    /** The plan of a spec. */
    public static NspawnPlan of(ContainerSpec spec, HostFacts host) {
        var arguments = new ArrayList<String>();
        arguments.add(PROGRAM);
        arguments.addAll(List.of(
                "--quiet", "--register=no", "--keep-unit", "-M", spec.name().value(), "-D", spec.root()));
        arguments.addAll(List.of("--console=pipe", "--resolv-conf=off", "--timezone=off"));
        arguments.add("--kill-signal=" + spec.killSignal());
        arguments.add("--notify-ready=" + (spec.readiness() == Readiness.NOTIFY ? "yes" : "no"));
        if (spec.ephemeral()) {
            arguments.add("--ephemeral");
        } else if (!(spec.payload() instanceof Payload.Program)) {
            arguments.add("--link-journal=try-guest");
        }
        spec.environment().forEach((name, value) -> arguments.add("--setenv=" + name + "=" + value));
        if (spec.payload() instanceof Payload.SystemPath) {
            nix(spec.name(), host, arguments);
        }
        spec.tmpfs().forEach(tmpfs -> arguments.add("--tmpfs=" + tmpfs));
        spec.bindMounts().forEach(bind -> arguments.add(bind(bind)));
        payload(spec.payload(), arguments);

        var environment = new TreeMap<String, String>();
        environment.put("PATH", PATH);
        if (host.unified()) {
            environment.put("SYSTEMD_NSPAWN_UNIFIED_HIERARCHY", "1");
        }
        return new NspawnPlan(environment, arguments);
    }

    private static void nix(ContainerName name, HostFacts host, List<String> arguments) {
        NIX_READ_ONLY.stream().filter(host.nixPaths()::contains).forEach(path -> arguments.add("--bind-ro=" + path));
        if (host.nixPaths().contains(profiles(name))) {
            arguments.add("--bind=" + profiles(name) + ":/nix/var/nix/profiles");
        }
        if (host.nixPaths().contains(gcRoots(name))) {
            arguments.add("--bind=" + gcRoots(name) + ":/nix/var/nix/gcroots");
        }
    }

    private static String bind(BindMount bind) {
        return (bind.isReadOnly() ? "--bind-ro=" : "--bind=") + escaped(bind.hostPath()) + ":"
                + escaped(bind.mountPoint());
    }

    /** systemd-nspawn(1): a backslash in front of a colon makes it part of the path. */
    private static String escaped(String path) {
        return path.replace("\\", "\\\\").replace(":", "\\:");
    }

    private static void payload(Payload payload, List<String> arguments) {
        switch (payload) {
            case Payload.Boot() -> arguments.add("--boot");
            case Payload.SystemPath(String path) -> arguments.addAll(List.of("--", path + "/init"));
            case Payload.Program(List<String> command) -> {
                arguments.add("--as-pid2");
                arguments.add("--");
                arguments.addAll(command);
            }
        }
    }
}
