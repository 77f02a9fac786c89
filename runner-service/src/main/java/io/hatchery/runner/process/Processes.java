package io.hatchery.runner.process;

import io.hatchery.spec.Signal;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** The processes of this host. */
public interface Processes {
    /** The process that has that pid now, if one has. A zombie has ended. */
    Optional<ProcessRef> of(long pid);

    /**
     * The ids of a process in the pid namespaces that it is in, this one's first: the {@code NSpid} line of
     * proc_pid_status(5). Empty if it has ended.
     */
    List<Long> namespaced(long pid);

    /**
     * Sends a signal to that process and to no later one with its pid.
     *
     * @return whether the process was there to get it
     * @throws IOException if the kernel refuses
     */
    boolean send(ProcessRef process, Signal signal) throws IOException;

    /** Whether it runs still. */
    default boolean isAlive(ProcessRef process) {
        return of(process.pid()).filter(process::equals).isPresent();
    }
}
