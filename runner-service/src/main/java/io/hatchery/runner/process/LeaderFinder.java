package io.hatchery.runner.process;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Finds the one process of a container that a stop is for, among all that its control group holds. */
public final class LeaderFinder {
    private record LeaderCandidate(ProcessRef process, List<Long> namespaced) {
        boolean isInnermost(long id) {
            return !namespaced.isEmpty() && namespaced.getLast() == id;
        }
    }

    private LeaderFinder() {}

    /**
     * The process that has that pid in the container's own pid namespace; of several, which there are when the container holds
     * containers, the outermost.
     *
     * @param payload what runs in the container
     * @param inner 1 for the init, 2 for the program behind nspawn's stub init
     */
    public static Optional<ProcessRef> find(Processes processes, Collection<ProcessRef> payload, long inner) {
        return payload.stream()
                .map(process -> new LeaderCandidate(process, processes.namespaced(process.pid())))
                .filter(candidate -> candidate.isInnermost(inner))
                .min(Comparator.comparingInt(candidate -> candidate.namespaced().size()))
                .map(LeaderCandidate::process);
    }
}
