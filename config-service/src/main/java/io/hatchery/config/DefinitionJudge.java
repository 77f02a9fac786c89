package io.hatchery.config;

import io.hatchery.bus.BusException;
import io.hatchery.bus.BusRecord;
import io.hatchery.bus.Message;
import io.hatchery.bus.PartitionHistory;
import io.hatchery.bus.Partitioning;
import io.hatchery.bus.TransactionalLoop;
import io.hatchery.bus.TransactionalLoop.Verdict;
import io.hatchery.config.system.Systems;
import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.ContainerStatus;
import io.hatchery.protocol.Evaluation;
import io.hatchery.protocol.Headers;
import io.hatchery.protocol.Heartbeat;
import io.hatchery.protocol.Phase;
import io.hatchery.protocol.Topics;
import io.hatchery.spec.ContainerDefinition;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Folds evaluations, profiles and hosts, and judges definitions in their light. What fails to be computed changes nothing: memory
 * is changed after everything that is to be written is known.
 */
public final class DefinitionJudge implements TransactionalLoop.Judge {
    private static final Logger LOG = LoggerFactory.getLogger(DefinitionJudge.class);

    private static final Duration BETWEEN_KEEPINGS = Duration.ofHours(1);
    private static final String SOURCES = "/config-service/";

    private final Clock clock;
    private final Consumer<HostName> newHost;
    private final Systems systems;
    private final Rollbacks rollbacks;
    private final EvaluationMessages writing;
    private final Map<ContainerName, Evaluation> evaluations = new HashMap<>();
    private final Map<ProfileName, ContainerDefinition> profiles = new HashMap<>();
    private final KnownHosts hosts = new KnownHosts();
    private final Confirmations confirmations = new Confirmations();
    private final SpecsAudit audit = new SpecsAudit();
    private final PartitionHistory history = new PartitionHistory();
    private final Set<ContainerName> toReview = new LinkedHashSet<>();
    private final Neighbours neighbours = new Known();
    private Set<Integer> owned = Set.of();
    private int partitions = 1;
    private Instant nextKeeping = Instant.MIN;

    /**
     * Knows nothing yet.
     *
     * @param instance names this process among the config-services
     * @param newHost makes sure that a host's topics exist before they are written to
     * @param systems evaluates and builds systems
     */
    public DefinitionJudge(Clock clock, String instance, Consumer<HostName> newHost, Systems systems) {
        this.clock = clock;
        this.newHost = newHost;
        this.systems = systems;
        this.rollbacks = new Rollbacks(SOURCES + instance);
        this.writing = new EvaluationMessages(clock, SOURCES + instance);
    }

    @Override
    public void view(BusRecord record) throws UnreadableException {
        if (record.topic().equals(Topics.EVALUATIONS.name())) {
            viewEvaluation(record);
        } else if (record.topic().equals(Topics.PROFILES.name())) {
            viewProfile(record);
        } else if (record.topic().equals(Topics.STATUS.name())) {
            viewStatus(record);
        } else {
            viewHost(record);
        }
    }

    private void viewEvaluation(BusRecord record) throws UnreadableException {
        var name = new ContainerName(record.key());
        Evaluation now = record.isDeletion() ? null : record.value(Evaluation.class);
        if (now != null) {
            requireKey(name, now.container());
            noteWriter(record);
        }
        changed(now == null ? evaluations.remove(name) : evaluations.put(name, now), now);
    }

    private void changed(@Nullable Evaluation before, @Nullable Evaluation now) {
        audit.changed(before, now, clock.instant());
        portsChanged(before, now);
    }

    @Override
    public void misplaced(BusRecord record) {
        if (record.topic().equals(Topics.EVALUATIONS.name())) {
            noteWriter(record);
        }
    }

    /** Evaluations are written by config-services alone, and so show over how many partitions keys were placed. */
    private void noteWriter(BusRecord record) {
        if (record.header(Headers.SOURCE).filter(by -> by.startsWith(SOURCES)).isPresent()) {
            history.add(record);
        }
    }

