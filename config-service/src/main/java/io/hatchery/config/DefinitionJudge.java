package io.hatchery.config;

import io.hatchery.bus.BusRecord;
import io.hatchery.bus.Message;
import io.hatchery.bus.Partitioning;
import io.hatchery.bus.TransactionalLoop;
import io.hatchery.bus.TransactionalLoop.Verdict;
import io.hatchery.config.system.Systems;
import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.ContainerStatus;
import io.hatchery.protocol.Evaluation;
import io.hatchery.protocol.FleetEvent;
import io.hatchery.protocol.Headers;
import io.hatchery.protocol.Heartbeat;
import io.hatchery.protocol.HostStatus;
import io.hatchery.protocol.Outcome;
import io.hatchery.protocol.Phase;
import io.hatchery.protocol.Topics;
import io.hatchery.protocol.Verb;
import io.hatchery.spec.ContainerDefinition;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Generation;
import io.hatchery.spec.HostName;
import io.hatchery.spec.PortForward;
import io.hatchery.spec.ProfileName;
import io.hatchery.spec.SystemSource;
import io.hatchery.spec.json.UnreadableException;
import io.hatchery.spec.option.Evaluator;
import io.hatchery.spec.option.Problem;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Folds evaluations, profiles and hosts, and judges definitions in their light. */
public final class DefinitionJudge implements TransactionalLoop.Judge {
    private static final Logger LOG = LoggerFactory.getLogger(DefinitionJudge.class);

    private static final Duration BETWEEN_KEEPINGS = Duration.ofHours(1);

    private final Clock clock;
    private final String source;
    private final Consumer<HostName> newHost;
    private final Systems systems;
    private final Rollbacks rollbacks;
    private final Map<ContainerName, Evaluation> evaluations = new HashMap<>();
    private final Map<ProfileName, ContainerDefinition> profiles = new HashMap<>();
    private final Map<HostName, Heartbeat> hosts = new HashMap<>();
    private final Set<HostName> heardOf = new HashSet<>();
    private final Map<ContainerName, String> unshownBy = new HashMap<>();
    private final Map<ContainerName, Set<String>> answered = new HashMap<>();
    private final Set<ContainerName> toReview = new HashSet<>();
    private final Neighbours neighbours = new Known();
    private Set<Integer> owned = Set.of();
    private int partitions = 1;
    private Instant nextKeeping = Instant.MIN;

    /**
     * Knows nothing yet.
     *
     * @param source what to call this service in the records it writes
     * @param newHost makes sure that a host's topics exist before they are written to
     * @param systems evaluates and builds systems
     */
    public DefinitionJudge(Clock clock, String source, Consumer<HostName> newHost, Systems systems) {
        this.clock = clock;
        this.source = source;
        this.newHost = newHost;
        this.systems = systems;
        this.rollbacks = new Rollbacks(source);
    }

    @Override
    public void view(BusRecord record) {
        try {
            if (record.topic().equals(Topics.EVALUATIONS.name())) {
                viewEvaluation(record);
            } else if (record.topic().equals(Topics.PROFILES.name())) {
                viewProfile(record);
            } else if (record.topic().equals(Topics.STATUS.name())) {
                viewStatus(record);
            } else {
                viewHost(record);
            }
        } catch (UnreadableException | IllegalArgumentException e) {
            LOG.warn(
                    "{} cannot be read and is passed over: {}",
                    record.position().text(),
                    e.getMessage());
        }
    }

    private void viewEvaluation(BusRecord record) throws UnreadableException {
        var name = new ContainerName(record.key());
        Evaluation now = record.isDeletion() ? null : record.value(Evaluation.class);
        portsChanged(now == null ? evaluations.remove(name) : evaluations.put(name, now), now);
    }

    private void viewProfile(BusRecord record) throws UnreadableException {
        var name = new ProfileName(record.key());
        if (record.isDeletion()) {
            profiles.remove(name);
        } else {
            profiles.put(name, record.value(ContainerDefinition.class));
        }
        evaluations.values().stream()
                .filter(e -> e.definition() != null
                        && Evaluator.profilesOf(e.definition()).contains(name))
                .forEach(e -> toReview.add(e.container()));
    }

    private void viewStatus(BusRecord record) throws UnreadableException {
        var name = new ContainerName(record.key());
        if (record.isDeletion()) {
            unshownBy.put(name, record.header(Headers.SOURCE).orElse(""));
            record.header(Headers.OPERATION)
                    .ifPresent(operation ->
                            answered.computeIfAbsent(name, n -> new HashSet<>()).add(operation));
            toReview.add(name);
            rollbacks.forget(name);
        } else {
            unshownBy.remove(name);
            ContainerStatus status = record.value(ContainerStatus.class);
            rollbacks.view(status);
            if (status.phase() == Phase.FAILED || status.phase() == Phase.BACKOFF) {
                toReview.add(name);
            }
        }
    }

