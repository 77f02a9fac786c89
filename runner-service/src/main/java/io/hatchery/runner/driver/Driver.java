package io.hatchery.runner.driver;

import io.hatchery.runner.lifecycle.Input;
import io.hatchery.runner.lifecycle.Observation;
import io.hatchery.runner.lifecycle.Removal;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.vertx.core.Future;
import java.util.Optional;

/** Runs containers on this host. The message of a failed future is written for an operator. */
public interface Driver {
    /** Receives the events of runs, on the context on which it was set. */
    interface DriverListener {
        /** Something happened to a run of the container. */
        void happened(ContainerName container, Input input);
    }

    /** Its name in the status of the host. */
    String name();

    /**
     * Accepts a spec: its unit and its limits on the host follow it from now on. Starts and stops nothing.
     */
    Future<Void> define(ContainerSpec spec);

    /** Adopts a container that was started on the host as a run; the listener receives its events. */
    Future<Void> adopt(ContainerSpec spec, long run);

    /** Makes sure that this host can carry out a spec, and fetches its system; fails if the host does not allow the spec. */
    default Future<Void> fetch(ContainerSpec spec) {
        return Future.succeededFuture();
    }

    /** Makes the root ready. */
    Future<Void> prepare(ContainerSpec spec);

    /** Cancels a fetch or preparation: its future fails unless it is done. */
    default void abandon(ContainerName container) {}

    /** Begins a run; the listener receives its events. */
    Future<Void> spawn(ContainerSpec spec, long run);

    /** The latest run of which the host still has something, for a runner that has lost its journal; empty if there is none. */
    Future<Optional<LastRun>> lastRun(ContainerName container);

    /** Looks for a run that an earlier runner may have begun, and follows it if it has. */
    Future<Observation> observe(ContainerName container, long run);

    /** Switches a running system to that of a spec, inside the container; fails with the last line of its output. */
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
