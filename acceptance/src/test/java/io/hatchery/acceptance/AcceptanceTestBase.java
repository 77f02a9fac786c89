package io.hatchery.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** What is really there, read from the kernel and not from Hatchery. */
final class AcceptanceTestBase {
    private static final Path CGROUPS = Path.of("/sys/fs/cgroup");

    private AcceptanceTestBase() {}

    /** Names that have a folder in a runner's runtime folder. */
    static List<String> containersOf(Path runtime) {
        Path containers = runtime.resolve("c");
        return Files.isDirectory(containers)
                ? list(containers).stream()
                        .map(path -> path.getFileName().toString())
                        .toList()
                : List.of();
    }

    /** The container's cgroups, one for each hierarchy that has any. */
    static List<Path> cgroups(String container) {
        var found = new ArrayList<Path>();
        var places = new ArrayList<>(list(CGROUPS));
        places.add(CGROUPS);
        for (Path place : places) {
            Path cgroup = place.resolve("machine").resolve(container + ".nspawn");
            if (Files.isDirectory(cgroup)) {
                found.add(cgroup);
            }
        }
        return found;
    }

    /** Pids of every process in the container's cgroups, its supervisor's among them. */
    static Set<Long> members(String container) {
        var pids = new TreeSet<Long>();
        for (Path cgroup : cgroups(container)) {
            for (Path folder : walk(cgroup)) {
                lines(folder.resolve("cgroup.procs")).forEach(line -> pids.add(Long.parseLong(line)));
            }
        }
        pids.remove(0L);
        return pids;
    }

    /** Pids of the nspawn processes of that machine name. */
    static List<Long> supervisors(String container) {
        var found = new ArrayList<Long>();
        ProcessHandle.allProcesses().map(ProcessHandle::pid).forEach(pid -> {
            if (machineOf(pid).equals(container)) {
                found.add(pid);
            }
        });
        return found;
    }

    /** By machine name, the nspawn processes that are not children of one of the same name, as those are that it forks. */
    static Map<String, List<Long>> allSupervisors() {
        var found = new TreeMap<String, List<Long>>();
        ProcessHandle.allProcesses().forEach(process -> {
            String machine = machineOf(process.pid());
            boolean forked = process.parent()
                    .map(ProcessHandle::pid)
                    .map(AcceptanceTestBase::machineOf)
                    .filter(machine::equals)
                    .isPresent();
            if (machine.startsWith("t-") && !forked && !isInNamespaceOfItsOwn(process.pid())) {
                found.computeIfAbsent(machine, name -> new ArrayList<>()).add(process.pid());
            }
        });
        return found;
    }

    /**
     * Whether a process is in a pid namespace below that of the tests: the payload before it executes its program. Its parent, another
     * fork of nspawn, may have ended by then, so that its parent alone does not show what it is.
     */
    private static boolean isInNamespaceOfItsOwn(long pid) {
        return depth(String.valueOf(pid)) > depth("self");
    }

    /** How many pid namespaces a process has a pid in; 0 if it is gone. See proc_pid_status(5). */
    private static int depth(String pid) {
        return lines(Path.of("/proc/" + pid + "/status")).stream()
                .filter(line -> line.startsWith("NSpid:"))
                .mapToInt(line -> line.split("\\s+").length - 1)
                .findFirst()
                .orElse(0);
    }

    /** The machine name of an nspawn process; empty if it is none. */
    private static String machineOf(long pid) {
        List<String> arguments = arguments(pid);
        int machine = arguments.indexOf("-M");
        boolean nspawn = !arguments.isEmpty() && arguments.getFirst().endsWith("systemd-nspawn");
        return nspawn && machine > 0 ? arguments.get(machine + 1) : "";
    }

    static List<String> arguments(long pid) {
        try {
            return Arrays.asList(
                    Files.readString(Path.of("/proc/" + pid + "/cmdline")).split("\0"));
        } catch (IOException goneMeanwhile) {
            return List.of();
        }
    }

    /** The name of a process, empty if it is gone. */
    static String commandName(long pid) {
        return String.join("", lines(Path.of("/proc/" + pid + "/comm")));
    }

    static List<String> mountsBelow(Path folder) {
        return lines(Path.of("/proc/self/mountinfo")).stream()
                .map(line -> line.split(" ")[4])
                .filter(point -> point.startsWith(folder + "/") || point.equals(folder.toString()))
                .toList();
    }

    /** Names of the network interfaces of this host. */
    static Set<String> interfaces() {
        var names = new TreeSet<String>();
        list(Path.of("/sys/class/net"))
                .forEach(path -> names.add(path.getFileName().toString()));
        return names;
    }

    /** Insists that nothing of a container is left. */
    static void assertGone(String container, Path root) {
        await().atMost(Duration.ofSeconds(5)).untilAsserted(() -> {
            assertThat(supervisors(container)).as("supervisors").isEmpty();
            assertThat(cgroups(container)).as("cgroups").isEmpty();
            assertThat(mountsBelow(root)).as("mounts").isEmpty();
            assertThat(interfaces()).as("interfaces").noneMatch(name -> name.contains(container));
        });
    }

    /** Ends a container by force and removes its cgroups. */
    static void destroy(String container) {
        await().atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(50))
                .until(() -> {
                    Set<Long> pids = members(container);
                    pids.addAll(supervisors(container));
                    pids.forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
                    return pids.isEmpty();
                });
        for (Path cgroup : cgroups(container)) {
            walk(cgroup).reversed().forEach(folder -> {
                if (!folder.toFile().delete() && Files.exists(folder)) {
                    throw new IllegalStateException("the cgroup " + folder + " cannot be removed");
                }
            });
        }
    }

    static void unmountBelow(Path folder) {
        for (String point : mountsBelow(folder).reversed()) {
            ProcessResult.toEnd(new ProcessBuilder("umount", "-l", point)).orFail();
        }
    }

    static void delete(Path folder) {
        if (Files.exists(folder)) {
            ProcessResult.toEnd(new ProcessBuilder("rm", "-rf", "--one-file-system", folder.toString()))
                    .orFail();
        }
    }

    private static List<Path> walk(Path folder) {
        var found = new ArrayList<Path>();
        found.add(folder);
        for (Path below : list(folder)) {
            if (Files.isDirectory(below)) {
                found.addAll(walk(below));
            }
        }
        return found;
    }

    private static List<Path> list(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted(Comparator.naturalOrder()).toList();
        } catch (NoSuchFileException goneMeanwhile) {
            return List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A file of /proc or of a cgroup; none if what it is about is gone. */
    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException goneMeanwhile) {
            return List.of();
        }
    }
}
