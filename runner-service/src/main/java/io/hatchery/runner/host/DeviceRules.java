package io.hatchery.runner.host;

import io.hatchery.runner.cgroup.DeviceRule;
import io.hatchery.runner.cgroup.DeviceRule.DeviceKind;
import io.hatchery.runner.plan.UnitDirectives;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Device;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The devices of a container as numbers: what {@code DevicePolicy=closed} and {@code DeviceAllow=} of systemd.resource-control(5) allow,
 * for hosts whose containers are no units.
 */
public final class DeviceRules {
    private static final String ALL = "rwm";

    /** Linux: Documentation/admin-guide/devices.txt. What systemd allows every unit whose devices are closed; no hardware is in it. */
    private static final List<DeviceRule> PSEUDO = List.of(
            pseudo(DeviceKind.CHARACTER, 1, 3), // null
            pseudo(DeviceKind.CHARACTER, 1, 5), // zero
            pseudo(DeviceKind.CHARACTER, 1, 7), // full
            pseudo(DeviceKind.CHARACTER, 1, 8), // random
            pseudo(DeviceKind.CHARACTER, 1, 9), // urandom
            pseudo(DeviceKind.CHARACTER, 5, 0), // tty
            pseudo(DeviceKind.CHARACTER, 5, 2), // ptmx
            pseudo(DeviceKind.CHARACTER, 0, 0), // nspawn's inaccessible nodes
            pseudo(DeviceKind.BLOCK, 0, 0));

    private static final Device TERMINALS = new Device("char-pts", "rw");
    private static final String TUN = "/dev/net/tun";
    private static final DeviceRule TUN_RULE = new DeviceRule(DeviceKind.CHARACTER, 10, 200, ALL, false);
    private static final int TYPE = 0170000;
    private static final int CHARACTER_TYPE = 0020000;
    private static final int BLOCK_TYPE = 0060000;

    private DeviceRules() {}

    private static DeviceRule pseudo(DeviceKind kind, int major, int minor) {
        return new DeviceRule(kind, major, minor, ALL, false);
    }

    /**
     * The rules of a spec on this host.
     *
     * @throws IOException if the host has not a device that the spec allows
     */
    public static List<DeviceRule> of(ContainerSpec spec) throws IOException {
        String known = Files.readString(Path.of("/proc/devices"));
        var rules = new ArrayList<>(PSEUDO);
        rules.addAll(group(TERMINALS, known, false));
        for (Device device : UnitDirectives.allowed(spec)) {
            boolean isGroup = device.node().startsWith("char-") || device.node().startsWith("block-");
            List<DeviceRule> found = isGroup ? group(device, known, true) : node(device);
            if (found.isEmpty()) {
                throw new IOException("allowedDevices: this host has no " + device.node()
                        + (isGroup ? " in /proc/devices" : "") + ": take it out, or load the driver");
            }
            rules.addAll(found);
        }
        return rules;
    }

    /** The majors of a group, in which {@code *} and {@code ?} are wildcards: systemd.resource-control(5), DeviceAllow=. */
    static List<DeviceRule> group(Device device, String procDevices, boolean isRequired) {
        boolean character = device.node().startsWith("char-");
        String name = device.node().substring(character ? "char-".length() : "block-".length());
        Pattern wanted =
                Pattern.compile(Pattern.quote(name).replace("*", "\\E.*\\Q").replace("?", "\\E.\\Q"));
        var rules = new ArrayList<DeviceRule>();
        DeviceKind kind = DeviceKind.CHARACTER;
        for (String line : procDevices.lines().toList()) {
            String[] words = line.strip().split("\\s+", 2);
            if (line.startsWith("Block devices")) {
                kind = DeviceKind.BLOCK;
            } else if (words.length == 2
                    && words[0].chars().allMatch(Character::isDigit)
                    && character == (kind == DeviceKind.CHARACTER)
                    && wanted.matcher(words[1]).matches()) {
                rules.add(new DeviceRule(
                        kind, Integer.parseInt(words[0]), DeviceRule.ANY, device.modifier(), isRequired));
            }
        }
        return rules;
    }

    private static List<DeviceRule> node(Device device) throws IOException {
        Path node = Path.of(device.node());
        if (!Files.exists(node)) {
            // Its module is loaded when it is first opened, on hosts whose /dev has a node for it.
            return device.node().equals(TUN) ? List.of(TUN_RULE) : List.of();
        }
        int type = (int) Files.getAttribute(node, "unix:mode") & TYPE;
        if (type != CHARACTER_TYPE && type != BLOCK_TYPE) {
            throw new IOException("allowedDevices: " + node + " is no device: give a device node, or take it out");
        }
        long number = (long) Files.getAttribute(node, "unix:rdev");
        DeviceKind kind = type == CHARACTER_TYPE ? DeviceKind.CHARACTER : DeviceKind.BLOCK;
        return List.of(new DeviceRule(kind, major(number), minor(number), device.modifier(), true));
    }

    /** makedev(3), as glibc and musl have it. */
    static int major(long device) {
        return (int) (device >>> 8 & 0xfff | device >>> 32 & 0xfffff000L);
    }

    static int minor(long device) {
        return (int) (device & 0xff | device >>> 12 & 0xffffff00L);
    }
}
