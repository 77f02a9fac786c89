package io.hatchery.runner.simulation;

import io.hatchery.bus.BusRecord;
import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.FleetEvent;
import io.hatchery.protocol.Headers;
import io.hatchery.protocol.Heartbeat;
import io.hatchery.protocol.HostSpecs;
import io.hatchery.protocol.HostStatus;
import io.hatchery.protocol.Topics;
import io.hatchery.protocol.Verb;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.HostName;
import io.hatchery.spec.Payload;
import io.hatchery.spec.RestartPolicy;
import io.hatchery.spec.Span;
import io.hatchery.spec.json.UnreadableException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** Sees every record that is written, and holds it against what is known to have been asked and to have happened. */
final class InvariantChecker {
    private static final long FRESH_SECONDS = SimulatedHost.HEARTBEAT_SECONDS;

    private final World world;
    private final List<SimulatedHost> hosts;
    private final Outcomes outcomes;
    private final Reasons reasons;
    private final Map<String, Order> orders = new LinkedHashMap<>();
    private final DeadLetters deadLetters;
    private final Declared declared;
    private final Map<ContainerName, TreeMap<Long, ContainerSpec>> specs = new TreeMap<>();
    private final Map<String, ContainerSpec> inForce = new HashMap<>();
    /** By topic and container, the operation of the last record if that is a removal; empty if it is a spec. */
    private final Map<String, String> lastRemovals = new HashMap<>();

    private final Map<String, Long> reached = new HashMap<>();
    private final Map<String, Intent> intents = new HashMap<>();
    private final Map<String, HostStatus> heartbeats = new HashMap<>();
    private final Map<String, Long> lastSpecs = new HashMap<>();
    /** Specs topics that were created again or truncated: the same offset is of another record. */
    private final Set<String> changedSpecs = new HashSet<>();

    private final Map<String, Long> heardOfAt = new HashMap<>();

    InvariantChecker(World world, List<SimulatedHost> hosts) {
        this.world = world;
        this.hosts = hosts;
        this.declared = new Declared(world);
        this.deadLetters = new DeadLetters(world);
        this.reasons = new Reasons(world, this);
        this.outcomes = new Outcomes(world, this);
    }

    void command(String id, Verb verb, ContainerName container, long generation, @Nullable Instant deadline) {
        var order = new Order(id, verb, container, false, generation);
        order.deadline = deadline;
        orders.put(id, order);
    }

    void deletion(String id, ContainerName container, boolean purge, @Nullable Long expected) {
        declared.define(id, SimulatedDefinition.deletion(container, expected));
        orders.put(id, new Order(id, Verb.REMOVE, container, purge, 0));
    }

    Declared declared() {
        return declared;
    }

    /** The host that was given the container's last spec; null if it has none. */
    @Nullable
    HostName home(ContainerName container) {
        ContainerSpec spec = inForce.get(container.value());
        return spec == null ? null : spec.host();
    }

    List<SimulatedHost> hosts() {
        return hosts;
    }

    @Nullable
    Order order(CommandId id) {
        return orders.get(id.value());
    }

    List<Order> owed() {
        return asked().stream().filter(order -> !order.expired).toList();
    }

    /** Also what has expired: a host may have taken it before. */
    List<Order> asked() {
        return orders.values().stream()
                .filter(order -> order.landed >= 0 && !waits(order))
                .toList();
    }

    /** Whether it may wait for a spec that never comes to its host. */
    private boolean waits(Order order) {
        String host = order.topic.replace(".commands", "");
        return order.generation > reached.getOrDefault(host + "/" + order.container, 0L);
    }

    Outcomes outcomes() {
        return outcomes;
    }

    Reasons reasons() {
        return reasons;
    }

    /** Whether a newer spec than that restarts a container which runs from it. */
    boolean isRestartedBy(ContainerSpec spec) {
        return specs.getOrDefault(spec.name(), new TreeMap<>()).values().stream()
                .anyMatch(newer -> newer.generation().isAfter(spec.generation()) && newer.restartIfChanged());
    }

