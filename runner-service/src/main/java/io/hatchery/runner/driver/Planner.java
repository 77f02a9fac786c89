package io.hatchery.runner.driver;

import io.hatchery.runner.plan.NspawnPlan;
import io.hatchery.spec.ContainerSpec;
import java.io.IOException;

/** Makes the plans of specs on this host as it is now. */
public interface Planner {
    /**
     * The plan of a spec. A profile link is resolved once, so that a run has one system even when the link moves on.
     *
     * @throws IOException if the host lacks the system that the container runs
     */
    NspawnPlan plan(ContainerSpec spec) throws IOException;

    /**
     * The spec with the store path of its system in place of a link to it.
     *
     * @throws IOException if the host lacks the system that the container runs
     */
    ContainerSpec resolve(ContainerSpec spec) throws IOException;
}
