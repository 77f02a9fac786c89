package io.hatchery.runner.process;

import java.io.IOException;
import java.util.List;
import java.util.Set;

/** Names the processes of a group so that each may be signalled, and nobody who takes over a pid meanwhile is. */
public final class ProcessGroup {
    private ProcessGroup() {}

    /** Tells who is in a group now. */
    @FunctionalInterface
    public interface Group {
        /** Their pids. */
        Set<Long> pids() throws IOException;
    }

    /** Those who are in the group: a process that is there after it was named, by the pid that it was named by, is meant. */
    public static List<ProcessRef> of(Processes processes, Group group) throws IOException {
        List<ProcessRef> named =
                group.pids().stream().flatMap(pid -> processes.of(pid).stream()).toList();
        Set<Long> still = group.pids();
        return named.stream().filter(process -> still.contains(process.pid())).toList();
    }
}
