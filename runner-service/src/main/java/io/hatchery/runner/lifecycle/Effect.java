package io.hatchery.runner.lifecycle;

import io.hatchery.protocol.FleetEvent;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;

/** Something to be done to the world. Each is answered by an input, but for those that say they are not. */
public sealed interface Effect {
    /** Take on what the container is to be from now on, without starting or stopping anything. Answered if it cannot be. */
    record Define(ContainerSpec spec) implements Effect {}

    /** Take on what someone on the host has begun, as that run. */
    record Adopt(long run, ContainerSpec spec) implements Effect {}

    /** Get what a changed spec runs onto this host, before the run that has the old one is ended for it. */
    record Fetch(long run, ContainerSpec spec) implements Effect {}

    /** Nobody wants any longer what is being prepared. Not answered but by the answer to that. */
    record CancelPrepare(long run, ContainerName container) implements Effect {}

    /** Make the root ready. */
    record Prepare(long run, ContainerSpec spec) implements Effect {}

    /** Begin the run, when there is a place for one more start. */
    record Spawn(long run, ContainerSpec spec) implements Effect {}

    /** Have the run take on a changed spec by a switch inside the container. */
    record Reload(long run, ContainerSpec spec) implements Effect {}

    /**
     * Send the kill signal to the container's init, and to no other process. Not answered but by an exit, or by the word that it
     * never began.
     */
    record SignalLeader(long run, ContainerSpec spec) implements Effect {}

    /** Send SIGTERM to the supervisor. Not answered but by an exit. */
    record TerminateSupervisor(long run, ContainerName container) implements Effect {}

    /** Kill every process of the container. Not answered but by an exit, or by the word that it never began. */
    record Kill(long run, ContainerName container) implements Effect {}

    /** Remove what the run's processes left. */
    record CleanUp(long run, ContainerName container) implements Effect {}

    /** Remove everything that was made for the container. */
    record Remove(ContainerName container, ContainerState.Removal removal) implements Effect {}

    /** Tell the fleet. Not answered. */
    record Publish(FleetEvent event) implements Effect {}
}