    /** Whether a container was ever given for ever to start: what is given later counts for a run that is under way too. */
    boolean hadEndlessStart(ContainerName container) {
        return specs.getOrDefault(container, new TreeMap<>()).values().stream()
                .anyMatch(spec -> spec.startTimeout().isInfinite());
    }

    /** The shortest time that any spec of a container gave something, in microseconds; 0 if it has none. */
    long shortest(ContainerName container, Function<ContainerSpec, Span> what) {
        return specs.getOrDefault(container, new TreeMap<>()).values().stream()
                .map(what)
                .mapToLong(span ->
                        span.isInfinite() ? Long.MAX_VALUE : span.toDuration().toNanos() / 1000)
                .min()
                .orElse(0);
    }

    DeadLetters deadLetters() {
        return deadLetters;
    }

    /** What is meant of a container on a host. */
    Intent intent(@Nullable HostName host, ContainerName container) {
        return intents.computeIfAbsent(host + "/" + container, c -> new Intent());
    }

    @Nullable
    ContainerSpec spec(ContainerName container, long generation) {
        return specs.getOrDefault(container, new TreeMap<>()).get(generation);
    }

    /** Whether a container ever had that policy, so that a failure may have been left at that. */
    boolean wasEver(ContainerName container, RestartPolicy policy) {
        return specs.getOrDefault(container, new TreeMap<>()).values().stream()
                .anyMatch(spec -> spec.restart() == policy);
    }

    List<Run> runs(ContainerName container) {
        var runs = new ArrayList<Run>();
        for (SimulatedHost host : hosts) {
            for (Run run : host.runs) {
                if (run.spec.name().equals(container)) {
                    runs.add(run);
                }
            }
        }
        return runs;
    }

    /** Whether its heartbeat says that its runner is there, by a clock that is right. */
    boolean isHeardOf(SimulatedHost host) {
        HostStatus last = heartbeats.get(host.name().value());
        return last != null
                && host.isClockRight()
                && last.state() == HostStatus.Availability.READY
                && last.at().plusSeconds(FRESH_SECONDS).isAfter(world.instant())
                && !last.at().isAfter(world.instant());
    }

    /** When it was heard of last. */
    long heardOfAt(SimulatedHost host) {
        return heardOfAt.getOrDefault(host.name().value(), Run.NEVER);
    }

    void written(ConsumerRecord<byte[], byte[]> raw) {
        var record = new BusRecord(raw);
        try {
            if (record.topic().equals(Topics.DEAD_LETTERS.name())) {
                deadLetter(record);
            } else if (record.header(Intruder.MARK).isPresent()) {
                record.header(Intruder.MARK)
                        .filter(reader -> !reader.isEmpty())
                        .ifPresent(reader -> deadLetters.owe(record, reader));
            } else if (record.topic().equals(Topics.EVENTS.name())) {
                event(record.value(FleetEvent.class));
            } else if (record.topic().equals(Topics.DEFINITIONS.name())) {
                definitionWritten(record);
            } else if (record.topic().equals(Topics.PROFILES.name())) {
                declared.profileWritten(record);
            } else if (record.topic().endsWith(".commands")) {
                commandWritten(record);
            } else if (record.topic().endsWith(".specs")) {
                specWritten(record);
            } else if (record.topic().equals(Topics.HOSTS.name())) {
                heartbeatWritten(record);
                heardOfAt.put(record.key(), world.now());
            }
        } catch (UnreadableException e) {
            world.check(false, () -> record.position().text() + " cannot be read: " + e.getMessage());
        }
    }

