package io.hatchery.runner.service;

import io.hatchery.bus.Position;
import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.ContainerStatus;
import io.hatchery.protocol.FleetEvent;
import io.hatchery.runner.driver.Driver;
import io.hatchery.runner.journal.Journal;
import io.hatchery.runner.journal.PendingEvent;
import io.hatchery.spec.ContainerName;
import io.vertx.core.Future;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The dependencies of a {@link ContainerController}: the host, its driver, its disk and its bus. */
interface ControllerContext {
    /** Whether this runner may act on containers now: it owns the host's name. */
    boolean mayAct();

    /** The host's clock. */
    Clock clock();

    /** When the host booted, by that clock. The value changes when the clock is set. */
    Instant booted();

    /** Runs containers on the host. */
    Driver driver();

    /** Limits concurrent starts. */
    StartGate gate();

    /** Runs a task after a delay, unless the returned action cancels it. */
    Runnable later(Duration delay, Runnable task);

    /** Replaces the container's journal on disk. */
    void write(Journal journal) throws IOException;

    /** Records outcomes of commands; completes when they are durable. */
    Future<Void> recordOutcomes(List<FleetEvent.Ended> events);

    /** Records durably that a removal is complete. */
    void endRemoval(ContainerName container) throws IOException;

    /** Publishes an event; completes with its position when the broker has it. */
    Future<Position> publish(PendingEvent event);

    /**
     * Publishes the status of a container.
     *
     * @param status null publishes a tombstone
     * @param removal the removal that the tombstone confirms; null if it confirms none
     */
    void publishStatus(ContainerName container, @Nullable ContainerStatus status, @Nullable CommandId removal);

    /** Another container whose root equals, contains or lies in that root; null if there is none. */
    @Nullable
    ContainerName otherWithRoot(ContainerName container, String root);

    /** Records that the broker has an event; the container's journal records it too. */
    void recordAcknowledged(PendingEvent event) throws IOException;

    /** Completes what waits for the acknowledgement of an event. */
    void acknowledged(FleetEvent event);

    /** Drops the controller of a container if it is idle and has nothing to keep. */
    void dropIfIdle(ContainerName container);
}
