package io.hatchery.runner.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Finds the one process of a container that a stop is for, among all that its control group holds. */
public final class Leaders {
    private record Candidate(long pid, List<Long> namespaced) {
        long innermost() {
            return namespaced.getLast();
        }
    }

    private Leaders() {}

    /**
     * The process that has that pid in the container's own pid namespace, as the {@code NSpid} line of proc_pid_status(5) says;
     * of several, which there are when the container holds containers, the outermost.
     *
     * @param pids the processes of the container's payload, as the host counts them
     * @param inner 1 for the init, 2 for the program behind nspawn's stub init
     */
    public static Optional<ProcessRef> find(Collection<Long> pids, long inner) throws IOException {
        return pids.stream()
                .flatMap(pid -> candidate(pid).stream())
                .filter(candidate -> candidate.innermost() == inner)
                .min(Comparator.comparingInt(candidate -> candidate.namespaced().size()))
                .flatMap(candidate -> ProcessRef.of(candidate.pid()));
    }

    private static Optional<Candidate> candidate(long pid) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(pid), "status"))
                    .lines()
                    .filter(line -> line.startsWith("NSpid:"))
                    .map(line -> Arrays.stream(
                                    line.substring("NSpid:".length()).strip().split("\\s+"))
                            .map(Long::valueOf)
                            .toList())
                    .map(namespaced -> new Candidate(pid, namespaced))
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty(); // it has ended since the list was made
        }
    }
}
