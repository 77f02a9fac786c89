package io.hatchery.spec.option;

import java.util.List;

/** The options of users, capabilities, devices and limits. */
final class ConfinementOptions {
    private static final String UNSET = "not set";

    private static final OptionType.Submodule DEVICE = new OptionType.Submodule(List.of(
            Options.option(
                    "node",
                    ConfinementTypes.DEVICE_NODE,
                    null,
                    "must be given",
                    "Device node, such as /dev/fuse, or a class of devices, such as char-pts.",
                    "\"/dev/fuse\"",
                    "DeviceAllow="),
            Options.option(
                    "modifier",
                    ConfinementTypes.DEVICE_MODIFIER,
                    null,
                    "must be given",
                    "Permissions: r for read, w for write, m for mknod.",
                    "\"rw\"",
                    "DeviceAllow=")));

    private static final OptionType.Submodule LIMITS = new OptionType.Submodule(List.of(
            limit(
                    "memoryMax",
                    ConfinementTypes.SIZE_OR_INFINITY,
                    "Limit of memory in bytes. Beyond it, processes of the container are killed by the kernel.",
                    "\"512M\"",
                    "MemoryMax="),
            limit(
                    "memoryHigh",
                    ConfinementTypes.SIZE_OR_INFINITY,
                    "Memory in bytes above which the container is slowed down and its memory reclaimed.",
                    "\"400M\"",
                    "MemoryHigh="),
            limit(
                    "cpuQuota",
                    ConfinementTypes.CPU_QUOTA,
                    "Limit of processor time, in percent of one processor. 150% is one and a half processors.",
                    "\"150%\"",
                    "CPUQuota="),
            limit(
                    "cpuWeight",
                    ConfinementTypes.CPU_WEIGHT,
                    "Share of processor time relative to others, 1 to 10000. The default of the kernel is 100.",
                    "200",
                    "CPUWeight="),
            limit(
                    "tasksMax",
                    ConfinementTypes.TASKS,
                    "Limit of the number of processes and threads.",
                    "500",
                    "TasksMax="),
            limit(
                    "ioWeight",
                    ConfinementTypes.IO_WEIGHT,
                    "Share of disk bandwidth relative to others, 1 to 10000. The default of the kernel is 100.",
                    "50",
                    "IOWeight=")));

    private ConfinementOptions() {}

    private static Option limit(String name, OptionType type, String description, String example, String becomes) {
        return Options.option(name, type, null, UNSET, description, example, becomes + " and the control group's file");
    }

    static List<Option> all() {
        return List.of(
                Options.option(
                        "privateUsers",
                        ConfinementTypes.USERS,
                        "\"no\"",
                        null,
                        "User namespace of the container: no (the host's user ids), identity (the same ids in a namespace of its own),"
                                + " pick (a free range of ids), or the first id of a range.",
                        "\"pick\"",
                        "--private-users="),
                Options.option(
                        "additionalCapabilities",
                        new OptionType.ListOf(ConfinementTypes.CAPABILITY),
                        "[]",
                        null,
                        "Capabilities to add to those that systemd-nspawn keeps by default.",
                        "[\"CAP_NET_ADMIN\"]",
                        "--capability="),
                Options.option(
                        "enableTun",
                        Types.BOOL,
                        "false",
                        null,
                        "Whether the container may create TUN and TAP devices.",
                        "true",
                        "DeviceAllow=/dev/net/tun rwm and CAP_NET_ADMIN"),
                Options.option(
                        "allowedDevices",
                        new OptionType.ListOf(DEVICE),
                        "[]",
                        null,
                        "Devices that the container may use, besides the pseudo devices that every container has.",
                        "[{\"node\": \"/dev/fuse\", \"modifier\": \"rw\"}]",
                        "DeviceAllow="),
                Options.option(
                        "extraFlags",
                        new OptionType.ListOf(Types.TEXT),
                        "[]",
                        null,
                        "More arguments for systemd-nspawn. The host's key runner.extra-flags decides which are allowed.",
                        "[\"--personality=x86\"]",
                        "appended to nspawn's arguments"),
                Options.option(
                        "nixDaemon",
                        Types.BOOL,
                        "false",
                        null,
                        "Whether a NixOS system reaches the host's Nix daemon where the container's users are the host's. The"
                                + " daemon trusts the host's root, so root inside then is root on the host. NixOS binds the"
                                + " socket into every container; here it is bound by itself only where privateUsers maps"
                                + " users to others.",
                        "true",
                        "--bind-ro=/nix/var/nix/daemon-socket"),
                Options.option(
                        "limits",
                        LIMITS,
                        null,
                        UNSET,
                        "Limits of the container's resources. A change applies to the running container.",
                        "{\"memoryMax\": \"512M\"}",
                        "limits of its control group: MemoryMax=, MemoryHigh=, CPUQuota=, CPUWeight=, TasksMax=, IOWeight="));
    }
}
