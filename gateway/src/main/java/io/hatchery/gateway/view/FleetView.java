package io.hatchery.gateway.view;

import io.hatchery.bus.BusRecord;
import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.ConsoleLines;
import io.hatchery.protocol.ContainerStatus;
import io.hatchery.protocol.Evaluation;
import io.hatchery.protocol.FleetEvent;
import io.hatchery.protocol.Heartbeat;
import io.hatchery.protocol.HostStatus;
import io.hatchery.protocol.Phase;
import io.hatchery.protocol.Topics;
import io.hatchery.protocol.resource.Container;
import io.hatchery.protocol.resource.ContainerBuilder;
import io.hatchery.protocol.resource.CurrentStatus;
import io.hatchery.spec.ContainerDefinition;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.Generation;
import io.hatchery.spec.HostName;
import io.hatchery.spec.ProfileName;
import io.hatchery.spec.json.UnreadableException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The fleet as folded from the topics. Has no clock and no Kafka client; not thread-safe. */
public final class FleetView {
    /** How many hosts are taken in; further ones are refused, since each costs memory and a topic that is followed. */
    public static final int MAX_HOSTS = 10_000;

    /** How long the last transition of a container that is gone is remembered. */
    private static final Duration LATEST_KEPT = Duration.ofHours(1);

    private final NavigableMap<ContainerName, Evaluation> evaluations = new TreeMap<>();
    private final NavigableMap<ContainerName, ContainerStatus> statuses = new TreeMap<>();
    private final NavigableMap<HostName, Heartbeat> hosts = new TreeMap<>();
    private final NavigableMap<ProfileName, StoredProfile> profiles = new TreeMap<>();
    private final Operations operations = new Operations();
    private final Map<CommandId, PendingRemoval> removals = new HashMap<>();
    private final Map<ContainerName, Latest> latest = new HashMap<>();
    private final Map<FleetEvent.Source, Long> systems = new EnumMap<>(FleetEvent.Source.class);
    private final BuildLogs buildLogs = new BuildLogs();
    private final DeadLetterCounts deadLetters = new DeadLetterCounts();

    /**
     * A profile and the offset of its record.
     *
     * @param definition its options
     * @param revision the offset
     */
    public record StoredProfile(ContainerDefinition definition, long revision) {}

    private record Latest(FleetEvent.PhaseChanged transition, Instant appended) {}

    /** A removal that an evaluation waits for, with the time of that evaluation. */
    private record PendingRemoval(ContainerName container, HostName host, Instant appended) {}

    /**
     * Folds a record; one that cannot be read changes nothing.
     *
     * @return the change for clients of the stream; empty if none
     * @throws UnreadableException if it is not what its topic holds, or there are too many of its kind
     */
    public Optional<StreamChange> apply(BusRecord record) throws UnreadableException {
        FleetRecord read = FleetRecord.read(record);
        Optional<StreamChange> change = read.change();
        switch (read) {
            case FleetRecord.Status(ContainerName name, HostName by, ContainerStatus status) -> {
                ContainerStatus last = status == null ? statuses.remove(name) : statuses.put(name, status);
                if (by == null && last != null) {
                    change = Optional.of(new StreamChange.StatusChange(name, last.host(), status));
                }
            }
            case FleetRecord.EventRecord event -> event(event);
            case FleetRecord.Host(HostName name, Heartbeat heartbeat) -> host(name, heartbeat);
            case FleetRecord.EvaluationRecord(ContainerName name, Evaluation evaluation, Instant appended) ->
                evaluation(name, evaluation, appended);
            case FleetRecord.ProfileRecord(ProfileName name, ContainerDefinition definition, long revision) -> {
                if (definition == null) {
                    profiles.remove(name);
                } else {
                    profiles.put(name, new StoredProfile(definition, revision));
                }
            }
            case FleetRecord.Console(ConsoleLines lines) -> buildLogs.add(lines);
            case FleetRecord.Commanded c ->
                operations.submit(Operation.pending(c.id(), c.command(), c.host(), c.appended()), c.position());
            case FleetRecord.Deleted d ->
                operations.submit(
                        Operation.removal(d.id(), d.container(), null, d.requestedBy(), d.appended()), d.position());
            case FleetRecord.DeadLetterRecord letter -> deadLetter(letter);
            case FleetRecord.DefinitionRecord d -> {}
        }
        return change;
    }

