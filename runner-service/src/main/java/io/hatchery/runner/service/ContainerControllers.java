package io.hatchery.runner.service;

import io.hatchery.bus.Message;
import io.hatchery.bus.Position;
import io.hatchery.bus.Publisher;
import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.ContainerStatus;
import io.hatchery.protocol.FleetEvent;
import io.hatchery.protocol.Headers;
import io.hatchery.protocol.Topics;
import io.hatchery.runner.driver.Driver;
import io.hatchery.runner.journal.Journal;
import io.hatchery.runner.journal.PendingEvent;
import io.hatchery.runner.lifecycle.ContainerState;
import io.hatchery.runner.lifecycle.Input;
import io.hatchery.runner.lifecycle.LifecycleState;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.Generation;
import io.hatchery.spec.HostName;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The controllers of a host's containers, and their common dependencies. All calls are made on one context. */
final class ContainerControllers implements ControllerContext {
    private static final Logger LOG = LoggerFactory.getLogger(ContainerControllers.class);

    /** How long acknowledgements wait to be written together. Until then, a later runner searches the broker for the events. */
    private static final Duration ACKNOWLEDGED = Duration.ofSeconds(1);

    private final HostName host;
    private final HostTime time;
    private final HostStorage storage;
    private final Publisher publisher;
    private final HostOwnership ownership;
    private final LatestPublisher statuses;
    private final OutcomeSync outcomes;
    private final StartGate gate;
    private final Handler<Throwable> onFailure;
    private final Map<ContainerName, ContainerController> controllers = new HashMap<>();
    private final Map<ContainerName, Generation> revoked = new HashMap<>();
    private final Map<CommandId, Promise<Void>> awaited = new HashMap<>();
    private final Set<String> unacknowledged = new HashSet<>();
    private @Nullable Driver driver;
    private boolean publishing;
    private boolean writesAcknowledged;

    ContainerControllers(
            RunnerConfig config,
            HostTime time,
            HostStorage storage,
            Publisher publisher,
            HostOwnership ownership,
            Handler<Throwable> onFailure) {
        this.host = config.host();
        this.time = time;
        this.storage = storage;
        this.publisher = publisher;
        this.ownership = ownership;
        this.statuses = new LatestPublisher(publisher, onFailure);
        this.outcomes = new OutcomeSync(storage.ledger());
        this.gate = new StartGate(config.containers().maxConcurrentStarts());
        this.onFailure = onFailure;
    }

    /**
     * Adopts the containers of an earlier runner: observes each on the host and continues from there.
     *
     * @return completes when all are observed
     */
    Future<Void> adopt(Driver by, Collection<Journal> written) throws IOException {
        driver = by;
        Future<Void> all = Future.succeededFuture();
        for (Journal journal :
                storage.withPendingOutcomes(written, host, time.clock().instant())) {
            ContainerState state = journal.state();
            var controller = new ContainerController(this, journal);
            controllers.put(state.container(), controller);
            state.operations().forEach(operation -> awaited.put(operation.id(), Promise.promise()));
            for (PendingEvent pending : journal.outbox().pending()) {
                if (pending.event() instanceof FleetEvent.Ended ended) {
                    awaited.put(ended.id(), Promise.promise());
                    storage.recordOutcome(ended);
                }
            }
            if (state.lifecycle() instanceof LifecycleState.Starting) {
                Future<Void> _ = gate.enter(state.container());
            }
            long run = state.lifecycle() instanceof LifecycleState.Active active ? active.run() : 0;
            all = all.compose(next -> by.observe(state.container(), run)).map(seen -> {
                controller.post(new Input.Adopted(seen));
                return null;
            });
        }
        return all;
    }

    /**
     * The first offsets of the events topic at which an unacknowledged event of an earlier runner may lie, by partition.
     *
     * @param recorded the offsets at which the search begins for containers without an acknowledged position
     */
    Map<Integer, Long> unacknowledgedFrom(Map<Integer, Long> recorded) {
        var from = new TreeMap<Integer, Long>();
        for (ContainerController controller : controllers.values()) {
            if (!controller.journal().outbox().isEmpty()) {
                Position last = controller.journal().outbox().acknowledged();
                // Events of a container lie in one partition, in their order.
                (last == null ? recorded : Map.of(last.partition(), after(last, recorded)))
                        .forEach((partition, offset) -> from.merge(partition, offset, Math::min));
            }
        }
        return from;
    }

    private static long after(Position last, Map<Integer, Long> recorded) {
        return Math.max(last.offset() + 1, recorded.getOrDefault(last.partition(), 0L));
    }

