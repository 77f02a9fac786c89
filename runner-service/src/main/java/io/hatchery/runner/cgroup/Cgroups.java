package io.hatchery.runner.cgroup;

import io.hatchery.spec.ContainerName;
import java.io.IOException;
import java.util.Set;

/** The control groups of containers, and who is in them. */
public interface Cgroups {
    /** The pids of every process of the container, its supervisor among them. */
    Set<Long> processes(ContainerName container) throws IOException;

    /** The pids of what runs inside the container. */
    Set<Long> payload(ContainerName container) throws IOException;

    /** The pids of the container's supervisor, nspawn itself. */
    Set<Long> supervisor(ContainerName container) throws IOException;

    /** Kills all that is in the container's group at once, where the kernel can (cgroup v2, since Linux 5.14). */
    void kill(ContainerName container) throws IOException;

    /**
     * Removes the container's groups, and what they had in common with others if they were the last.
     *
     * @throws IOException if a process is still in one of them
     */
    void remove(ContainerName container) throws IOException;

    /** Whether any of the container's groups is there. */
    boolean exists(ContainerName container);
}