    /** Forgets what has expired by that time. */
    public void advance(Instant now) {
        operations.advance(now);
        buildLogs.retain(this::isThere);
        Instant kept = now.minus(LATEST_KEPT);
        latest.entrySet().removeIf(each -> each.getValue().appended.isBefore(kept) && !isThere(each.getKey()));
    }

    /** How often each service refused records of each topic. */
    public DeadLetterCounts deadLetters() {
        return deadLetters;
    }

    private void deadLetter(FleetRecord.DeadLetterRecord letter) {
        deadLetters.add(letter);
        String topic = DeadLetterCounts.topicOf(letter.origin());
        if (topic.equals(Topics.DEFINITIONS.name())
                || Topics.hostOfCommands(topic).isPresent()) {
            operations.refuse(letter.origin(), letter.reason(), letter.appended());
        }
    }

    /** The output of evaluations and builds. */
    public BuildLogs buildLogs() {
        return buildLogs;
    }

    /** How many systems came from that source, as far back as events are kept. */
    public long systems(FleetEvent.Source source) {
        return systems.getOrDefault(source, 0L);
    }

    /** The generation of the spec that a container runs from; null if it does not run, or this is not known. */
    public @Nullable Generation running(ContainerName name) {
        ContainerStatus status = statuses.get(name);
        return status == null || status.leader() == null ? null : status.generation();
    }

    private void event(FleetRecord.EventRecord read) {
        switch (read.event()) {
            case FleetEvent.Accepted accepted -> operations.accept(accepted, read.appended());
            case FleetEvent.Ended ended -> operations.end(ended, read.appended());
            case FleetEvent.PhaseChanged t -> {
                if (t.from() != t.to()) {
                    latest.put(t.container(), new Latest(t, read.appended()));
                }
            }
            case FleetEvent.EvaluationChanged e -> {}
            case FleetEvent.SystemBuilt built -> systems.merge(built.source(), 1L, Long::sum);
            case FleetEvent.Fetching f -> {}
            case FleetEvent.HeartbeatRefused r -> {}
        }
    }

    private void host(HostName name, @Nullable Heartbeat heartbeat) throws UnreadableException {
        if (heartbeat == null) {
            hosts.remove(name);
        } else if (hosts.size() >= MAX_HOSTS && !hosts.containsKey(name)) {
            throw new UnreadableException("there are " + MAX_HOSTS
                    + " hosts already: delete those that are no more from " + Topics.HOSTS.name());
        } else {
            hosts.put(name, heartbeat);
        }
    }

    private void evaluation(ContainerName name, @Nullable Evaluation evaluation, Instant appended) {
        Evaluation last = evaluation == null ? evaluations.remove(name) : evaluations.put(name, evaluation);
        if (last != null && last.releasingHost() != null) {
            removals.remove(last.releasingHost().operation());
        }
        if (evaluation != null && evaluation.releasingHost() != null) {
            removals.put(
                    evaluation.releasingHost().operation(),
                    new PendingRemoval(name, evaluation.releasingHost().host(), appended));
        }
    }

    /**
     * Whether the container's status is as new as the events about it. They come on different topics, so a command's outcome may
     * be read before the status that it led to. The runner's numbers decide, since its times need not agree.
     */
    public boolean isSettled(ContainerName name) {
        Latest last = latest.get(name);
        if (last == null) {
            return true;
        }
        ContainerStatus status = statuses.get(name);
        if (status == null) {
            return last.transition.to() == Phase.ABSENT;
        }
        Long known = status.sequence();
        Long happened = last.transition.sequence();
        return known == null || happened == null ? status.phase() == last.transition.to() : known >= happened;
    }

    /** That operation, if it is pending, or ended within a day. */
    public Optional<Operation> operation(CommandId id) {
        return operations.find(id).or(() -> awaitedRemoval(id)).map(this::located);
    }

    /** An operation at the host that has its container now, if it is pending and names none. */
    Operation located(Operation operation) {
        return operation.isPending() && operation.host() == null
                ? holderOf(operation.container()).map(operation::on).orElse(operation)
                : operation;
    }

    /** Every operation that {@link #operation} finds, once, in no order. */
    public Stream<Operation> allOperations() {
        var awaited =
                removals.keySet().stream().filter(id -> operations.find(id).isEmpty());
        return Stream.concat(operations.ids(), awaited).flatMap(id -> operation(id).stream());
    }

