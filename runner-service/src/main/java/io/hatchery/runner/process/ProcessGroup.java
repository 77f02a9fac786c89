package io.hatchery.runner.process;

import java.io.IOException;
import java.util.List;
import java.util.Set;

/** References the processes of a group, so that a signal never reaches a later process with the same pid. */
public final class ProcessGroup {
    private ProcessGroup() {}

    /** A group of processes, such as a cgroup. */
    @FunctionalInterface
    public interface Group {
        /** The pids of the processes that are in the group now. */
        Set<Long> pids() throws IOException;
    }

    /** The processes of the group. A process whose pid is still in the group after it was referenced is the one that was read. */
    public static List<ProcessRef> of(Processes processes, Group group) throws IOException {
        List<ProcessRef> named =
                group.pids().stream().flatMap(pid -> processes.of(pid).stream()).toList();
        Set<Long> still = group.pids();
        return named.stream().filter(process -> still.contains(process.pid())).toList();
    }
}
