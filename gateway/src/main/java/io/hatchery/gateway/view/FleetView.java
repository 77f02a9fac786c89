package io.hatchery.gateway.view;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.bus.BusRecord;
import io.hatchery.protocol.Command;
import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.ConsoleLines;
import io.hatchery.protocol.ContainerStatus;
import io.hatchery.protocol.Evaluation;
import io.hatchery.protocol.FleetEvent;
import io.hatchery.protocol.Heartbeat;
import io.hatchery.protocol.HostStatus;
import io.hatchery.protocol.Phase;
import io.hatchery.protocol.Topics;
import io.hatchery.spec.ContainerDefinition;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.Generation;
import io.hatchery.spec.HostName;
import io.hatchery.spec.ProfileName;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import java.time.Instant;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The fleet as the topics tell it. Knows no clock and no Kafka; not thread-safe. */
public final class FleetView {
    private static final int MOST_OPERATIONS = 100_000;

    private final NavigableMap<ContainerName, Evaluation> evaluations = new TreeMap<>();
    private final NavigableMap<ContainerName, ContainerStatus> statuses = new TreeMap<>();
    private final NavigableMap<HostName, Heartbeat> hosts = new TreeMap<>();
    private final NavigableMap<ProfileName, Profile> profiles = new TreeMap<>();
    private final Map<CommandId, Operation> operations = new LinkedHashMap<>();
    private final Set<CommandId> unconfirmed = new HashSet<>();
    private final Map<ContainerName, FleetEvent.Transition> latest = new HashMap<>();
    private final Map<FleetEvent.Source, Long> systems = new EnumMap<>(FleetEvent.Source.class);
    private final BuildLogs buildLogs = new BuildLogs();

    /**
     * A profile and the offset of its record.
     *
     * @param definition its options
     * @param revision the offset
     */
    public record Profile(ContainerDefinition definition, long revision) {}

    /**
     * Takes a record in.
     *
     * @return what watchers are told of it; empty if nothing
     * @throws UnreadableException if it is not what its topic holds
     */
    public Optional<Change> apply(BusRecord record) throws UnreadableException {
        String topic = record.topic();
        try {
            if (topic.equals(Topics.STATUS.name())) {
                return Optional.of(status(record));
            }
            if (topic.equals(Topics.EVENTS.name())) {
                return event(record);
            }
            if (topic.equals(Topics.HOSTS.name())) {
                return Optional.of(host(record));
            }
            if (topic.equals(Topics.EVALUATIONS.name())) {
                evaluation(record);
            } else if (topic.equals(Topics.PROFILES.name())) {
                profile(record);
            } else if (topic.equals(Topics.CONSOLE.name())) {
                buildLogs.add(record.value(ConsoleLines.class));
            } else {
                command(record);
            }
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            throw new UnreadableException(String.valueOf(e.getMessage()), e);
        }
    }

    /** What evaluations and builds printed. */
    public BuildLogs buildLogs() {
        return buildLogs;
    }

    /** How many containers came by a system in that way, as far back as events are kept. */
    public long systems(FleetEvent.Source source) {
        return systems.getOrDefault(source, 0L);
    }

    /** The spec that a container has processes of; null if it has none, or nobody knows. */
    public @Nullable Generation running(ContainerName name) {
        ContainerStatus status = statuses.get(name);
        return status == null || status.leader() == null ? null : status.generation();
    }

    /** What watchers are told of a record that may be of the past, without taking it in. */
    public static Optional<Change> changeOf(BusRecord record) throws UnreadableException {
        return new FleetView().apply(record);
    }

    private Change status(BusRecord record) throws UnreadableException {
        var name = new ContainerName(record.key());
        ObjectNode body = Json.object();
        body.put("container", name.value());
        if (record.isDeletion()) {
            ContainerStatus last = statuses.remove(name);
            body.putNull("status");
            return new Change("status", name, last == null ? null : last.host(), body);
        }
        ContainerStatus status = record.value(ContainerStatus.class);
        statuses.put(name, status);
        body.put("host", status.host().value());
        body.set("status", Json.node(status));
        return new Change("status", name, status.host(), body);
    }

