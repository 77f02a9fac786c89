package io.hatchery.config;

import io.hatchery.bus.BusRecord;
import io.hatchery.bus.Message;
import io.hatchery.bus.Partitioning;
import io.hatchery.bus.TransactionalLoop;
import io.hatchery.bus.TransactionalLoop.Verdict;
import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.Evaluation;
import io.hatchery.protocol.FleetEvent;
import io.hatchery.protocol.Headers;
import io.hatchery.protocol.HostStatus;
import io.hatchery.protocol.Outcome;
import io.hatchery.protocol.Topics;
import io.hatchery.protocol.Verb;
import io.hatchery.spec.ContainerDefinition;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.HostName;
import io.hatchery.spec.ProfileName;
import io.hatchery.spec.json.UnreadableException;
import io.hatchery.spec.option.Evaluator;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Folds evaluations, profiles and hosts, and judges definitions in their light. */
public final class DefinitionJudge implements TransactionalLoop.Judge {
    private static final Logger LOG = LoggerFactory.getLogger(DefinitionJudge.class);

    private final Clock clock;
    private final String source;
    private final Consumer<HostName> newHost;
    private final Map<ContainerName, Evaluation> evaluations = new HashMap<>();
    private final Map<ProfileName, ContainerDefinition> profiles = new HashMap<>();
    private final Map<HostName, HostStatus> hosts = new HashMap<>();
    private final Set<ContainerName> toReview = new HashSet<>();
    private Set<Integer> owned = Set.of();
    private int partitions = 1;

    /**
     * Knows nothing yet.
     *
     * @param source what to call this service in the records it writes
     * @param newHost makes sure that a host's topics exist before they are written to
     */
    public DefinitionJudge(Clock clock, String source, Consumer<HostName> newHost) {
        this.clock = clock;
        this.source = source;
        this.newHost = newHost;
    }

    @Override
    public void view(BusRecord record) {
        try {
            if (record.topic().equals(Topics.EVALUATIONS.name())) {
                viewEvaluation(record);
            } else if (record.topic().equals(Topics.PROFILES.name())) {
                viewProfile(record);
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
        if (record.isDeletion()) {
            evaluations.remove(name);
        } else {
            evaluations.put(name, record.value(Evaluation.class));
        }
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

    private void viewHost(BusRecord record) throws UnreadableException {
        var name = new HostName(record.key());
        if (record.isDeletion()) {
            hosts.remove(name);
            return;
        }
        HostStatus before = hosts.put(name, record.value(HostStatus.class));
        if (before == null || !before.isAlive(clock.instant())) {
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
        for (ContainerName name : toReview) {
            Evaluation before = evaluations.get(name);
            int partition = Partitioning.partitionOf(name.value().getBytes(StandardCharsets.UTF_8), partitions);
            if (before == null || before.definition() == null || !owned.contains(partition)) {
                continue;
            }
            Decision decision = Deciding.again(before, before.definition(), profiles, this::place);
            if (!decision.evaluation().equals(before)) {
                messages.addAll(messages(decision, before, clock.instant()));
            }
        }
        toReview.clear();
        return messages;
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
                    ? Deciding.delete(name, before, record.offset(), expected)
                    : Deciding.define(
                            name,
                            before,
                            record.value(ContainerDefinition.class),
                            record.offset(),
                            expected,
                            profiles,
                            this::place);
            var messages = new ArrayList<>(messages(decision, before, record.timestamp()));
            if (record.isDeletion()) {
                deletion(record, decision, messages);
            }
            return new Verdict(messages, null);
        } catch (UnreadableException | NumberFormatException e) {
            return new Verdict(List.of(), String.valueOf(e.getMessage()));
        }
    }

    private Optional<HostName> place() {
        return Placement.leastLoaded(hosts.values(), evaluations.values(), clock.instant());
    }

    private List<Message> messages(Decision decision, @Nullable Evaluation before, Instant at) {
        Evaluation evaluation = decision.evaluation();
        String name = evaluation.container().value();
        evaluations.put(evaluation.container(), evaluation);
        var messages = new ArrayList<Message>();
        messages.add(message(Topics.EVALUATIONS.name(), name, evaluation));
        if (decision.removedFrom() != null && evaluation.spec() != null) {
            messages.add(message(Topics.specs(decision.removedFrom()).name(), name, null));
        }
        if (decision.published() != null) {
            HostName host = decision.published().host();
            newHost.accept(host);
            messages.add(message(Topics.specs(host).name(), name, decision.published()));
        }
        if (before == null
                || before.state() != evaluation.state()
                || before.revision() != evaluation.revision()
                || decision.published() != null) {
            HostName host = evaluation.spec() == null
                    ? decision.removedFrom()
                    : evaluation.spec().host();
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
        if (decision.removedFrom() != null) {
            messages.add(message(Topics.specs(decision.removedFrom()).name(), name, null)
                    .with(Headers.OPERATION, record.id())
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

    private Message message(String topic, String key, @Nullable Object value) {
        return Message.of(topic, key, value, null, source, clock.instant());
    }
}
