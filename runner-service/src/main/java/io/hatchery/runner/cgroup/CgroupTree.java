package io.hatchery.runner.cgroup;

import io.hatchery.spec.ContainerName;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The control groups of containers: {@code machine/<name>.nspawn} in each hierarchy. Containers come and go on many threads: what they
 * have in common is there from the first {@link #create} to the last {@link #remove}.
 *
 * <p>In a version 1 hierarchy of controllers the container is one level further down, and that is the root of its cgroup namespace:
 * what is set above it cannot be set back from inside, and the hierarchy's own root, with its release_agent, is not shown inside.
 */
public final class CgroupTree implements Cgroups {
    private static final String PARENT = "machine";
    private static final int LINKS_OF_A_LEAF = 2;
    private static final String SUFFIX = ".nspawn";
    private static final String SUPERVISORS = "hatchery-supervisors";
    /** Its name in earlier versions, whose supervisors may still run. */
    private static final String EARLIER_SUPERVISORS = "hatchery-shims";

    private static final String INSIDE = "payload";
    /** What a group of the cpuset controller must have before a process can join it: cpuset(7). */
    private static final List<String> CPUSET = List.of("cpuset.cpus", "cpuset.mems");

    private final CgroupLayout layout;
    private final DeviceProgram program;
    private final Object common = new Object();

    /**
     * On a host with that layout.
     *
     * @param program closes devices where there is no controller for that
     */
    public CgroupTree(CgroupLayout layout, DeviceProgram program) {
        this.layout = layout;
        this.program = program;
    }

    /** The host's layout. */
    public CgroupLayout layout() {
        return layout;
    }

    /**
     * Makes the container's groups anew, which hold no process, with all devices closed but those of the rules.
     *
     * @return the groups that the container's processes are to join
     * @throws IOException if devices cannot be closed, or one that is required cannot be opened
     */
    public List<Path> create(ContainerName container, List<DeviceRule> devices) throws IOException {
        var joined = new ArrayList<Path>(groups(container));
        synchronized (common) {
            for (Path group : joined) {
                Files.createDirectories(group);
            }
            for (Path controller : layout.controllers()) {
                Path group = group(controller, container);
                delete(group); // devices are closed to a group only while nothing is below it
                makeGroup(controller.resolve(PARENT));
                makeGroup(group);
                if (controller.equals(layout.devices())) {
                    allow(group, devices);
                }
                makeGroup(group.resolve(INSIDE));
                joined.add(group.resolve(INSIDE));
            }
        }
        if (layout.devices() == null && layout.unified() != null) {
            program.attach(group(layout.unified(), container), devices);
        } else if (layout.devices() == null) {
            throw new IOException(
                    "the container's devices cannot be closed: this host has neither the unified hierarchy nor the"
                            + " devices controller below /sys/fs/cgroup; mount one: mount -t cgroup -o devices cgroup"
                            + " /sys/fs/cgroup/devices");
        }
        return joined;
    }

    private static void makeGroup(Path group) throws IOException {
        Files.createDirectories(group);
        Path parent = group.getParent();
        for (String file : CPUSET) {
            if (parent != null
                    && Files.exists(group.resolve(file))
                    && Files.readString(group.resolve(file)).isBlank()) {
                Files.writeString(group.resolve(file), Files.readString(parent.resolve(file)));
            }
        }
    }

    private static void allow(Path group, List<DeviceRule> devices) throws IOException {
        Files.writeString(group.resolve("devices.deny"), "a");
        for (DeviceRule rule : devices) {
            try {
                Files.writeString(group.resolve("devices.allow"), rule.controllerLine());
            } catch (IOException e) {
                if (rule.isRequired()) {
                    throw new IOException(
                            "the device " + rule.controllerLine()
                                    + " cannot be allowed: this host may not use it itself (" + e.getMessage() + ")",
                            e);
                }
            }
        }
    }

    /**
     * The groups, made if they are missing and kept while any container has its own, of what must outlive the runner and whatever holds the runner: a service, or a
     * container whose end is the end of all that is in its groups. In a version 1 hierarchy of controllers that is its root.
     */
    public List<Path> createOutside() throws IOException {
        var groups = new ArrayList<Path>(layout.controllers());
        synchronized (common) {
            for (Path root : layout.roots()) {
                groups.add(Files.createDirectories(root.resolve(PARENT).resolve(SUPERVISORS)));
            }
        }
        return groups;
    }

    private static Path group(Path hierarchy, ContainerName container) {
        return hierarchy.resolve(PARENT).resolve(container + SUFFIX);
    }

    private List<Path> groups(ContainerName container) {
        return layout.roots().stream().map(root -> group(root, container)).toList();
    }

    private List<Path> allGroups(ContainerName container) {
        return Stream.concat(layout.roots().stream(), layout.controllers().stream())
                .map(hierarchy -> group(hierarchy, container))
                .toList();
    }

    @Override
    public Set<Long> processes(ContainerName container) throws IOException {
        var pids = new TreeSet<Long>();
        for (Path group : groups(container)) {
            for (Path directory : tree(group)) {
                pids.addAll(pids(directory));
            }
        }
        return pids;
    }

    @Override
    public Set<Long> payload(ContainerName container) throws IOException {
        var pids = new TreeSet<Long>();
        for (Path group : groups(container)) {
            for (Path directory : tree(group.resolve("payload"))) {
                pids.addAll(pids(directory));
            }
        }
        return pids;
    }

    @Override
    public Set<Long> supervisor(ContainerName container) throws IOException {
        var pids = new TreeSet<Long>();
        for (Path group : groups(container)) {
            pids.addAll(pids(group.resolve("supervisor")));
        }
        return pids;
    }

    @Override
    public void kill(ContainerName container) throws IOException {
        Path unified = layout.unified();
        if (unified == null) {
            return;
        }
        Path file = unified.resolve(PARENT).resolve(container + SUFFIX).resolve("cgroup.kill");
        if (Files.exists(file)) {
            Files.writeString(file, "1");
        }
    }

    @Override
    public void remove(ContainerName container) throws IOException {
        for (Path group : allGroups(container)) {
            delete(group);
            synchronized (common) {
                removeCommon(group.getParent());
            }
        }
    }

    private static void delete(Path group) throws IOException {
        for (Path directory : tree(group).reversed()) {
            Files.deleteIfExists(directory);
        }
    }

    private static void removeCommon(@Nullable Path parent) throws IOException {
        if (parent == null || !Files.isDirectory(parent)) {
            return;
        }
        List<Path> groups = tree(parent);
        if (groups.stream().anyMatch(group -> group.toString().endsWith(SUFFIX))) {
            return;
        }
        for (Path group : groups.reversed()) {
            boolean ours = group.equals(parent)
                    || group.equals(parent.resolve(SUPERVISORS))
                    || group.equals(parent.resolve(EARLIER_SUPERVISORS));
            if (!ours || !pids(group).isEmpty()) {
                return;
            }
            Files.delete(group);
        }
    }

    @Override
    public boolean exists(ContainerName container) {
        return allGroups(container).stream().anyMatch(Files::exists);
    }

    private static Set<Long> pids(Path directory) throws IOException {
        try {
            return Files.readString(directory.resolve("cgroup.procs"))
                    .lines()
                    .map(Long::valueOf)
                    .collect(Collectors.toCollection(TreeSet::new));
        } catch (IOException e) {
            if (Files.exists(directory)) {
                throw e;
            }
            return Set.of(); // it went while it was looked at, and so holds nobody
        }
    }

    /** The group and all below it, each before those below it. */
    private static List<Path> tree(Path group) throws IOException {
        var found = new ArrayList<Path>();
        collect(group, found);
        return found;
    }

    private static void collect(Path group, List<Path> into) throws IOException {
        try {
            // Of the many files in each group none need be looked at where the number of links says that no group is
            // below.
            int links = (int) Files.getAttribute(group, "unix:nlink");
            into.add(group);
            if (links == LINKS_OF_A_LEAF) {
                return;
            }
            try (var below = Files.newDirectoryStream(group, Files::isDirectory)) {
                for (Path directory : below) {
                    collect(directory, into);
                }
            } catch (DirectoryIteratorException e) {
                throw e.getCause();
            }
        } catch (NoSuchFileException e) {
            // A group may go while it is looked at; then nothing is below it.
        }
    }
}