    private void viewHost(BusRecord record) throws UnreadableException {
        var name = new HostName(record.key());
        if (record.isDeletion()) {
            hosts.remove(name);
            heardOf.remove(name);
            evaluations.values().stream()
                    .filter(e -> e.leaving() != null && e.leaving().host().equals(name))
                    .forEach(e -> toReview.add(e.container()));
            return;
        }
        // Whatever else its heartbeat is, such a host exists, and may have containers to release.
        heardOf.add(name);
        HostStatus now = record.value(HostStatus.class);
        Optional<String> refusal = Heartbeat.refusal(name, now, record.timestamp());
        if (refusal.isPresent()) {
            throw new UnreadableException(refusal.get());
        }
        Heartbeat before = hosts.put(name, new Heartbeat(now, record.timestamp()));
        if (before == null
                || !before.isAlive(clock.instant())
                || !before.status().labels().equals(now.labels())) {
            evaluations.values().stream()
                    .filter(e -> e.state() == Evaluation.State.UNPLACED)
                    .forEach(e -> toReview.add(e.container()));
        }
    }

    @Override
    public void own(Set<Integer> nowOwned, int of) {
        owned = Set.copyOf(nowOwned);
        partitions = of;
        // Whatever changed while nobody looked: evaluating what has not changed changes nothing.
        toReview.addAll(evaluations.keySet());
    }

    @Override
    public List<Message> review() {
        var messages = new ArrayList<Message>();
        toReview.addAll(systems.news());
        keepSystems();
        var names = List.copyOf(toReview);
        toReview.clear();
        for (ContainerName name : names) {
            Evaluation before = evaluations.get(name);
            int partition = Partitioning.partitionOf(name.value().getBytes(StandardCharsets.UTF_8), partitions);
            if (before != null && owned.contains(partition)) {
                messages.addAll(review(before));
            }
        }
        return messages;
    }

    private void keepSystems() {
        Instant now = clock.instant();
        if (now.isBefore(nextKeeping)) {
            return;
        }
        nextKeeping = now.plus(BETWEEN_KEEPINGS);
        systems.keep(evaluations.values().stream()
                .flatMap(evaluation -> evaluation.systems().stream())
                .map(Evaluation.GivenSystem::path)
                .collect(Collectors.toSet()));
    }

    private List<Message> review(Evaluation before) {
        Evaluation now = before;
        var messages = new ArrayList<Message>();
        if (before.leaving() != null && hasLetGo(before.container(), before.leaving())) {
            messages.addAll(messages(Deciding.release(before), before, clock.instant()));
            now = evaluations.getOrDefault(before.container(), before);
        } else if (before.isPublished() && before.spec() != null) {
            messages.addAll(askedAgain(before.spec()));
        }
        if (now.leaving() == null) {
            answered.remove(now.container());
        }
        if (now.definition() != null) {
            Decision decision = Deciding.again(now, now.definition(), profiles, neighbours);
            if (!decision.evaluation().equals(now)) {
                messages.addAll(messages(decision, now, clock.instant()));
                now = decision.evaluation();
            }
        }
        messages.addAll(rollbacks.follow(now, clock.instant()));
        return messages;
    }

    /**
     * A host that had the container before may say once more that it has gone, and so hide what its host has said since: that one
     * is given its spec again, and says again how it is.
     */
    private List<Message> askedAgain(ContainerSpec spec) {
        String by = unshownBy.remove(spec.name());
        return by == null || by.equals("/runner/" + spec.host())
                ? List.of()
                : List.of(message(Topics.specs(spec.host()).name(), spec.name().value(), spec));
    }

    /** It says so itself, or someone has said that it is no more, or it never was: then nobody ever read what it was given. */
    private boolean hasLetGo(ContainerName container, Evaluation.Leaving leaving) {
        return answered.getOrDefault(container, Set.of())
                        .contains(leaving.operation().value())
                || !heardOf.contains(leaving.host());
    }

    @Override
    public Verdict judge(BusRecord record) {
        if (!ContainerName.isValid(record.key())) {
            return new Verdict(List.of(), "its key is no container name: '" + record.key() + "'");
        }
        var name = new ContainerName(record.key());
        Evaluation before = evaluations.get(name);
        try {
            Long expected = record.header(Headers.IF_MATCH).map(Long::valueOf).orElse(null);
            Decision decision = record.isDeletion()
                    ? Deciding.delete(name, before, record.offset(), expected, new CommandId(record.id()))
                    : Deciding.define(
                            name,
                            before,
                            record.value(ContainerDefinition.class),
                            record.offset(),
                            expected,
                            profiles,
                            neighbours);
            var messages = new ArrayList<>(messages(decision, before, record.timestamp()));
            if (record.isDeletion()) {
                deletion(record, decision, messages);
            }
            messages.addAll(rollbacks.start(record, decision, clock.instant()));
            return new Verdict(messages, null);
        } catch (UnreadableException | NumberFormatException e) {
            return new Verdict(List.of(), String.valueOf(e.getMessage()));
        }
    }

