package io.hatchery.runner.driver;

import io.hatchery.runner.lifecycle.ContainerState.Removal;
import io.hatchery.runner.lifecycle.Input;
import io.hatchery.runner.lifecycle.Observation;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.vertx.core.Future;
import java.util.Optional;

/** Makes containers true on this host. A failed future carries words for an operator. */
public interface Driver {
    /** Gets what happens to runs, on the context of whoever set it. */
    interface DriverListener {
        /** Something happened to a run of the container. */
        void happened(ContainerName container, Input input);
    }

    /** How it is called in the host's status. */
    String name();

    /**
     * Takes on what a container is to be from now on: what someone on the host sees of it, starts, or finds limited. Starts and stops
     * nothing.
     */
    Future<Void> define(ContainerSpec spec);

    /** Takes what someone on the host has begun for a run; what becomes of it is told to the listener. */
    Future<Void> adopt(ContainerSpec spec, long run);

    /** Gets what a spec runs onto this host, for as long as that takes; at once where nothing has to be fetched. */
    default Future<Void> fetch(ContainerSpec spec) {
        return Future.succeededFuture();
    }

    /** Makes the root ready. */
    Future<Void> prepare(ContainerSpec spec);

    /** Nobody waits any longer for what is being prepared: the future of that fails, unless it is done. */
    default void abandon(ContainerName container) {}

    /** Begins a run; what becomes of it is told to the listener. */
    Future<Void> spawn(ContainerSpec spec, long run);

    /** The latest run of which the host still has something, for a runner that has lost its journal; empty if there is none. */
    Future<Optional<LastRun>> lastRun(ContainerName container);

    /** Looks for a run that an earlier runner may have begun, and follows it if it has. */
    Future<Observation> observe(ContainerName container, long run);

    /** Switches a running system to that of a spec, inside the container; fails with what it said if it did not go well. */
    Future<Void> reload(ContainerSpec spec, long run);

    /** Sends the kill signal to the container's init alone; fails if that cannot be found. */
    Future<Void> signalLeader(ContainerSpec spec, long run);

    /** Sends SIGTERM to the container's supervisor. */
    Future<Void> terminateSupervisor(ContainerName container, long run);

    /** Kills every process of the container. */
    Future<Void> kill(ContainerName container, long run);

    /** Removes what a run left; fails if anything stays. */
    Future<Void> cleanUp(ContainerName container, long run);

    /** Removes everything that was made for the container, and its root if that was asked for. */
    Future<Void> remove(ContainerName container, Removal removal);
}