    /** Records that the broker has these events: their positions by id. */
    Future<Void> acknowledge(Map<String, Position> found) throws IOException {
        // A controller without pending events is dropped during the iteration.
        for (ContainerController controller : List.copyOf(controllers.values())) {
            controller.acknowledge(found);
        }
        return outcomes.sync();
    }

    /** Begins to publish, with the pending events of an earlier runner. */
    void beginPublishing() {
        publishing = true;
        List.copyOf(controllers.values()).forEach(ContainerController::resend);
    }

    /** The states of all containers but absent ones. */
    List<ContainerState> states() {
        return controllers.values().stream()
                .map(ContainerController::state)
                .filter(state -> !state.isAbsent())
                .toList();
    }

    /** Passes an input to the controller of a container. */
    void post(ContainerName container, Input input) {
        controller(container).post(input);
    }

    /** Records that no spec of the container up to that generation arrives any more. */
    void revoke(ContainerName container, Generation throughGeneration) {
        revoked.merge(container, throughGeneration, (one, other) -> one.isAfter(other) ? one : other);
    }

    boolean isRevoked(ContainerName container, Generation generation) {
        Generation throughGeneration = revoked.get(container);
        return throughGeneration != null && !generation.isAfter(throughGeneration);
    }

    /** Whether the command has an outcome, acknowledged or not. */
    boolean hasEnded(CommandId id) {
        return storage.ledger().hasEnded(id);
    }

    /** Whether the container is not absent. */
    boolean has(ContainerName container) {
        ContainerController controller = controllers.get(container);
        return controller != null && !controller.state().isAbsent();
    }

    /** The root of a container that exists or is being removed; null if the host has none. */
    @Nullable
    String rootOf(ContainerName container) {
        ContainerController controller = controllers.get(container);
        if (controller == null) {
            return null;
        }
        var spec = controller.state().spec();
        var removal = controller.state().removal();
        return spec != null ? spec.root() : removal != null ? removal.root() : null;
    }

    /** Passes a command to a container unless it was passed before; completes when the broker has its outcome. */
    Future<Void> command(ContainerName container, CommandId id, Input input) {
        Promise<Void> known = awaited.get(id);
        if (known != null) {
            return known.future();
        }
        if (storage.ledger().hasEnded(id)) {
            return Future.succeededFuture();
        }
        Promise<Void> promise = Promise.promise();
        awaited.put(id, promise);
        try {
            post(container, input);
        } catch (RuntimeException e) {
            awaited.remove(id); // its record goes to the dead letters
            throw e;
        }
        return promise.future();
    }

    /** Carries out a command beside the lifecycle, unless it was before; completes when the broker has its outcome. */
    Future<Void> besideLifecycle(CommandId id, Supplier<Future<FleetEvent.Ended>> action) {
        Promise<Void> known = awaited.get(id);
        if (known != null) {
            return known.future();
        }
        if (storage.ledger().hasEnded(id)) {
            return Future.succeededFuture();
        }
        Promise<Void> promise = Promise.promise();
        awaited.put(id, promise);
        action.get()
                .compose(ended -> recordOutcomes(List.of(ended))
                        .onFailure(e -> LOG.error("the outcome of {} is not on the host's disk", id, e))
                        .otherwiseEmpty()
                        .compose(recorded -> publishOutcome(PendingEvent.of(ended))))
                .onFailure(onFailure);
        return promise.future();
    }

    private Future<Void> publishOutcome(PendingEvent pending) {
        return publish(pending).map(position -> {
            try {
                recordAcknowledged(pending);
            } catch (IOException e) {
                // The next runner searches the broker for the event before it sends it again.
                LOG.warn("the acknowledgement of {} cannot be recorded", pending.id(), e);
            }
            acknowledged(pending.event());
            return null;
        });
    }

    /** The state of a container; null if the host has none of that name. */
    @Nullable
    ContainerState state(ContainerName container) {
        ContainerController controller = controllers.get(container);
        return controller == null || controller.state().isAbsent() ? null : controller.state();
    }

    /** This host. */
    HostName host() {
        return host;
    }

    /** This runner's claim to the host's name. */
    HostOwnership ownership() {
        return ownership;
    }

    @Override
    public boolean mayAct() {
        return ownership.mayAct();
    }

    @Override
    public Clock clock() {
        return time.clock();
    }

    @Override
    public Instant booted() {
        return time.clock().instant().minus(time.uptime().get());
    }

    @Override
    public Driver driver() {
        if (driver == null) {
            throw new IllegalStateException("no driver yet");
        }
        return driver;
    }

    @Override
    public StartGate gate() {
        return gate;
    }

