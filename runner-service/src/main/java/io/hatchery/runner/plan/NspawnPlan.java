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

    /** The socket of the host's Nix daemon. */
    public static final String NIX_DAEMON = NIX_READ_ONLY.getLast();

    /**
     * The limit that systemd gives its services. Without settings files, systemd-nspawn 252 does not set it, and the payload has that of
     * the JVM, which is raised to the most.
     */
    private static final String OPEN_FILES = "--rlimit=RLIMIT_NOFILE=1024:524288";

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

    /** The plan of a spec whose users the host's policy has decided. */
    public static NspawnPlan of(ContainerSpec spec, HostCapabilities host) {
        var environment = new TreeMap<String, String>();
        environment.put("PATH", PATH);
        if (host.unified()) {
            environment.put("SYSTEMD_NSPAWN_UNIFIED_HIERARCHY", "1");
        }
        List<SetupStep> after =
                spec.network() == null ? List.of() : new NetworkPlan(spec.name(), spec.network()).after();
        return new NspawnPlan(environment, arguments(spec, host), UnitDirectives.of(spec), before(spec, host), after);
    }

    private static List<SetupStep> before(ContainerSpec spec, HostCapabilities host) {
        List<SetupStep> steps = RootPlan.of(spec);
        if (host.pathsAreReal()) {
            steps.add(new SetupStep.RealPath(spec.root()));
            spec.bindMounts().forEach(bind -> steps.add(new SetupStep.RealPath(bind.hostPath())));
        }
        if (spec.network() != null) {
            steps.addAll(new NetworkPlan(spec.name(), spec.network()).before());
        }
        return steps;
    }

    private static List<String> arguments(ContainerSpec spec, HostCapabilities host) {
        var arguments = new ArrayList<String>();
        // Its own words would be taken for the container's last ones.
        arguments.addAll(List.of(PROGRAM, "--quiet"));
        if (!host.systemd()) {
            arguments.add("--register=no");
        }
        arguments.addAll(List.of("--keep-unit", "-M", spec.name().value(), "-D", spec.root()));
        if (!host.systemd()) {
            arguments.add("--console=pipe");
        }
        // NAME.nspawn in /etc/systemd/nspawn could add anything to what the host's policy has checked.
        arguments.addAll(List.of("--settings=no", OPEN_FILES, "--resolv-conf=off", "--timezone=off"));
        arguments.add("--kill-signal=" + spec.killSignal());
        arguments.add("--notify-ready=" + (spec.readiness() == Readiness.NOTIFY ? "yes" : "no"));
        Confinement confinement = spec.confinement() == null ? Confinement.DEFAULT : spec.confinement();
        if (spec.ephemeral()) {
            arguments.add("--ephemeral");
        } else if (linksJournal(spec.payload(), confinement)) {
            arguments.add("--link-journal=try-guest");
        }
        users(confinement, host, arguments);
        capabilities(confinement, arguments);
        if (spec.network() != null) {
            arguments.addAll(new NetworkPlan(spec.name(), spec.network()).arguments());
        }
        spec.environment().forEach((name, value) -> arguments.add("--setenv=" + name + "=" + value));
        if (spec.payload() instanceof Payload.SystemPath) {
            nix(spec.name(), host, confinement, arguments);
        }
        spec.tmpfs().forEach(tmpfs -> arguments.add("--tmpfs=" + tmpfs));
        spec.bindMounts().forEach(bind -> arguments.add(bind(bind, confinement.mapsUsers(), host)));
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

    /**
     * A root whose files belong to the ids inside is mounted with mapped users, or given to the range once where its file system cannot do
     * that. From then on its ids are those of the range, which nspawn takes again.
     */
    private static void users(Confinement confinement, HostCapabilities host, List<String> arguments) {
        String users = confinement.privateUsers();
        if (users == null || users.equals("no")) {
            return;
        }
        arguments.add("--private-users=" + users);
        if (confinement.mapsUsers()) {
            boolean isPicked = users.equals("pick");
            arguments.add("--private-users-ownership=" + (!host.rootIsShifted() ? "auto" : isPicked ? "chown" : "off"));
        }
    }

    private static void capabilities(Confinement confinement, List<String> arguments) {
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
        NIX_READ_ONLY.stream()
                .filter(host.nixPaths()::contains)
                .filter(path -> !path.equals(NIX_DAEMON) || confinement.reachesNixDaemon())
                .forEach(path -> {
                    String options = mapping(path, mapped, host);
                    arguments.add("--bind-ro=" + path + (options.isEmpty() ? "" : ":" + path + options));
                });
        if (host.nixPaths().contains(profiles(name))) {
            arguments.add(
                    "--bind=" + profiles(name) + ":/nix/var/nix/profiles" + mapping(profiles(name), mapped, host));
        }
        if (host.nixPaths().contains(gcRoots(name))) {
            arguments.add("--bind=" + gcRoots(name) + ":/nix/var/nix/gcroots" + mapping(gcRoots(name), mapped, host));
        }
    }

    private static String bind(BindMount bind, boolean mapped, HostCapabilities host) {
        return (bind.isReadOnly() ? "--bind-ro=" : "--bind=") + escaped(bind.hostPath()) + ":"
                + escaped(bind.mountPoint()) + mapping(bind.hostPath(), mapped, host);
    }

    /** Files that cannot be mapped have the owner nobody inside, so only files that all users may read can be read. */
    private static String mapping(String path, boolean mapped, HostCapabilities host) {
        return mapped && !host.unmappable().contains(path) ? ":idmap" : "";
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
