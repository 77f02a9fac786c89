package io.hatchery.spec.policy;

import io.hatchery.spec.BindMount;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The rules of the options that name files of the host. */
final class FileRules {
    private static final String ROOT = "root";
    private static final String BINDS = "bindMounts";

    private FileRules() {}

    static List<PolicyRule> all() {
        return List.of(
                new PolicyRule(
                        ROOT,
                        "below `allow.rootPrefixes`, after links are resolved, and not in a folder of another container",
                        "the default",
                        FileRules::root),
                new PolicyRule(
                        BINDS,
                        "below `allow.binds`, after links are resolved; writable where the list says so; never `/`, `/proc`, `/sys`,"
                                + " `/dev`, `/run`, `/etc`, `/boot`, `/root`, `/nix/var`, sockets, Hatchery's own folders or roots",
                        "the same, read-only",
                        check -> check.spec().bindMounts().forEach(bind -> bind(check, bind))),
                new PolicyRule(
                        "tmpfs",
                        PolicyRule.ANY,
                        "with `size=`",
                        check -> check.spec().tmpfs().stream()
                                .filter(tmpfs -> check.isRestricted() && !tmpfs.matches("[^:]*:(.*,)?size=[^,]+(,.*)?"))
                                .forEach(tmpfs -> check.refuse(
                                        "tmpfs",
                                        "tmpfs",
                                        tmpfs,
                                        "level restricted allows it with a size only",
                                        "append one, such as :size=64M"))));
    }

    private static void root(RuleCheck check) {
        String given = check.spec().root();
        String name = check.spec().name().value();
        if (check.isRestricted()) {
            String usual = (check.spec().ephemeral() ? "/run/hatchery/roots/" : "/var/lib/containers/") + name;
            if (!given.equals(usual)) {
                check.refuse(ROOT, ROOT, given, "level restricted allows " + usual + " only", "remove it");
            }
            return;
        }
        PolicyFacts.ResolvedPath real = check.host().resolve(given);
        Optional<String> prefix = prefixOf(check, given, real.path());
        if (prefix.isEmpty()) {
            check.refuse(
                    ROOT,
                    ROOT,
                    given,
                    led(given, real.path()) + "it is below none of "
                            + String.join(", ", check.policy().rootPrefixes()),
                    "move the root there, or add its folder to allow.rootPrefixes in the host's policy");
            return;
        }
        changeable(check, ROOT, ROOT, given, prefix.get());
        check.folders().stream()
                .filter(folder -> HostPath.isBelow(real.path(), folder.path()))
                .findFirst()
                .ifPresent(folder -> check.refuse(
                        ROOT,
                        ROOT,
                        given,
                        "container " + folder.container() + " can write in " + folder.path()
                                + " and so replace it while the container starts",
                        "use a folder that is in none of another container"));
        check.folders().stream()
                .filter(folder ->
                        folder.isPrivileged() && folder.isRoot() && HostPath.overlap(real.path(), folder.path()))
                .findFirst()
                .ifPresent(folder -> check.refuse(
                        ROOT,
                        ROOT,
                        given,
                        "container " + folder.container() + " runs with level privileged from " + folder.path()
                                + ", so this container could change its programs",
                        "use another folder"));
    }

    /** The folder of the host's list that a root is below; that of ephemeral systems, which is Hatchery's, counts too. */
    private static Optional<String> prefixOf(RuleCheck check, String given, String real) {
        if (check.spec().ephemeral()
                && given.equals("/run/hatchery/roots/" + check.spec().name())) {
            return Optional.of("/run/hatchery/roots");
        }
        return check.policy().rootPrefixes().stream()
                .filter(prefix ->
                        HostPath.isBelow(real, check.host().resolve(prefix).path()))
                .findFirst();
    }

    private static void bind(RuleCheck check, BindMount bind) {
        String at = BINDS + "." + bind.mountPoint();
        String given = bind.hostPath();
        PolicyFacts.ResolvedPath real = check.host().resolve(given);
        Optional<String> forbidden = forbidden(check, real);
        if (forbidden.isPresent()) {
            check.refuse(
                    BINDS,
                    at,
                    given,
                    led(given, real.path()) + forbidden.get(),
                    "bind another folder, or give the container an exception with level privileged in the host's policy");
            return;
        }
        List<AllowedBind> allowed = check.policy().binds().stream()
                .filter(one -> HostPath.isWithin(
                        real.path(), check.host().resolve(one.path()).path()))
                .toList();
        if (allowed.isEmpty()) {
            check.refuse(
                    BINDS,
                    at,
                    given,
                    led(given, real.path()) + "it is in none of "
                            + check.policy().binds().stream()
                                    .map(AllowedBind::path)
                                    .collect(Collectors.joining(", ")),
                    "move the data there, or add the folder to allow.binds in the host's policy");
            return;
        }
        if (!bind.isReadOnly() && (check.isRestricted() || allowed.stream().noneMatch(AllowedBind::isWritable))) {
            check.refuse(
                    BINDS,
                    at,
                    given,
                    check.isRestricted()
                            ? "level restricted allows it read-only"
                            : "the policy allows " + allowed.getFirst().path() + " read-only",
                    "set isReadOnly to true, or set writable in allow.binds of the host's policy");
        }
        changeable(check, BINDS, at, given, allowed.getFirst().path());
    }

    /** Why a path may not be bound, whatever the policy lists. */
    private static Optional<String> forbidden(RuleCheck check, PolicyFacts.ResolvedPath real) {
        String path = real.path();
        if (real.isSocket()) {
            return Optional.of("it is a socket, through which a container can reach a service of the host");
        }
        Optional<String> never = HostPath.NEVER_BOUND.stream()
                .filter(one -> HostPath.overlap(path, one))
                .findFirst();
        if (never.isPresent()) {
            return Optional.of("no container below level privileged sees " + never.get());
        }
        Optional<String> own = check.host().ownFolders().stream()
                .filter(one -> HostPath.overlap(path, one))
                .findFirst();
        if (own.isPresent()) {
            return Optional.of("it shows Hatchery's folder " + own.get());
        }
        Optional<PolicyFacts.ContainerFolder> folder = check.folders().stream()
                .filter(one -> one.isRoot() ? HostPath.overlap(path, one.path()) : HostPath.isBelow(path, one.path()))
                .findFirst();
        return folder.map(one -> one.isRoot()
                ? "it shows the root of container " + one.container()
                : "container " + one.container() + " can write in " + one.path() + " and so replace it");
    }

    /** What is checked must be what is mounted: no other user may replace a part of the path between the two. */
    private static void changeable(RuleCheck check, String option, String at, String given, String prefix) {
        String from = check.host().resolve(prefix).path();
        check.host().resolve(given).changeable().stream()
                .filter(folder -> HostPath.isWithin(folder, from))
                .findFirst()
                .ifPresent(folder -> check.refuse(
                        option,
                        at,
                        given,
                        "others than root can replace what is in " + folder,
                        "give " + folder + " to root, without write permission of others, or name it itself in the"
                                + " host's policy"));
    }

    private static String led(String given, String real) {
        return given.equals(real) ? "" : "it leads to " + real + ", and ";
    }
}
