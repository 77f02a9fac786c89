package io.hatchery.runner.service;

import io.hatchery.bus.Message;
import io.hatchery.bus.Position;
import io.hatchery.bus.Publisher;
import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.ContainerStatus;
import io.hatchery.protocol.FleetEvent;
import io.hatchery.protocol.Headers;
import io.hatchery.protocol.Topics;
import io.hatchery.runner.context.Timers;
import io.hatchery.runner.journal.Journal;
import io.hatchery.runner.journal.JournalFiles;
import io.hatchery.runner.journal.Ledger;
import io.hatchery.runner.journal.Positions;
import io.hatchery.runner.journal.SpecCache;
import io.hatchery.runner.lifecycle.ContainerState;
import io.hatchery.runner.lifecycle.Input;
import io.hatchery.runner.lifecycle.Life;
import io.hatchery.runner.nspawn.Driver;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The mailboxes of a host's containers, and what they share. All calls come on one context. */
final class Mailboxes implements Mailbox.Surroundings {
    private static final Logger LOG = LoggerFactory.getLogger(Mailboxes.class);

    private final HostName host;
    private final Clock clock;
    private final Supplier<Duration> uptime;
    private final Timers timers;
    private final JournalFiles journals;
    private final Ledger ledger;
    private final Positions positions;
    private final SpecCache cache;
    private final Publisher publisher;
    private final HostOwnership ownership;
    private final LatestPublisher statuses;
    private final StartGate gate;
    private final Handler<Throwable> onFailure;
    private final Map<ContainerName, Mailbox> boxes = new HashMap<>();
    private final Map<ContainerName, Generation> takenBack = new HashMap<>();
    private final Map<CommandId, Promise<Void>> awaited = new HashMap<>();
    private final Set<String> underWay = new HashSet<>();
    private @Nullable Driver driver;
    private boolean telling;

    Mailboxes(
            RunnerConfig config,
            Clock clock,
            Supplier<Duration> uptime,
            Timers timers,
            JournalFiles journals,
            Ledger ledger,
            Positions positions,
            SpecCache cache,
            Publisher publisher,
            HostOwnership ownership,
            Handler<Throwable> onFailure) {
        this.host = config.host();
        this.clock = clock;
        this.uptime = uptime;
        this.timers = timers;
        this.journals = journals;
        this.ledger = ledger;
        this.positions = positions;
        this.cache = cache;
        this.publisher = publisher;
        this.ownership = ownership;
        this.statuses = new LatestPublisher(publisher, onFailure);
        this.gate = new StartGate(config.mostStarts());
        this.onFailure = onFailure;
    }

    /**
     * Takes up where the last runner was: looks what is really there of each container, and goes on from that.
     *
     * @return completes when each has been looked at
     */
    Future<Void> adopt(Driver by, Collection<Journal> written) throws IOException {
        driver = by;
        Future<Void> all = Future.succeededFuture();
        for (Journal journal : withUntold(written)) {
            ContainerState state = journal.state();
            var box = new Mailbox(this, journal);
            boxes.put(state.container(), box);
            state.jobs().forEach(job -> awaited.put(job.id(), Promise.promise()));
            for (Journal.Pending pending : journal.outbox()) {
                if (pending.event() instanceof FleetEvent.Ended ended) {
                    awaited.put(ended.id(), Promise.promise());
                    ended(ended);
                }
            }
            if (state.life() instanceof Life.Starting) {
                Future<Void> _ = gate.enter(state.container());
            }
            long run = state.life() instanceof Life.Active active ? active.run() : 0;
            all = all.compose(next -> by.observe(state.container(), run)).map(seen -> {
                box.post(new Input.Adopted(seen));
                return null;
            });
        }
        return all;
    }

