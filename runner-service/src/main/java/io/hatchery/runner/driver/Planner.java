package io.hatchery.runner.driver;

import io.hatchery.runner.plan.NspawnPlan;
import io.hatchery.spec.ContainerSpec;
import java.io.IOException;

/** Makes the plans of specs on this host as it is now. */
public interface Planner {
    /**
     * The plan of a spec that {@link #resolve} has returned.
     *
     * @throws IOException if the host cannot carry it out
     */
    NspawnPlan plan(ContainerSpec resolved) throws IOException;

    /**
     * What the host makes of a spec: its users, the store path of its system in place of a link to it, and paths without links where the
     * host's policy checks them. A run has one system even when a profile link moves on.
     *
     * @throws IOException if the host's policy refuses the spec, or the host lacks the system that the container runs
     */
    ContainerSpec resolve(ContainerSpec spec) throws IOException;
}