    @Override
    public Runnable later(Duration delay, Runnable task) {
        return time.timers().later(delay, task);
    }

    @Override
    public void write(Journal journal) throws IOException {
        storage.journals().write(journal);
    }

    @Override
    public Future<Void> recordOutcomes(List<FleetEvent.Ended> events) {
        try {
            for (FleetEvent.Ended event : events) {
                storage.recordOutcome(event);
            }
        } catch (IOException e) {
            return Future.failedFuture(e);
        }
        return outcomes.sync();
    }

    @Override
    public void endRemoval(ContainerName container) throws IOException {
        storage.cache().endRemoval(container);
    }

    @Override
    public Future<Position> publish(PendingEvent event) {
        if (!publishing) {
            return Promise.<Position>promise().future(); // it stays in the outbox until publishing begins
        }
        String key = event.event().key();
        var message = Message.of(
                Topics.EVENTS.name(),
                key,
                event.event(),
                event.id(),
                source(),
                time.clock().instant());
        unacknowledged.add(event.id());
        return publisher.publish(message).onFailure(onFailure);
    }

    @Override
    public void publishStatus(ContainerName container, @Nullable ContainerStatus status, @Nullable CommandId removal) {
        if (publishing) {
            var message = Message.of(
                    Topics.STATUS.name(),
                    container.value(),
                    status,
                    null,
                    source(),
                    time.clock().instant());
            String answered = status == null && removal != null ? removal.value() : null;
            statuses.publish(message.with(Headers.OPERATION, answered), () -> {
                ContainerController controller = controllers.get(container);
                if (status == null && controller != null) {
                    controller.withoutStatus();
                }
            });
        }
    }

    /** Publishes the status of a container again. */
    void publishStatusAgain(ContainerName container) {
        ContainerController controller = controllers.get(container);
        if (controller != null) {
            controller.publishStatus();
        }
    }

    @Override
    public void recordAcknowledged(PendingEvent pending) throws IOException {
        if (pending.event() instanceof FleetEvent.Ended ended) {
            storage.ledger().acknowledge(ended.id());
        }
        unacknowledged.remove(pending.id());
        if (!writesAcknowledged) {
            writesAcknowledged = true;
            Runnable _ = later(ACKNOWLEDGED, () -> {
                writesAcknowledged = false;
                writeAcknowledged()
                        .onFailure(e -> LOG.warn("acknowledgements cannot be recorded yet: {}", e.getMessage()));
            });
        }
    }

    /** The ids of the events that were sent and are not acknowledged. */
    Set<String> unacknowledged() {
        return Set.copyOf(unacknowledged);
    }

    /** Writes which events the broker has, so that no later runner has to search it for them. */
    Future<Void> writeAcknowledged() {
        try {
            for (ContainerController controller : controllers.values()) {
                controller.writeAcknowledged();
            }
        } catch (IOException e) {
            return Future.failedFuture(e);
        }
        return outcomes.sync();
    }

    @Override
    public void acknowledged(FleetEvent event) {
        if (event instanceof FleetEvent.Ended ended) {
            Promise<Void> promise = awaited.remove(ended.id());
            if (promise != null) {
                promise.tryComplete();
            }
        }
        ContainerName container = event.container();
        if (container != null) {
            dropIfIdle(container);
        }
    }

    @Override
    public void dropIfIdle(ContainerName container) {
        controllers.computeIfPresent(
                container,
                (name, controller) ->
                        controller.isIdle() && controller.journal().isBlank() ? null : controller);
    }

    /** Publishes the tombstone of a removed container whose status may still exist, since the last runner ended in between. */
    void publishTombstone(ContainerName container, CommandId removal) {
        controller(container).withStatusTombstonePending(removal);
    }

    private ContainerController controller(ContainerName container) {
        return controllers.computeIfAbsent(
                container,
                c -> new ContainerController(
                        this,
                        Journal.of(ContainerState.absent(c, host, time.clock().instant()))));
    }

    private String source() {
        return "/runner/" + host;
    }

    /** The number of containers with a run. */
    int running() {
        return (int) controllers.values().stream()
                .filter(controller -> controller.state().lifecycle() instanceof LifecycleState.Active)
                .count();
    }

    @Override
    public @Nullable ContainerName otherWithRoot(ContainerName container, String root) {
        Path purged = Path.of(root);
        for (ContainerController controller : controllers.values()) {
            var spec = controller.state().spec();
            if (spec != null && !spec.name().equals(container)) {
                Path other = Path.of(spec.root());
                if (other.startsWith(purged) || purged.startsWith(other)) {
                    return spec.name();
                }
            }
        }
        return null;
    }
}
