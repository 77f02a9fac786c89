package io.hatchery.runner.nspawn;

import io.hatchery.spec.ContainerSpec;
import java.io.IOException;

/** Begins runs. */
public interface Launcher {
    /**
     * Begins the shim of a run whose folder is there. It claims the run, and does nothing if the run is claimed already.
     *
     * @throws IOException if it cannot be begun
     */
    void launch(ContainerSpec spec, long run) throws IOException;
}