    private static void requireKey(ContainerName key, ContainerName container) throws UnreadableException {
        if (!key.equals(container)) {
            throw new UnreadableException("it is about container " + container + ", and its key is " + key);
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

    private void viewStatus(BusRecord record) throws UnreadableException {
        var name = new ContainerName(record.key());
        if (record.isDeletion()) {
            confirmations.confirm(name, record);
            toReview.add(name);
            rollbacks.forget(name);
            return;
        }
        ContainerStatus status = record.value(ContainerStatus.class);
        requireKey(name, status.container());
        confirmations.contradict(name);
        rollbacks.view(status);
        if (status.phase() == Phase.FAILED || status.phase() == Phase.BACKOFF) {
            toReview.add(name);
        }
    }

    private void viewHost(BusRecord record) throws UnreadableException {
        var name = new HostName(record.key());
        if (record.isDeletion()) {
            hosts.remove(name);
            review(e -> e.leaving() != null && e.leaving().host().equals(name));
            return;
        }
        if (hosts.view(name, record, clock.instant())) {
            review(e -> e.state() == Evaluation.State.UNPLACED);
        }
        Heartbeat heartbeat = hosts.accepted().get(name);
        if (heartbeat != null) {
            toReview.addAll(audit.view(heartbeat.status(), evaluations, clock.instant()));
        }
    }

    private void review(Predicate<Evaluation> which) {
        evaluations.values().stream().filter(which).forEach(e -> toReview.add(e.container()));
    }

    @Override
    public List<Message> refused(BusRecord record, String reason) {
        if (!record.topic().equals(Topics.HOSTS.name()) || !HostName.isValid(record.key())) {
            return List.of();
        }
        var host = new HostName(record.key());
        return hosts.refuse(host) ? List.of(writing.heartbeatRefused(host, reason, record.timestamp())) : List.of();
    }

    @Override
    public void own(Set<Integer> nowOwned, int of) {
        history.requireFits(of);
        if (owned.isEmpty()) {
            audit.forget();
        }
        owned = Set.copyOf(nowOwned);
        partitions = of;
        // Whatever changed while nobody looked: evaluating what has not changed changes nothing.
        toReview.addAll(evaluations.keySet());
    }

    @Override
    public Optional<List<Message>> review() {
        keepSystems();
        toReview.addAll(systems.news());
        var names = toReview.iterator();
        while (names.hasNext()) {
            ContainerName name = names.next();
            names.remove();
            Evaluation before = evaluations.get(name);
            if (before != null && owned.contains(partitionOf(name))) {
                return Optional.of(review(before));
            }
        }
        return Optional.empty();
    }

    private int partitionOf(ContainerName name) {
        return Partitioning.partitionOf(name.value().getBytes(StandardCharsets.UTF_8), partitions);
    }

    private void keepSystems() {
        Instant now = clock.instant();
        if (now.isBefore(nextKeeping)) {
            return;
        }
        nextKeeping = now.plus(BETWEEN_KEEPINGS);
        review(e -> e.leaving() != null);
        systems.keep(evaluations.values().stream()
                .flatMap(evaluation -> evaluation.systems().stream())
                .map(Evaluation.GivenSystem::path)
                .collect(Collectors.toSet()));
    }

    /** A container that cannot be reviewed fails by itself, and keeps no other from being reviewed. */
    private List<Message> review(Evaluation before) {
        var messages = new ArrayList<Message>();
        try {
            release(before, messages);
            again(latest(before), messages);
            repeat(latest(before), messages);
        } catch (KafkaException | BusException e) {
            throw e;
        } catch (RuntimeException | StackOverflowError e) {
            LOG.error("container {} cannot be evaluated again", before.container(), e);
            Evaluation now = latest(before);
            Decision failed = Deciding.broken(now);
            if (!failed.evaluation().equals(now)) {
                messages.addAll(decided(failed, now, clock.instant()));
            }
        }
        return messages;
    }

    private Evaluation latest(Evaluation before) {
        return evaluations.getOrDefault(before.container(), before);
    }

    private void release(Evaluation before, List<Message> messages) {
        if (before.leaving() != null && hasLetGo(before.container(), before.leaving())) {
            messages.addAll(decided(Deciding.release(before), before, clock.instant()));
        } else if (before.isPublished() && before.spec() != null) {
            messages.addAll(askedAgain(before.spec()));
        }
        if (latest(before).leaving() == null) {
            confirmations.settle(before.container());
        }
    }

    private void again(Evaluation before, List<Message> messages) {
        if (before.definition() != null) {
            Decision decision = Deciding.within(
                    Evaluation.MAX_BYTES, Deciding.again(before, before.definition(), profiles, neighbours), before);
            if (!decision.evaluation().equals(before)) {
                messages.addAll(decided(decision, before, clock.instant()));
            }
        }
        messages.addAll(rollbacks.follow(latest(before), clock.instant()));
    }

    /**
     * What hosts are told once more of a container: an open removal in time before its marker expires, and whatever hosts have lost
     * sight of.
     */
    private void repeat(Evaluation evaluation, List<Message> messages) {
        Map<HostName, Boolean> sightless = audit.take(evaluation.container());
        Instant now = clock.instant();
        Evaluation.Leaving leaving = evaluation.leaving();
        boolean isLost = leaving != null && sightless.containsKey(leaving.host());
        if (leaving != null && (isLost || SpecsAudit.isToBeRepeated(leaving, now))) {
            Evaluation again = Deciding.repeat(evaluation, leaving, now);
            evaluations.put(again.container(), again);
            messages.add(writing.evaluation(again));
            messages.add(writing.removal(leaving, again.container()));
        }
        ContainerSpec spec = evaluation.spec();
        sightless.forEach((host, mayRemove) -> {
            if (evaluation.isPublished() && spec != null && spec.host().equals(host)) {
                messages.add(writing.spec(spec));
            } else if (mayRemove && (leaving == null || !leaving.host().equals(host))) {
                messages.add(writing.removal(SpecsAudit.vanished(host, evaluation), evaluation.container()));
            }
        });
    }

    /**
     * A host that had the container before may say once more that it has gone, and so hide what its host has said since: that one
     * is given its spec again, and says again how it is.
     */
    private List<Message> askedAgain(ContainerSpec spec) {
        String by = confirmations.takeLastBy(spec.name());
        return by == null || by.equals("/runner/" + spec.host()) ? List.of() : List.of(writing.spec(spec));
    }

    /** It says so itself, or someone has said that it is no more, or it never was: then nobody ever read what it was given. */
    private boolean hasLetGo(ContainerName container, Evaluation.Leaving leaving) {
        return confirmations.isConfirmed(container, leaving.operation()) || !hosts.isHeardOf(leaving.host());
    }

    @Override
    public Verdict judge(BusRecord record) {
        if (!ContainerName.isValid(record.key())) {
            return new Verdict(List.of(), "its key is no container name: '" + Problem.shorten(record.key()) + "'");
        }
        var name = new ContainerName(record.key());
        Evaluation before = evaluations.get(name);
        try {
            Decision decision = decide(record, name, before);
            var messages = new ArrayList<Message>();
            if (record.isDeletion()) {
                messages.add(writing.deletion(record, decision));
            }
            messages.addAll(rollbacks.start(record, decision, clock.instant()));
            messages.addAll(0, decided(decision, before, record.timestamp()));
            return new Verdict(messages, null);
        } catch (UnreadableException e) {
            return new Verdict(List.of(), String.valueOf(e.getMessage()));
        }
    }

    private Decision decide(BusRecord record, ContainerName name, @Nullable Evaluation before)
            throws UnreadableException {
        Long expected = expected(record);
        if (record.isDeletion()) {
            return Deciding.asked(
                    Deciding.delete(name, before, record.offset(), expected, operation(record)),
                    record.header(Headers.PURGE).filter("true"::equals).isPresent(),
                    record.header(Headers.BY).orElse(null),
                    clock.instant());
        }
        ContainerDefinition definition = record.value(ContainerDefinition.class);
        return Deciding.within(
                Evaluation.MAX_BYTES,
                Deciding.define(name, before, definition, record.offset(), expected, profiles, neighbours),
                before);
    }

    private static CommandId operation(BusRecord deletion) throws UnreadableException {
        try {
            return new CommandId(deletion.id());
        } catch (IllegalArgumentException e) {
            throw new UnreadableException("header " + Headers.ID + ": " + e.getMessage(), e);
        }
    }

    private static @Nullable Long expected(BusRecord record) throws UnreadableException {
        String text = record.header(Headers.IF_MATCH).orElse(null);
        try {
            return text == null ? null : Long.valueOf(text);
        } catch (NumberFormatException e) {
            throw new UnreadableException(
                    "header " + Headers.IF_MATCH + " is '" + Problem.shorten(text)
                            + "': give a revision, or leave it out",
                    e);
        }
    }

    private final class Known implements Neighbours {
        @Override
        public Optional<HostName> place(SortedMap<String, String> requires, @Nullable HostName last) {
            return Placement.of(requires, last, hosts.accepted(), evaluations.values(), clock.instant());
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
            review(e -> e.state() == Evaluation.State.FAILED);
        }
    }

    private static List<PortForward> portsOf(@Nullable Evaluation evaluation) {
        return evaluation == null || evaluation.spec() == null ? List.of() : Ports.of(evaluation.spec());
    }

    /** What is written of a decision, which is in force in memory from now on. */
    private List<Message> decided(Decision decision, @Nullable Evaluation before, Instant at) {
        Evaluation evaluation = decision.evaluation();
        var messages = writing.of(decision, before, at);
        if (evaluation.spec() != null) {
            newHost.accept(evaluation.spec().host());
        }
        changed(evaluations.put(evaluation.container(), evaluation), evaluation);
        if (evaluation.state() != Evaluation.State.BUILDING) {
            systems.forget(evaluation.container());
        }
        if (evaluation.leaving() != null) {
            toReview.add(evaluation.container()); // its host may be gone already
        }
        return messages;
    }
}
