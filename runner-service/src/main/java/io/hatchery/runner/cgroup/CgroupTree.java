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
import org.jspecify.annotations.Nullable;

/**
 * The control groups of containers: {@code machine/<name>.nspawn} in each hierarchy that holds processes. Containers come and go
 * on many threads: what they have in common is there from the first {@link #create} to the last {@link #remove}.
 */
public final class CgroupTree implements Cgroups {
    private static final String PARENT = "machine";
    private static final int LINKS_OF_A_LEAF = 2;
    private static final String SUFFIX = ".nspawn";
    private static final String SHIMS = "hatchery-shims";

    private final CgroupLayout layout;
    private final Object common = new Object();

    /** On a host with that layout. */
    public CgroupTree(CgroupLayout layout) {
        this.layout = layout;
    }

    /** The host's layout. */
    public CgroupLayout layout() {
        return layout;
    }

    /** The container's groups, made if they are missing. */
    public List<Path> create(ContainerName container) throws IOException {
        List<Path> groups = groups(container);
        synchronized (common) {
            for (Path group : groups) {
                Files.createDirectories(group);
            }
        }
        return groups;
    }

    /**
     * The groups, made if they are missing and kept while any container has its own, of what must outlive the runner and whatever holds the runner: a service, or a
     * container whose end is the end of all that is in its groups. In a version 1 hierarchy of controllers that is its root.
     */
    public List<Path> createOutside() throws IOException {
        var groups = new ArrayList<Path>(layout.controllers());
        synchronized (common) {
            for (Path root : layout.roots()) {
                groups.add(Files.createDirectories(root.resolve(PARENT).resolve(SHIMS)));
            }
        }
        return groups;
    }

    private List<Path> groups(ContainerName container) {
        return layout.roots().stream()
                .map(root -> root.resolve(PARENT).resolve(container + SUFFIX))
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
        for (Path group : groups(container)) {
            for (Path directory : tree(group).reversed()) {
                Files.deleteIfExists(directory);
            }
            synchronized (common) {
                removeCommon(group.getParent());
            }
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
            boolean ours = group.equals(parent) || group.equals(parent.resolve(SHIMS));
            if (!ours || !pids(group).isEmpty()) {
                return;
            }
            Files.delete(group);
        }
    }

    @Override
    public boolean exists(ContainerName container) {
        return groups(container).stream().anyMatch(Files::exists);
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
