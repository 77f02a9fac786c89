package io.hatchery.runner.lifecycle;

import io.hatchery.protocol.FleetEvent;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;

/** An action of the driver or the bus that a {@link Transition} requests. */
public sealed interface Effect {
    /** Define the container on the host without starting or stopping it. Answered by {@link Input.DefineFailed} alone. */
    record Define(ContainerSpec spec) implements Effect {}

    /**
     * Take over a run that someone on the host started. Answered by {@link Input.Spawned} or {@link Input.LaunchFailed}.
     *
     * @param run the number that the run gets
     */
    record Adopt(long run, ContainerSpec spec) implements Effect {}

    /**
     * Make sure that the host can carry out a changed spec before the run that has the old one ends: it allows it, and has its system. Answered by {@link Input.Fetched} or
     * {@link Input.FetchFailed}.
     */
    record Fetch(long run, ContainerSpec spec) implements Effect {}

    /** Cancel {@link Prepare}, which then fails unless it is done. Has no answer of its own. */
    record CancelPrepare(long run, ContainerName container) implements Effect {}

    /** Prepare the root. Answered by {@link Input.Prepared} or {@link Input.LaunchFailed}. */
    record Prepare(long run, ContainerSpec spec) implements Effect {}

    /**
     * Spawn the processes as soon as the limit of concurrent starts allows. Answered by {@link Input.Spawned} or
     * {@link Input.LaunchFailed}.
     */
    record Spawn(long run, ContainerSpec spec) implements Effect {}

    /** Switch the running system to a changed spec. Answered by {@link Input.Reloaded} or {@link Input.ReloadFailed}. */
    record Reload(long run, ContainerSpec spec) implements Effect {}

    /** Send the kill signal to the leader alone. Answered by {@link Input.Exited}, or {@link Input.LaunchFailed} if it never began. */
    record SignalLeader(long run, ContainerSpec spec) implements Effect {}

    /** Send SIGTERM to the supervisor. Answered by {@link Input.Exited}. */
    record TerminateSupervisor(long run, ContainerName container) implements Effect {}

    /** Kill every process of the container. Answered by {@link Input.Exited}, or {@link Input.LaunchFailed} if it never began. */
    record Kill(long run, ContainerName container) implements Effect {}

    /** Remove what the run left on the host. Answered by {@link Input.CleanedUp} or {@link Input.CleanUpFailed}. */
    record CleanUp(long run, ContainerName container) implements Effect {}

    /** Remove everything that Hatchery made for the container. Answered by {@link Input.Removed} or {@link Input.RemovalFailed}. */
    record Remove(ContainerName container, Removal removal) implements Effect {}

    /** Publish an event. Has no answer. */
    record Publish(FleetEvent event) implements Effect {}
}