    private final class Known implements Neighbours {
        @Override
        public Optional<HostName> place(SortedMap<String, String> requires, @Nullable HostName last) {
            return Placement.of(requires, last, hosts, evaluations.values(), clock.instant());
        }

        @Override
        public List<Problem> clashes(ContainerSpec spec) {
            return Ports.clashes(spec, evaluations.values());
        }

        @Override
        public Systems.Progress system(ContainerName container, long revision, SystemSource from) {
            return systems.of(container, revision, from);
        }

        @Override
        public Instant now() {
            return clock.instant();
        }
    }

    /** What failed for want of a port may have it now. */
    private void portsChanged(@Nullable Evaluation before, @Nullable Evaluation now) {
        if (!portsOf(before).equals(portsOf(now))) {
            evaluations.values().stream()
                    .filter(e -> e.state() == Evaluation.State.FAILED)
                    .forEach(e -> toReview.add(e.container()));
        }
    }

    private static List<PortForward> portsOf(@Nullable Evaluation evaluation) {
        return evaluation == null || evaluation.spec() == null ? List.of() : Ports.of(evaluation.spec());
    }

    private List<Message> messages(Decision decision, @Nullable Evaluation before, Instant at) {
        Evaluation evaluation = decision.evaluation();
        String name = evaluation.container().value();
        portsChanged(evaluations.put(evaluation.container(), evaluation), evaluation);
        if (evaluation.state() != Evaluation.State.BUILDING) {
            systems.forget(evaluation.container());
        }
        if (evaluation.leaving() != null) {
            toReview.add(evaluation.container()); // its host may be gone already
        }
        var messages = new ArrayList<Message>();
        messages.add(message(Topics.EVALUATIONS.name(), name, evaluation));
        if (decision.removal() != null && evaluation.spec() != null) {
            messages.add(removal(decision.removal(), name, before));
        }
        if (decision.withdrawn() != null) {
            messages.add(withdrawal(decision.withdrawn()));
        }
        if (evaluation.spec() != null) {
            newHost.accept(evaluation.spec().host());
        }
        if (decision.published() != null) {
            messages.add(message(Topics.specs(decision.published().host()).name(), name, decision.published()));
        }
        if (before == null
                || before.state() != evaluation.state()
                || before.revision() != evaluation.revision()
                || decision.published() != null) {
            HostName from =
                    decision.removal() == null ? null : decision.removal().host();
            HostName host = evaluation.spec() == null ? from : evaluation.spec().host();
            messages.add(message(
                    Topics.EVENTS.name(),
                    name,
                    new FleetEvent.Judged(
                            evaluation.container(),
                            host,
                            evaluation.state(),
                            evaluation.revision(),
                            evaluation.generation(),
                            at)));
        }
        return messages;
    }

    /** A deletion is an operation too: its host ends it, or, where none has the container, this service. */
    private void deletion(BusRecord record, Decision decision, List<Message> messages) {
        String name = record.key();
        if (decision.removal() != null) {
            messages.add(removal(decision.removal(), name, decision.evaluation())
                    .with(Headers.PURGE, record.header(Headers.PURGE).orElse(null))
                    .with(Headers.BY, record.header(Headers.BY).orElse(null)));
            return;
        }
        String refusal = decision.evaluation().refusal();
        messages.add(message(
                Topics.EVENTS.name(),
                name,
                new FleetEvent.Ended(
                        new CommandId(record.id()),
                        Verb.REMOVE,
                        decision.evaluation().container(),
                        null,
                        record.header(Headers.BY).orElse(null),
                        record.timestamp(),
                        refusal == null ? Outcome.COMPLETED : Outcome.REJECTED,
                        refusal == null ? "it was on no host" : refusal,
                        null,
                        List.of(),
                        clock.instant())));
    }

    private Message removal(Evaluation.Leaving from, String name, @Nullable Evaluation last) {
        Generation generation = last == null ? null : last.generation();
        return message(Topics.specs(from.host()).name(), name, null)
                .with(Headers.OPERATION, from.operation().value())
                .with(Headers.GENERATION, generation == null ? null : generation.toString());
    }

    private Message withdrawal(ContainerSpec spec) {
        return message(Topics.specs(spec.host()).name(), spec.name().value(), null)
                .with(Headers.OPERATION, "withdrawn/" + spec.name() + "/" + spec.generation())
                .with(Headers.GENERATION, spec.generation().toString());
    }

    private Message message(String topic, String key, @Nullable Object value) {
        return Message.of(topic, key, value, null, source, clock.instant());
    }
}
