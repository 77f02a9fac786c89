package io.hatchery.runner.cgroup;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Which control group hierarchies a host has, see cgroups(7) and "The three different tree setups" of systemd's
 * CGROUP_DELEGATION.
 *
 * @param mode which of the three setups
 * @param roots mount points in which a container's processes are kept: the systemd hierarchy, the unified one, or both
 * @param unified the mount point of the unified hierarchy; null if there is none
 * @param controllers mount points of the version 1 hierarchies that limit and account
 * @param devices the one of them with the devices controller; null if there is none
 */
public record CgroupLayout(
        Mode mode,
        List<Path> roots,
        @Nullable Path unified,
        List<Path> controllers,
        @Nullable Path devices) {
    /** The setups. */
    public enum Mode {
        /** Only version 1 hierarchies. */
        V1,
        /** Version 1 controllers, and a unified hierarchy without any. */
        HYBRID,
        /** The unified hierarchy alone. */
        V2;

        /** The word in JSON. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Keeps immutable copies. */
    public CgroupLayout {
        roots = List.copyOf(roots);
        controllers = List.copyOf(controllers);
    }

    /**
     * Reads it off the kernel's list of mounts.
     *
     * @param mountinfo the text of {@code /proc/self/mountinfo}, see proc_pid_mountinfo(5)
     * @throws IllegalStateException if no hierarchy for processes is mounted, with what to mount
     */
    public static CgroupLayout of(String mountinfo) {
        Path named = null;
        Path unified = null;
        var controllers = new ArrayList<Path>();
        Path devices = null;
        for (String line : mountinfo.lines().toList()) {
            int dash = line.indexOf(" - ");
            if (dash < 0) {
                continue;
            }
            String[] left = line.substring(0, dash).split(" ");
            String[] right = line.substring(dash + 3).split(" ");
            if (left.length < 5 || right.length < 3 || !left[4].startsWith("/sys/fs/cgroup")) {
                continue;
            }
            if (right[0].equals("cgroup2")) {
                unified = Path.of(left[4]);
            } else if (right[0].equals("cgroup") && List.of(right[2].split(",")).contains("name=systemd")) {
                named = Path.of(left[4]);
            } else if (right[0].equals("cgroup")) {
                controllers.add(Path.of(left[4]));
                devices = List.of(right[2].split(",")).contains("devices") ? Path.of(left[4]) : devices;
            }
        }
        return of(named, unified, controllers, devices);
    }

    private static CgroupLayout of(
            @Nullable Path named, @Nullable Path unified, List<Path> controllers, @Nullable Path devices) {
        var roots = new ArrayList<Path>();
        if (named != null) {
            roots.add(named);
        }
        if (unified != null) {
            roots.add(unified);
        }
        if (roots.isEmpty()) {
            throw new IllegalStateException(
                    "no control group hierarchy is mounted below /sys/fs/cgroup: mount cgroup2 there");
        }
        Mode mode = named == null ? Mode.V2 : unified == null ? Mode.V1 : Mode.HYBRID;
        return new CgroupLayout(mode, roots, unified, controllers, devices);
    }
}
