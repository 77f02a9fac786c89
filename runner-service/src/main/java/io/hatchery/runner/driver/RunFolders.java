package io.hatchery.runner.driver;

import io.hatchery.spec.ContainerName;
import java.io.IOException;

/** The folders of all runs of this boot. */
public interface RunFolders {
    /** The folder of a run, which need not be there. */
    RunFolder of(ContainerName container, long run);

    /** The highest number of a run of a container whose folder is there; 0 if there is none. */
    long last(ContainerName container) throws IOException;

    /** Deletes those of every run of a container. */
    void deleteAll(ContainerName container) throws IOException;

    /**
     * Calls back, on the runner's context, after something has been made in a folder that is there.
     *
     * @return ends it
     */
    Runnable follow(RunFolder folder, Runnable changed) throws IOException;
}