    /** A reboot ends the journals, and what they were to tell of ended commands is in the ledger as well. */
    private Collection<Journal> withUntold(Collection<Journal> written) {
        var journals = new LinkedHashMap<ContainerName, Journal>();
        var known = new HashSet<CommandId>();
        for (Journal journal : written) {
            journals.put(journal.state().container(), journal);
            for (Journal.Pending pending : journal.outbox()) {
                if (pending.event() instanceof FleetEvent.Ended ended) {
                    known.add(ended.id());
                }
            }
        }
        for (FleetEvent.Ended event : ledger.untold().reversed()) {
            if (known.add(event.id())) {
                journals.compute(
                        event.container(),
                        (container, journal) -> (journal == null
                                        ? Journal.of(ContainerState.absent(container, host, clock.instant()))
                                        : journal)
                                .withEarlier(Journal.Pending.of(event)));
            }
        }
        return journals.values();
    }

    /**
     * By partition of the events' topic, where an event that an earlier runner told and did not see acknowledged may lie first.
     *
     * @param otherwise before which no such event lies, as far as that was noted
     */
    Map<Integer, Long> untoldFrom(Map<Integer, Long> otherwise) {
        var from = new TreeMap<Integer, Long>();
        for (Mailbox box : boxes.values()) {
            if (!box.journal().outbox().isEmpty()) {
                Position told = box.journal().told();
                // Events of a container lie in one partition, in their order.
                (told == null ? otherwise : Map.of(told.partition(), after(told, otherwise)))
                        .forEach((partition, offset) -> from.merge(partition, offset, Math::min));
            }
        }
        return from;
    }

    private static long after(Position told, Map<Integer, Long> noted) {
        return Math.max(told.offset() + 1, noted.getOrDefault(told.partition(), 0L));
    }

    /** Takes these events as told, for good: where they lie, by their id. */
    void acknowledge(Map<String, Position> found) throws IOException {
        // A box that has nothing left to tell goes while this goes on.
        for (Mailbox box : List.copyOf(boxes.values())) {
            box.acknowledge(found);
        }
        ledger.sync();
    }

    /** From now on the fleet is told things, beginning with what an earlier runner left to be told. */
    void beginTelling() {
        telling = true;
        List.copyOf(boxes.values()).forEach(Mailbox::resend);
    }

    /** The state of every container that the host has anything of. */
    List<ContainerState> states() {
        return boxes.values().stream()
                .map(Mailbox::state)
                .filter(state -> !state.isAbsent())
                .toList();
    }

    /** Hands something to a container. */
    void post(ContainerName container, Input input) {
        box(container).post(input);
    }

    /** Specs of a container up to that generation are not to come to this host any more. */
    void takeBack(ContainerName container, Generation upTo) {
        takenBack.merge(container, upTo, (one, other) -> one.isAfter(other) ? one : other);
    }

    boolean isTakenBack(ContainerName container, Generation generation) {
        Generation upTo = takenBack.get(container);
        return upTo != null && !generation.isAfter(upTo);
    }

    /** Whether that command has had its outcome, told or not. */
    boolean hasEnded(CommandId id) {
        return ledger.hasEnded(id);
    }

    /** Whether the container is in any state, or will be. */
    boolean has(ContainerName container) {
        Mailbox box = boxes.get(container);
        return box != null && !box.state().isAbsent();
    }

    /** The root of a container that the host has, or is about to remove; null if it has none. */
    @Nullable
    String rootOf(ContainerName container) {
        Mailbox box = boxes.get(container);
        if (box == null) {
            return null;
        }
        var spec = box.state().spec();
        var removal = box.state().removal();
        return spec != null ? spec.root() : removal != null ? removal.root() : null;
    }