    private Optional<Change> event(BusRecord record) throws UnreadableException {
        FleetEvent event = record.value(FleetEvent.class);
        switch (event) {
            case FleetEvent.Accepted accepted -> {
                Operation known = operations.get(accepted.id());
                if (known == null || known.isPending()) {
                    put(Operation.of(accepted, known));
                }
            }
            case FleetEvent.Ended ended -> put(Operation.of(ended));
            case FleetEvent.Transition t -> {
                if (t.from() != t.to()) {
                    latest.put(t.container(), t);
                }
            }
            case FleetEvent.Judged j -> {}
            case FleetEvent.SystemBuilt built -> systems.merge(built.source(), 1L, Long::sum);
            case FleetEvent.Fetching f -> {}
        }
        ObjectNode body = Json.object();
        body.put("id", record.id());
        body.set("event", Json.node(event));
        return Optional.of(new Change("event", event.container(), event.host(), body));
    }

    private Change host(BusRecord record) throws UnreadableException {
        var name = new HostName(record.key());
        ObjectNode body = Json.object();
        body.put("host", name.value());
        if (record.isDeletion()) {
            hosts.remove(name);
            body.putNull("status");
        } else {
            HostStatus status = record.value(HostStatus.class);
            Optional<String> refusal = Heartbeat.refusal(name, status, record.timestamp());
            if (refusal.isPresent()) {
                throw new UnreadableException(refusal.get());
            }
            hosts.put(name, new Heartbeat(status, record.timestamp()));
            body.set("status", Json.node(status));
        }
        return new Change("host", null, name, body);
    }

    private void evaluation(BusRecord record) throws UnreadableException {
        var name = new ContainerName(record.key());
        if (record.isDeletion()) {
            evaluations.remove(name);
        } else {
            evaluations.put(name, record.value(Evaluation.class));
        }
    }

    private void profile(BusRecord record) throws UnreadableException {
        var name = new ProfileName(record.key());
        if (record.isDeletion()) {
            profiles.remove(name);
        } else {
            profiles.put(name, new Profile(record.value(ContainerDefinition.class), record.offset()));
        }
    }

    private void command(BusRecord record) throws UnreadableException {
        var id = new CommandId(record.id());
        unconfirmed.remove(id);
        Operation known = operations.get(id);
        if (known == null) {
            Command command = record.strictValue(Command.class);
            put(Operation.pending(
                    id, command, Topics.hostOfCommands(record.topic()).orElse(null), record.timestamp()));
        }
    }

    /** Takes in an operation that is being written, before its record is read. */
    public void submitted(Operation operation) {
        if (operations.putIfAbsent(operation.id(), operation) == null) {
            unconfirmed.add(operation.id());
        }
    }

    /** Forgets an operation whose write was not confirmed, unless its record has been read after all. */
    public void withdraw(CommandId id) {
        if (unconfirmed.remove(id)) {
            operations.remove(id);
        }
    }

    /** Whether that operation is known from the topics, and not from a write that may yet fail. */
    public boolean isConfirmed(CommandId id) {
        return operations.containsKey(id) && !unconfirmed.contains(id);
    }

    /**
     * Whether the container's status is as new as the events about it. They come on different topics, so a command's outcome may
     * be read before the status that it led to.
     */
    public boolean isSettled(ContainerName name) {
        FleetEvent.Transition transition = latest.get(name);
        ContainerStatus status = statuses.get(name);
        if (transition == null) {
            return true;
        }
        return status == null
                ? transition.to() == Phase.ABSENT
                : transition.to() == Phase.ABSENT
                        ? status.since().isAfter(transition.at())
                        : !status.since().isBefore(transition.at());
    }

    private void put(Operation operation) {
        unconfirmed.remove(operation.id());
        operations.put(operation.id(), operation);
        if (operations.size() > MOST_OPERATIONS) {
            var oldest = operations.keySet().iterator();
            oldest.next();
            oldest.remove();
        }
    }