    /** Nobody can take any more what went before its reader came back. */
    void expired(ConsumerRecord<byte[], byte[]> raw) {
        var record = new BusRecord(raw);
        deadLetters.forgive(record);
        if (record.topic().equals(Topics.DEAD_LETTERS.name())) {
            deadLetters.expired(record);
        }
        Order order = orders.get(record.id());
        if (order != null && record.topic().endsWith(".commands")) {
            order.expired = true;
        }
        if (record.topic().endsWith(".specs") && record.isDeletion() && !isOvertaken(record)) {
            reached.remove(reachedKey(record)); // nothing tells the host any more that it waits in vain
        }
        record.header(Headers.OPERATION)
                .map(orders::get)
                .filter(removal -> isOvertaken(record) || isWithdrawal(removal))
                .ifPresent(removal -> removal.expired = true);
        if (record.topic().equals(Topics.EVENTS.name())
                && record.header(Intruder.MARK).isEmpty()) {
            try {
                switch (record.value(FleetEvent.class)) {
                    case FleetEvent.Ended ended -> outcomes.expired(ended);
                    case FleetEvent.PhaseChanged transition -> outcomes.expired(transition);
                    default -> {}
                }
            } catch (UnreadableException e) {
                throw new AssertionError(e);
            }
        }
    }

    /** Whether a spec or another removal of its container was written after a removal, which is then not written again. */
    private boolean isOvertaken(BusRecord removal) {
        String operation = removal.header(Headers.OPERATION).orElse("");
        return !operation.equals(lastRemovals.getOrDefault(keyOf(removal), operation));
    }

    /** Whether it only ends what waits for a spec that its host was never given: config-service does not write it again. */
    private static boolean isWithdrawal(Order removal) {
        return removal.id.startsWith("withdrawn/");
    }

    private static String keyOf(BusRecord spec) {
        return spec.topic() + "/" + spec.key();
    }

    private void heartbeatWritten(BusRecord record) throws UnreadableException {
        HostStatus status = record.value(HostStatus.class);
        if (Heartbeat.refusal(new HostName(record.key()), status, record.timestamp())
                .isPresent()) {
            deadLetters.owe(record, Intruder.MAY + Intruder.CONFIG);
        } else {
            HostStatus before = heartbeats.put(record.key(), status);
            if (before != null && record.header(Intruder.MARK).isEmpty()) {
                keepsItsSpecs(before, status);
            }
        }
    }

    /** A runner that starts knows the specs that its process before knew at the same offset. */
    private void keepsItsSpecs(HostStatus before, HostStatus now) {
        HostSpecs last = before.specs();
        HostSpecs next = now.specs();
        boolean isRestart =
                before.machineId().equals(now.machineId()) && !before.started().equals(now.started());
        if (!isRestart
                || last == null
                || next == null
                || changedSpecs.contains(Topics.specs(now.host()).name())) {
            return;
        }
        world.check(
                last.next() != next.next()
                        || !last.topicId().equals(next.topicId())
                        || last.digest().equals(next.digest()),
                () -> "host " + now.host() + " knows other specs at the same offset " + next.next() + " than before");
    }

    private void deadLetter(BusRecord record) {
        if (record.header(Headers.ORIGIN).isPresent()) { // else it is an intruder's
            deadLetters.written(record);
        }
    }

    private void commandWritten(BusRecord record) {
        Order order = orders.get(record.id());
        if (order == null && record.id().startsWith(Declared.ROLLBACK)) {
            order = new Order(record.id(), Verb.START, new ContainerName(record.key()), false, 1);
            orders.put(order.id, order);
        }
        if (order != null && order.landed < 0) {
            order.landed = world.now();
            order.topic = record.topic();
        }
    }

    private void definitionWritten(BusRecord record) throws UnreadableException {
        Order order = orders.get(record.id());
        if (order != null) {
            order.landed = world.now();
        }
        SimulatedDefinition before = declared.definitionWritten(record);
        if (before != null && record.id().startsWith(Declared.ROLLBACK)) {
            rolledBack(before, declared.of(before.container()).definition);
        }
    }

    private static boolean wasReadyBeforeItsStop(Run run) {
        return run.isReady() && (run.signalledAt == Run.NEVER || run.readyAt < run.signalledAt);
    }

