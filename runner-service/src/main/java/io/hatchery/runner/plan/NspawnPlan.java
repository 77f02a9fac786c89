package io.hatchery.runner.plan;

import io.hatchery.spec.BindMount;
import io.hatchery.spec.Confinement;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Payload;
import io.hatchery.spec.Readiness;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How a spec is run. Pure: the same spec on the same host gives the same plan.
 *
 * @param environment of systemd-nspawn
 * @param arguments the exact argument vector, the program first
 * @param directives of the container's unit, each with all its values; without a meaning where nspawn is run by itself
 * @param before what is done before nspawn begins, in order
 * @param after what is done once the container has its network, in order
 */
public record NspawnPlan(
        SortedMap<String, String> environment,
        List<String> arguments,
        SortedMap<String, List<String>> directives,
        List<SetupStep> before,
        List<SetupStep> after) {
    /** What a NixOS payload sees of the host's store, where it exists. */
    public static final List<String> NIX_READ_ONLY =
            List.of("/nix/store", "/nix/var/nix/db", "/nix/var/nix/daemon-socket");

    private static final String NIX_DAEMON = NIX_READ_ONLY.getLast();

    private static final String PROGRAM = "/usr/bin/systemd-nspawn";
    private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /** Keeps immutable copies. */
    public NspawnPlan {
        environment = Collections.unmodifiableSortedMap(new TreeMap<>(environment));
        arguments = List.copyOf(arguments);
        directives = Collections.unmodifiableSortedMap(new TreeMap<>(directives));
        before = List.copyOf(before);
        after = List.copyOf(after);
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
    public static NspawnPlan of(ContainerSpec spec, HostCapabilities host) {
        var environment = new TreeMap<String, String>();
        environment.put("PATH", PATH);
        if (host.unified()) {
            environment.put("SYSTEMD_NSPAWN_UNIFIED_HIERARCHY", "1");
        }
        List<SetupStep> after =
                spec.network() == null ? List.of() : new NetworkPlan(spec.name(), spec.network()).after();
        return new NspawnPlan(environment, arguments(spec, host), UnitDirectives.of(spec), before(spec), after);
    }

    /** What is done before nspawn begins, on whatever host. */
    public static List<SetupStep> before(ContainerSpec spec) {
        List<SetupStep> steps = RootPlan.of(spec);
        if (spec.network() != null) {
            steps.addAll(new NetworkPlan(spec.name(), spec.network()).before());
        }
        return steps;
    }

    private static List<String> arguments(ContainerSpec spec, HostCapabilities host) {
        var arguments = new ArrayList<String>();
        arguments.add(PROGRAM);
        if (!host.systemd()) {
            arguments.addAll(List.of("--quiet", "--register=no"));
        }
        arguments.addAll(List.of("--keep-unit", "-M", spec.name().value(), "-D", spec.root()));
        if (!host.systemd()) {
            arguments.add("--console=pipe");
        }
        arguments.addAll(List.of("--resolv-conf=off", "--timezone=off"));
        arguments.add("--kill-signal=" + spec.killSignal());
        arguments.add("--notify-ready=" + (spec.readiness() == Readiness.NOTIFY ? "yes" : "no"));
        Confinement confinement = spec.confinement() == null ? Confinement.DEFAULT : spec.confinement();
        if (spec.ephemeral()) {
            arguments.add("--ephemeral");
        } else if (linksJournal(spec.payload(), confinement)) {
            arguments.add("--link-journal=try-guest");
        }
        confinement(confinement, arguments);
        if (spec.network() != null) {
            arguments.addAll(new NetworkPlan(spec.name(), spec.network()).arguments());
        }
        spec.environment().forEach((name, value) -> arguments.add("--setenv=" + name + "=" + value));
        if (spec.payload() instanceof Payload.SystemPath) {
            nix(spec.name(), host, confinement, arguments);
        }
        spec.tmpfs().forEach(tmpfs -> arguments.add("--tmpfs=" + tmpfs));
        spec.bindMounts().forEach(bind -> arguments.add(bind(bind)));
        arguments.addAll(confinement.extraFlags());
        payload(spec.payload(), arguments);
        return arguments;
    }

    /**
     * A link of the host's journal leads into the root, where the container's root may put a link to a folder of the host. That is for a
     * root of whose system the fleet knows, or whose users cannot read such a folder.
     */
    private static boolean linksJournal(Payload payload, Confinement confinement) {
        return payload instanceof Payload.SystemPath || payload instanceof Payload.Boot && confinement.mapsUsers();
    }

    private static void confinement(Confinement confinement, List<String> arguments) {
        if (!confinement.privateUsers().equals("no")) {
            arguments.add("--private-users=" + confinement.privateUsers());
        }
        var capabilities = new ArrayList<>(confinement.additionalCapabilities());
        if (confinement.enableTun() && !capabilities.contains("CAP_NET_ADMIN")) {
            capabilities.add("CAP_NET_ADMIN");
        }
        if (!capabilities.isEmpty()) {
            arguments.add("--capability=" + String.join(",", capabilities));
        }
    }

    /** Files that belong to the host's root would have no owner inside, unless they are mapped (systemd-nspawn(1), idmap). */
    private static void nix(
            ContainerName name, HostCapabilities host, Confinement confinement, List<String> arguments) {
        boolean mapped = confinement.mapsUsers();
        String options = mapped ? ":idmap" : "";
        NIX_READ_ONLY.stream()
                .filter(host.nixPaths()::contains)
                .filter(path -> !path.equals(NIX_DAEMON) || confinement.reachesNixDaemon())
                .forEach(path -> arguments.add("--bind-ro=" + path + (mapped ? ":" + path + options : "")));
        if (host.nixPaths().contains(profiles(name))) {
            arguments.add("--bind=" + profiles(name) + ":/nix/var/nix/profiles" + options);
        }
        if (host.nixPaths().contains(gcRoots(name))) {
            arguments.add("--bind=" + gcRoots(name) + ":/nix/var/nix/gcroots" + options);
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