    /** Hands a command to a container unless that was done before; completes when its outcome is on the broker. */
    Future<Void> command(ContainerName container, CommandId id, Input input) {
        Promise<Void> known = awaited.get(id);
        if (known != null) {
            return known.future();
        }
        if (ledger.hasEnded(id)) {
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

    /** The host whose containers they are. */
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
        return clock;
    }

    @Override
    public Instant booted() {
        return clock.instant().minus(uptime.get());
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
        return timers.later(delay, task);
    }

    @Override
    public void write(Journal journal) throws IOException {
        journals.write(journal);
    }

    @Override
    public void ended(FleetEvent.Ended event) throws IOException {
        ledger.end(event, positions.at(event.command()));
        if (ledger.hasGrown()) {
            try {
                forgetOutcomes();
            } catch (IOException e) {
                LOG.warn("outcomes of long ago are not forgotten yet: {}", e.getMessage());
            }
        }
    }

    /** Forgets the outcomes that nothing asks for any more. */
    void forgetOutcomes() throws IOException {
        Set<CommandId> removing =
                cache.removals().stream().map(SpecCache.Removal::id).collect(Collectors.toSet());
        ledger.prune(positions, removing::contains);
    }

    @Override
    public void removed(ContainerName container) throws IOException {
        cache.endRemoval(container);
    }

    @Override
    public Future<Position> tell(Journal.Pending event) {
        if (!telling) {
            return Promise.<Position>promise().future(); // it is in the outbox, and sent when the fleet is told things
        }
        String key = event.event().key();
        var message = Message.of(Topics.EVENTS.name(), key, event.event(), event.id(), source(), clock.instant());
        underWay.add(event.id());
        return publisher.publish(message).onFailure(onFailure);
    }

    @Override
    public void tell(ContainerName container, @Nullable ContainerStatus status, @Nullable CommandId removed) {
        if (telling) {
            var message = Message.of(Topics.STATUS.name(), container.value(), status, null, source(), clock.instant());
            String answered = status == null && removed != null ? removed.value() : null;
            statuses.publish(message.with(Headers.OPERATION, answered), () -> {
                Mailbox box = boxes.get(container);
                if (status == null && box != null) {
                    box.unshown();
                }
            });
        }
    }

    /** Tells the fleet once more how a container is. */
    void tellAgain(ContainerName container) {
        Mailbox box = boxes.get(container);
        if (box != null) {
            box.tellStatus();
        }
    }

    @Override
    public void noteTold(Journal.Pending pending) throws IOException {
        if (pending.event() instanceof FleetEvent.Ended ended) {
            ledger.told(ended.id());
        }
        underWay.remove(pending.id());
    }

    /** The ids of the events that were sent and are not noted to be on the broker. */
    Set<String> underWay() {
        return Set.copyOf(underWay);
    }

    /** Makes all that is noted of outcomes durable. */
    void sync() throws IOException {
        ledger.sync();
    }

    @Override
    public void told(FleetEvent event) {
        if (event instanceof FleetEvent.Ended ended) {
            Promise<Void> promise = awaited.remove(ended.id());
            if (promise != null) {
                promise.tryComplete();
            }
        }
        ContainerName container = event.container();
        if (container != null) {
            rested(container);
        }
    }

    @Override
    public void rested(ContainerName container) {
        boxes.computeIfPresent(
                container, (name, box) -> box.isIdle() && box.journal().isBlank() ? null : box);
    }

    /** A container is gone, but its status may be there: the last runner ended in between. */
    void unshow(ContainerName container, CommandId removal) {
        box(container).toUnshow(removal);
    }

    private Mailbox box(ContainerName container) {
        return boxes.computeIfAbsent(
                container, c -> new Mailbox(this, Journal.of(ContainerState.absent(c, host, clock.instant()))));
    }

    private String source() {
        return "/runner/" + host;
    }

    /** How many containers have processes. */
    int running() {
        return (int) boxes.values().stream()
                .filter(box -> box.state().life() instanceof Life.Active)
                .count();
    }

    @Override
    public @Nullable ContainerName otherWithRoot(ContainerName container, String root) {
        Path purged = Path.of(root);
        for (Mailbox box : boxes.values()) {
            var spec = box.state().spec();
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