    /**
     * It gets the system back that was ready last. A container that becomes ready after its stop began does not count, nor does one
     * without a system, which boots its root or runs a command.
     */
    private void rolledBack(SimulatedDefinition before, @Nullable SimulatedDefinition now) {
        List<Run> ready = runs(before.container()).stream()
                .filter(run -> wasReadyBeforeItsStop(run)
                        && run.spec.payload() instanceof Payload.SystemPath
                        && !run.spec.payload().equals(payload(before)))
                .sorted(Comparator.comparingLong(run -> run.readyAt))
                .toList();
        world.check(
                now != null
                        && !ready.isEmpty()
                        && ready.getLast().spec.payload().equals(payload(now)),
                () -> "it goes back to " + now + ", and what was ready is " + ready);
    }

    private static @Nullable Payload payload(SimulatedDefinition definition) {
        return definition.system() == null ? null : new Payload.SystemPath(SimulatedSystems.path(definition.system()));
    }

    private void specWritten(BusRecord record) throws UnreadableException {
        Long newest = lastSpecs.put(record.topic(), record.offset());
        if (newest != null && record.offset() <= newest) {
            changedSpecs.add(record.topic());
        }
        lastRemovals.put(keyOf(record), record.header(Headers.OPERATION).orElse(""));
        if (record.isDeletion()) {
            inForce.remove(record.key());
            record.header(Headers.GENERATION).ifPresent(last -> reach(record, Long.parseLong(last)));
            record.header(Headers.OPERATION)
                    .filter(id -> id.startsWith("moved/") || id.startsWith("withdrawn/"))
                    .ifPresent(id -> {
                        var order = new Order(id, Verb.REMOVE, new ContainerName(record.key()), false, 0);
                        order.landed = world.now();
                        orders.put(id, order);
                    });
        } else {
            ContainerSpec spec = record.value(ContainerSpec.class);
            reach(record, spec.generation().value());
            var known = specs.computeIfAbsent(spec.name(), c -> new TreeMap<>());
            if (spec.equals(known.get(spec.generation().value())) && spec.equals(inForce.get(record.key()))) {
                return; // said again, so that its host says again how it is
            }
            world.check(
                    known.isEmpty() || known.lastKey() < spec.generation().value(),
                    () -> "generation " + spec.generation() + " of " + spec.name() + " after " + known.lastKey());
            known.put(spec.generation().value(), spec);
            ContainerSpec before = inForce.put(record.key(), spec);
            world.check(
                    before == null || !before.equalsIgnoringGeneration(spec),
                    () -> "a generation that changes nothing: " + before + ", " + spec);
        }
    }

    private void reach(BusRecord record, long generation) {
        reached.merge(reachedKey(record), generation, Math::max);
    }

    private static String reachedKey(BusRecord spec) {
        return spec.topic().replace(".specs", "") + "/" + spec.key();
    }

    private void event(FleetEvent event) {
        switch (event) {
            case FleetEvent.Ended ended -> {
                outcomes.check(ended);
                intent(ended.host(), ended.container()).ended(ended);
            }
            case FleetEvent.PhaseChanged transition -> {
                if (outcomes.isRepeated(transition)) {
                    return; // it was checked when it came first
                }
                outcomes.check(transition);
                ContainerSpec spec = transition.generation() == null
                        ? null
                        : spec(transition.container(), transition.generation().value());
                intent(transition.host(), transition.container()).transition(transition, spec);
            }
            case FleetEvent.Accepted accepted -> {
                Order order = order(accepted.id());
                world.check(order != null && order.landed >= 0, () -> "nobody asked for " + accepted.id());
                Instant deadline = order == null ? null : order.deadline;
                world.check(
                        deadline == null || accepted.at().isBefore(deadline), () -> "accepted too late: " + accepted);
                intent(accepted.host(), accepted.container()).accepted(accepted, order != null && order.generation > 0);
            }
            case FleetEvent.SystemBuilt b -> {}
            case FleetEvent.Fetching f -> {}
            case FleetEvent.HeartbeatRefused r -> {}
            case FleetEvent.EvaluationChanged e -> {}
        }
    }
}