    /** A deletion whose own record has expired may be pending still: its evaluation waits for the host. */
    private Optional<Operation> awaitedRemoval(CommandId id) {
        return Optional.ofNullable(operations.hasEnded(id) ? null : removals.get(id))
                .map(removal -> Operation.removal(id, removal.container, removal.host, null, removal.appended));
    }

    /** Every operation that is pending or ended within a day, and which ids ended before. */
    public Operations operations() {
        return operations;
    }

    /** Every host that ever sent a heartbeat, by name. */
    public Collection<Heartbeat> hosts() {
        return hosts.values();
    }

    /** That host, if it ever sent a heartbeat. */
    public Optional<Heartbeat> host(HostName name) {
        return Optional.ofNullable(hosts.get(name));
    }

    /** That profile, if it is there. */
    public Optional<StoredProfile> profile(ProfileName name) {
        return Optional.ofNullable(profiles.get(name));
    }

    /** Every profile by name. */
    public NavigableMap<ProfileName, StoredProfile> profiles() {
        return profiles;
    }

    /** The evaluation of that container's definition. */
    public Optional<Evaluation> evaluation(ContainerName name) {
        return Optional.ofNullable(evaluations.get(name));
    }

    /** Whether the fleet has such a container: it is defined, or its host has it still. */
    public boolean isThere(ContainerName name) {
        Evaluation evaluation = evaluations.get(name);
        return evaluation != null && evaluation.state() != Evaluation.State.DELETED || statuses.containsKey(name);
    }

    /** The names of every container there is, in order, after that one if it is given. */
    public Collection<ContainerName> containers(@Nullable ContainerName after) {
        var names = new TreeSet<ContainerName>();
        for (var known : List.of(evaluations, statuses)) {
            names.addAll((after == null ? known : known.tailMap(after, false)).keySet());
        }
        names.removeIf(name -> !isThere(name));
        return names;
    }

    /** Where that container is or belongs; empty if nowhere. */
    public Optional<HostName> hostOf(ContainerName name) {
        Evaluation evaluation = evaluations.get(name);
        if (evaluation != null && evaluation.spec() != null) {
            return Optional.of(evaluation.spec().host());
        }
        return Optional.ofNullable(statuses.get(name)).map(ContainerStatus::host);
    }

    /** The host whose reports on a container count: the releasing host, until it has released it. */
    private Optional<HostName> holderOf(ContainerName name) {
        Evaluation evaluation = evaluations.get(name);
        return evaluation != null && evaluation.releasingHost() != null
                ? Optional.of(evaluation.releasingHost().host())
                : hostOf(name);
    }

    /** The phase to show for that container: unknown if its host is lost. */
    public Phase phase(ContainerName name, Instant now) {
        if (holderOf(name).filter(host -> isLost(host, now)).isPresent()) {
            return Phase.UNKNOWN;
        }
        return Optional.ofNullable(statuses.get(name))
                .map(ContainerStatus::phase)
                .orElse(Phase.ABSENT);
    }

    private boolean isLost(HostName host, Instant now) {
        return host(host).filter(heartbeat -> heartbeat.isAlive(now)).isEmpty();
    }

    /** A container as the API shows it. */
    public Container resource(ContainerName name, Instant now) {
        HostName host = hostOf(name).orElse(null);
        Evaluation evaluation = evaluations.get(name);
        CurrentStatus status = currentStatus(name, now);
        return evaluation == null
                ? ContainerBuilder.builder()
                        .name(name)
                        .host(host)
                        .status(status)
                        .build()
                : Container.of(evaluation, host, status);
    }

    private CurrentStatus currentStatus(ContainerName name, Instant now) {
        ContainerStatus status = statuses.get(name);
        Optional<HostName> lost = holderOf(name).filter(host -> isLost(host, now));
        if (lost.isEmpty()) {
            return status == null ? CurrentStatus.absent() : CurrentStatus.of(status);
        }
        Heartbeat host = hosts.get(lost.get());
        return CurrentStatus.unknown(
                "host " + lost.get()
                        + (host == null ? " was never heard of" : " was last heard of at " + host.appended()),
                status);
    }

    /** A host as the API shows it. */
    public static HostStatus resource(Heartbeat heartbeat, Instant now) {
        HostStatus status = heartbeat.status();
        return status.state() == HostStatus.Availability.READY && !heartbeat.isAlive(now) ? status.asLost() : status;
    }
}
