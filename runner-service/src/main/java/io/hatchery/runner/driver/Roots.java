package io.hatchery.runner.driver;

import io.hatchery.runner.plan.SetupStep;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import java.io.IOException;
import java.util.List;

/** What containers keep on this host's disks and in its firewall. */
public interface Roots {
    /** Knows paths that will exist when a container begins. */
    interface Expected {
        /** Whether a path that is not there will be. */
        boolean holds(String path) throws IOException;
    }

    /**
     * Makes sure that the host has what a spec names.
     *
     * @throws IOException if it lacks something
     */
    void check(ContainerSpec spec, Expected expected) throws IOException;

    /**
     * Makes a root ready for nspawn.
     *
     * @throws IOException if the host lacks something that the spec names; nothing has been made then
     */
    void prepare(ContainerSpec spec) throws IOException;

    /** Removes the copies of an ephemeral container's root that no nspawn holds any more. */
    void removeAbandonedCopies(String root) throws IOException;

    /** Removes what an nspawn that was killed forwards still. */
    void removeForwards(List<SetupStep.RemoveForward> forwards) throws IOException;

    /** Removes a container's console. */
    void removeConsole(ContainerName container) throws IOException;

    /** Removes a root with all that is in it. */
    void purge(String root) throws IOException;
}
