package io.hatchery.spec.policy;

import io.hatchery.spec.Device;
import io.hatchery.spec.Limits;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The rules of the options of users, capabilities, devices and limits. */
final class ConfinementRules {
    private static final String NET_ADMIN = "CAP_NET_ADMIN";
    private static final String USERS = "privateUsers";
    private static final String CAPABILITIES = "additionalCapabilities";
    private static final long FIRST_FREE_UID = 65_536;
    private static final Set<String> FLAGS = Set.of("--rlimit", "--hostname", "--drop-capability");
    private static final Set<String> DEVICES = Set.of("/dev/fuse", "/dev/net/tun");
    private static final String RENDERERS = "/dev/dri/renderD\\d{1,4}";

    private ConfinementRules() {}

    static List<PolicyRule> all() {
        return List.of(
                new PolicyRule(
                        USERS,
                        "unset, which is `pick`; `pick`; a first id from 65536 on; what `allow.privateUsers` lists",
                        "unset, which is `pick`; `pick`",
                        ConfinementRules::users),
                new PolicyRule(
                        CAPABILITIES,
                        "`CAP_NET_ADMIN` with `privateNetwork`; what `allow.capabilities` lists",
                        PolicyRule.NONE,
                        ConfinementRules::capabilities),
                new PolicyRule("enableTun", "with `privateNetwork`", PolicyRule.NONE, ConfinementRules::tun),
                new PolicyRule(
                        "allowedDevices",
                        "`/dev/fuse`, `/dev/net/tun` and `/dev/dri/renderD*` without `m`; what `allow.devices` lists",
                        PolicyRule.NONE,
                        check -> check.confinement().allowedDevices().forEach(device -> device(check, device))),
                new PolicyRule(
                        "extraFlags",
                        "`--rlimit`, `--hostname`, `--drop-capability`; what `allow.extraFlags` lists",
                        PolicyRule.NONE,
                        check -> check.confinement().extraFlags().forEach(flag -> flag(check, flag))),
                PolicyRule.unrestricted(
                        "nixDaemon",
                        check -> Boolean.TRUE.equals(check.confinement().nixDaemon()),
                        true),
                new PolicyRule(
                        "limits",
                        PolicyRule.ANY,
                        "with `memoryMax` and `tasksMax` below `infinity`",
                        ConfinementRules::limits));
    }

    private static void users(RuleCheck check) {
        String users = check.confinement().privateUsers();
        if (users == null || users.equals("pick")) {
            return;
        }
        boolean isRange = users.matches("\\d{1,18}") && Long.parseLong(users) >= FIRST_FREE_UID;
        if (check.isRestricted()) {
            check.refuse(USERS, USERS, users, "level restricted allows pick only", "remove it");
        } else if (!isRange && !check.policy().privateUsers().contains(users)) {
            check.refuse(
                    USERS,
                    USERS,
                    users,
                    "root inside would be root on the host",
                    "remove it, or give the container an exception in the host's policy with allow.privateUsers, or"
                            + " with level privileged");
        }
    }

    private static void capabilities(RuleCheck check) {
        for (String capability : check.confinement().additionalCapabilities()) {
            boolean isAllowed = capability.equals(NET_ADMIN) && check.network().isPrivate()
                    || check.policy().capabilities().contains(capability);
            if (check.isRestricted() || !isAllowed) {
                check.refuse(
                        CAPABILITIES,
                        CAPABILITIES,
                        capability,
                        check.isRestricted()
                                ? "level restricted allows none"
                                : capability.equals(NET_ADMIN)
                                        ? "without privateNetwork it changes the host's network"
                                        : "the policy does not list it",
                        capability.equals(NET_ADMIN)
                                ? "set privateNetwork to true, or remove it"
                                : "remove it, or add it to allow.capabilities in the host's policy");
            }
        }
    }

    private static void tun(RuleCheck check) {
        boolean isAllowed =
                check.network().isPrivate() || check.policy().capabilities().contains(NET_ADMIN);
        if (check.confinement().enableTun() && (check.isRestricted() || !isAllowed)) {
            check.refuse(
                    "enableTun",
                    "enableTun",
                    true,
                    check.isRestricted()
                            ? "level restricted does not allow it"
                            : "without privateNetwork it changes the host's network",
                    check.isRestricted() ? "remove it, or use level baseline" : "set privateNetwork to true");
        }
    }

    private static void device(RuleCheck check, Device device) {
        boolean isUsual = (DEVICES.contains(device.node()) || device.node().matches(RENDERERS))
                && !device.modifier().contains("m");
        boolean isListed = check.policy().devices().stream()
                .anyMatch(one -> one.node().equals(device.node())
                        && device.modifier()
                                .chars()
                                .allMatch(c -> one.modifier().indexOf(c) >= 0));
        if (check.isRestricted() || !isUsual && !isListed) {
            check.refuse(
                    "allowedDevices",
                    "allowedDevices",
                    device.node() + " " + device.modifier(),
                    check.isRestricted() ? "level restricted allows none" : "the policy does not list it",
                    check.isRestricted()
                            ? "remove it, or use level baseline"
                            : "remove it, or add it with its modifier to allow.devices in the host's policy");
        }
    }

    private static void flag(RuleCheck check, String flag) {
        String name = flag.split("=", 2)[0];
        boolean isAllowed = FLAGS.contains(name) || check.policy().extraFlags().contains(name);
        if (check.isRestricted() || !isAllowed) {
            check.refuse(
                    "extraFlags",
                    "extraFlags",
                    flag,
                    check.isRestricted() ? "level restricted allows none" : "the policy does not list " + name,
                    check.isRestricted()
                            ? "remove it, or use level baseline"
                            : "use an option for it, or add " + name + " to allow.extraFlags in the host's policy");
        }
    }

    private static void limits(RuleCheck check) {
        if (!check.isRestricted()) {
            return;
        }
        Limits limits = check.spec().limits();
        limit(check, "memoryMax", limits == null ? null : limits.memoryMax());
        limit(check, "tasksMax", limits == null ? null : limits.tasksMax());
    }

    private static void limit(RuleCheck check, String name, @Nullable String value) {
        if (value == null || value.equals("infinity")) {
            check.refuse(
                    "limits",
                    "limits." + name,
                    value == null ? "unset" : value,
                    "level restricted needs a limit",
                    "set limits." + name);
        }
    }
}
