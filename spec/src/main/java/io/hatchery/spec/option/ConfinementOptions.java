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
                    "The device.",
                    "\"/dev/fuse\"",
                    "DeviceAllow="),
            Options.option(
                    "modifier",
                    ConfinementTypes.DEVICE_MODIFIER,
                    null,
                    "must be given",
                    "Whether it may be read, written and made.",
                    "\"rw\"",
                    "DeviceAllow=")));

    private static final OptionType.Submodule LIMITS = new OptionType.Submodule(List.of(
            limit("memoryMax", ConfinementTypes.SIZE_OR_INFINITY, "Bytes of memory at most.", "\"512M\"", "MemoryMax="),
            limit(
                    "memoryHigh",
                    ConfinementTypes.SIZE_OR_INFINITY,
                    "Bytes of memory above which it is slowed down.",
                    "\"400M\"",
                    "MemoryHigh="),
            limit("cpuQuota", ConfinementTypes.CPU_QUOTA, "Time of one processor at most.", "\"150%\"", "CPUQuota="),
            limit("cpuWeight", ConfinementTypes.CPU_WEIGHT, "Its share of the processors.", "200", "CPUWeight="),
            limit("tasksMax", ConfinementTypes.TASKS, "Processes and threads at most.", "500", "TasksMax="),
            limit("ioWeight", ConfinementTypes.IO_WEIGHT, "Its share of the disks.", "50", "IOWeight=")));

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
                        "Which users of the host the container's users are: the same, the same in a namespace of their own, a"
                                + " range that nspawn picks, or one that starts here.",
                        "\"pick\"",
                        "--private-users="),
                Options.option(
                        "additionalCapabilities",
                        new OptionType.ListOf(ConfinementTypes.CAPABILITY),
                        "[]",
                        null,
                        "Capabilities beside those that nspawn leaves a container.",
                        "[\"CAP_NET_ADMIN\"]",
                        "--capability="),
                Options.option(
                        "enableTun",
                        Types.BOOL,
                        "false",
                        null,
                        "Whether the container may make TUN and TAP devices.",
                        "true",
                        "DeviceAllow=/dev/net/tun rwm and CAP_NET_ADMIN"),
                Options.option(
                        "allowedDevices",
                        new OptionType.ListOf(DEVICE),
                        "[]",
                        null,
                        "Devices that the container may use.",
                        "[{\"node\": \"/dev/fuse\", \"modifier\": \"rw\"}]",
                        "DeviceAllow="),
                Options.option(
                        "extraFlags",
                        new OptionType.ListOf(Types.TEXT),
                        "[]",
                        null,
                        "Further arguments of systemd-nspawn.",
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
                        "What it may use; a change takes effect while it runs.",
                        "{\"memoryMax\": \"512M\"}",
                        "limits of its control group: MemoryMax=, MemoryHigh=, CPUQuota=, CPUWeight=, TasksMax=, IOWeight="));
    }
}
