package io.hatchery.runner.direct;

import io.hatchery.spec.ContainerSpec;
import java.io.IOException;

/** Begins runs. */
public interface Launcher {
    /**
     * Begins the supervisor of a run whose folder is there. It claims the run, and does nothing if the run is claimed already.
     *
     * @throws IOException if it cannot be begun
     */
    void launch(ContainerSpec spec, long run) throws IOException;

    /**
     * Switches a running system to that of a spec, and waits for the end of that.
     *
     * @param leader the pid of the container's init
     * @throws IOException if the switch failed, with the last line of its output
     */
    void reload(ContainerSpec spec, long leader) throws IOException;
}