    /** That operation, if it is known. */
    public Optional<Operation> operation(CommandId id) {
        return Optional.ofNullable(operations.get(id));
    }

    /** Every host that was ever heard of, by name. */
    public Collection<Heartbeat> hosts() {
        return hosts.values();
    }

    /** That host, if it was ever heard of. */
    public Optional<Heartbeat> host(HostName name) {
        return Optional.ofNullable(hosts.get(name));
    }

    /** That profile, if it is there. */
    public Optional<Profile> profile(ProfileName name) {
        return Optional.ofNullable(profiles.get(name));
    }

    /** Every profile by name. */
    public NavigableMap<ProfileName, Profile> profiles() {
        return profiles;
    }

    /** What became of that container's definition. */
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
        var names = new java.util.TreeSet<ContainerName>();
        names.addAll(
                after == null
                        ? evaluations.keySet()
                        : evaluations.tailMap(after, false).keySet());
        names.addAll(
                after == null
                        ? statuses.keySet()
                        : statuses.tailMap(after, false).keySet());
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

    /** The host whose word on a container counts: the one that it is leaving, until that has let go. */
    private Optional<HostName> holderOf(ContainerName name) {
        Evaluation evaluation = evaluations.get(name);
        return evaluation != null && evaluation.leaving() != null
                ? Optional.of(evaluation.leaving().host())
                : hostOf(name);
    }

    /** The phase to show for that container: unknown if its host was not heard of for too long. */
    public Phase phase(ContainerName name, Instant now) {
        ContainerStatus status = statuses.get(name);
        boolean lost = holderOf(name).filter(host -> isLost(host, now)).isPresent();
        return lost ? Phase.UNKNOWN : status == null ? Phase.ABSENT : status.phase();
    }

    private boolean isLost(HostName host, Instant now) {
        Heartbeat status = hosts.get(host);
        return status == null || !status.isAlive(now);
    }

    /** A container as the API shows it. */
    public ObjectNode resource(ContainerName name, Instant now) {
        ObjectNode resource = Json.object();
        resource.put("name", name.value());
        hostOf(name).ifPresent(host -> resource.put("host", host.value()));
        Evaluation evaluation = evaluations.get(name);
        if (evaluation != null) {
            ObjectNode all = Json.tree(evaluation);
            resource.set("generation", all.get("generation"));
            resource.put("revision", evaluation.revision());
            resource.set("definition", all.get("definition"));
            ObjectNode shown = resource.putObject("evaluation");
            shown.set("state", Json.node(evaluation.state()));
            shown.set("errors", Json.node(evaluation.errors()));
            if (evaluation.change() != null) {
                shown.set("change", Json.node(evaluation.change()));
            }
            if (evaluation.leaving() != null) {
                shown.set("leaving", Json.node(evaluation.leaving()));
            }
            resource.set("spec", all.get("spec"));
        }
        resource.set("status", shownStatus(name, now));
        return resource;
    }

    private ObjectNode shownStatus(ContainerName name, Instant now) {
        ContainerStatus status = statuses.get(name);
        ObjectNode shown = Json.object();
        Optional<HostName> lost = holderOf(name).filter(host -> isLost(host, now));
        if (lost.isEmpty()) {
            return status == null ? shown.put("phase", Phase.ABSENT.word()) : Json.tree(status);
        }
        Heartbeat host = hosts.get(lost.get());
        shown.put("phase", Phase.UNKNOWN.word());
        shown.put(
                "reason",
                "host " + lost.get()
                        + (host == null ? " was never heard of" : " was last heard of at " + host.appended()));
        if (status != null) {
            shown.set("last", Json.tree(status));
        }
        return shown;
    }

    /** A host as the API shows it. */
    public static ObjectNode resource(Heartbeat heartbeat, Instant now) {
        ObjectNode resource = Json.tree(heartbeat.status());
        if (heartbeat.status().state() == HostStatus.State.READY && !heartbeat.isAlive(now)) {
            resource.put("state", "lost");
        }
        return resource;
    }
}
