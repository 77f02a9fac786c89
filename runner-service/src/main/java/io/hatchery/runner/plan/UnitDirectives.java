package io.hatchery.runner.plan;

import io.hatchery.spec.BindMount;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Device;
import io.hatchery.spec.Limits;
import io.hatchery.spec.RestartPolicy;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The directives of a container's unit: systemd.unit(5), systemd.service(5), systemd.kill(5), systemd.resource-control(5). */
public final class UnitDirectives {
    /** What nspawn exits with when the container asks to be rebooted. */
    private static final String REBOOT = "133";

    private static final Device TUN = new Device("/dev/net/tun", "rwm");

    private UnitDirectives() {}

    static SortedMap<String, List<String>> of(ContainerSpec spec) {
        var directives = new TreeMap<String, List<String>>();
        directives.put("Description", List.of("Container " + spec.name()));
        directives.put("After", after(spec));
        directives.put("RequiresMountsFor", mounts(spec));
        directives.put("Type", List.of("notify"));
        directives.put("TimeoutStartSec", List.of(spec.startTimeout().toString()));
        directives.put("TimeoutStopSec", List.of(spec.stopTimeout().toString()));
        directives.put("Restart", List.of(restart(spec.restart())));
        directives.put("RestartForceExitStatus", List.of(REBOOT));
        directives.put("SuccessExitStatus", List.of(REBOOT));
        directives.put("Slice", List.of("machine.slice"));
        directives.put("Delegate", List.of("yes"));
        directives.put("KillMode", List.of("mixed"));
        directives.put("KillSignal", List.of("SIGTERM"));
        directives.put("DevicePolicy", List.of("closed"));
        directives.put("SyslogIdentifier", List.of("container " + spec.name()));
        List<String> devices = devices(spec);
        if (!devices.isEmpty()) {
            directives.put("DeviceAllow", devices);
        }
        if (spec.autoStart()) {
            directives.put("WantedBy", List.of("machines.target"));
        }
        if (spec.limits() != null) {
            limits(spec.limits(), directives);
        }
        return directives;
    }

    private static String restart(RestartPolicy policy) {
        return switch (policy) {
            case ON_FAILURE -> "on-failure";
            case ALWAYS -> "always";
            case NO -> "no";
        };
    }

    private static List<String> after(ContainerSpec spec) {
        var units = new ArrayList<String>();
        units.add("network.target");
        if (spec.network() != null) {
            spec.network().interfaces().forEach(device -> units.add(UnitNames.device(device)));
        }
        return units;
    }

    private static List<String> mounts(ContainerSpec spec) {
        var paths = new LinkedHashSet<String>();
        paths.add(spec.root());
        spec.bindMounts().stream().map(BindMount::hostPath).forEach(paths::add);
        return List.copyOf(paths);
    }

    /** What the container may use beside the pseudo devices that every unit may. */
    public static Set<Device> allowed(ContainerSpec spec) {
        var devices = new LinkedHashSet<Device>();
        var confinement = spec.confinement();
        if (confinement != null) {
            devices.addAll(confinement.allowedDevices());
            boolean ownNetwork = spec.network() != null && spec.network().isPrivate();
            if (confinement.enableTun() || confinement.mapsUsers() && ownNetwork) {
                devices.add(TUN);
            }
        }
        return devices;
    }

    private static List<String> devices(ContainerSpec spec) {
        return allowed(spec).stream()
                .map(device -> device.node() + " " + device.modifier())
                .toList();
    }

    private static void limits(Limits limits, SortedMap<String, List<String>> directives) {
        put(directives, "MemoryMax", limits.memoryMax());
        put(directives, "MemoryHigh", limits.memoryHigh());
        put(directives, "CPUQuota", limits.cpuQuota());
        put(directives, "CPUWeight", limits.cpuWeight());
        put(directives, "TasksMax", limits.tasksMax());
        put(directives, "IOWeight", limits.ioWeight());
    }

    private static void put(SortedMap<String, List<String>> directives, String name, @Nullable Object value) {
        if (value != null) {
            directives.put(name, List.of(value.toString()));
        }
    }
}
