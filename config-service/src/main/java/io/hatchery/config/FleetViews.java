package io.hatchery.config;

import io.hatchery.bus.BusRecord;
import io.hatchery.bus.PartitionHistory;
import io.hatchery.protocol.ContainerStatus;
import io.hatchery.protocol.Evaluation;
import io.hatchery.protocol.Headers;
import io.hatchery.protocol.Heartbeat;
import io.hatchery.protocol.Topics;
import io.hatchery.spec.ContainerDefinition;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.HostName;
import io.hatchery.spec.ProfileName;
import io.hatchery.spec.json.UnreadableException;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Folds evaluations, profiles, statuses and hosts, and notes which containers must be evaluated again. */
final class FleetViews {
    /** The prefix of the event source of config-services. */
    static final String SOURCES = "/config-service/";

    /** So few records are read faster by one thread. */
    private static final int FEW = 16;

    /** So many containers are taken together to be reviewed, and are read and evaluated on all processors. */
    private static final int TAKEN_AHEAD = 64;

    private final Clock clock;
    private final Rollbacks rollbacks;
    private final SpecsAudit audit;
    private final ContainerIndex containers = new ContainerIndex();
    private final Map<ProfileName, ContainerDefinition> profiles = new HashMap<>();
    private final AdvanceEvaluations evaluations = new AdvanceEvaluations(profiles);
    private final KnownHosts hosts = new KnownHosts();
    private final RemovalConfirmations confirmations = new RemovalConfirmations();
    private final PartitionHistory history = new PartitionHistory();
    private final ReviewQueue queue = new ReviewQueue();
    private final Set<HostName> usableHosts = new HashSet<>();
    private final Deque<TakenContainer> taken = new ArrayDeque<>();

    /** A container that was taken to be reviewed and read before its turn. */
    private record TakenContainer(ContainerIndex.StoredEvaluation stored, Evaluation evaluation) {}

    FleetViews(Clock clock, Rollbacks rollbacks, SpecsAudit audit) {
        this.clock = clock;
        this.rollbacks = rollbacks;
        this.audit = audit;
    }

    @Nullable
    Evaluation evaluation(ContainerName container) {
        return containers.evaluation(container);
    }

    ContainerIndex containers() {
        return containers;
    }

    /** Evaluates over the present profiles. */
    DefinitionEvaluator evaluator() {
        return evaluations;
    }

    KnownHosts hosts() {
        return hosts;
    }

    RemovalConfirmations confirmations() {
        return confirmations;
    }

    /** The number of partitions over which keys were placed. */
    PartitionHistory history() {
        return history;
    }

    /** Puts an evaluation into force. */
    void put(Evaluation now) {
        changed(containers.put(now));
    }

    /**
     * Puts an evaluation into force.
     *
     * @param json the evaluation as JSON
     */
    void put(Evaluation now, byte[] json) {
        changed(containers.put(now, json));
    }

    /** Notes that an open removal was published again. */
    void putRepeated(Evaluation now) {
        containers.put(now);
    }

    /** Reads records on all processors before they are viewed, and evaluates definitions. */
    void readAhead(List<BusRecord> records) {
        if (records.size() <= FEW) {
            return;
        }
        records.parallelStream().forEach(record -> {
            if (record.topic().equals(Topics.DEFINITIONS.name())) {
                record.readAhead(ContainerDefinition.class);
            } else if (record.topic().equals(Topics.EVALUATIONS.name())) {
                record.readAhead(Evaluation.class);
            } else if (record.topic().equals(Topics.STATUS.name())) {
                record.readAhead(ContainerStatus.class);
            }
        });
        var candidates = new ArrayList<AdvanceEvaluations.AdvanceCandidate>();
        for (BusRecord record : records) {
            if (record.valueReadAhead() instanceof ContainerDefinition definition
                    && ContainerName.isValid(record.key())) {
                candidates.add(new AdvanceEvaluations.AdvanceCandidate(new ContainerName(record.key()), definition));
            }
        }
        evaluations.evaluateAhead(candidates);
    }

    void view(BusRecord record) throws UnreadableException {
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
        if (record.isDeletion()) {
            changed(containers.remove(name));
            return;
        }
        byte[] json = record.raw().value();
        if (containers.holds(name, json)) {
            noteWriter(record); // its own record
            return;
        }
        Evaluation now = record.value(Evaluation.class);
        requireKey(name, now.container());
        noteWriter(record);
        changed(containers.put(now, json));
    }

    private void changed(ContainerIndex.Change change) {
        audit.changed(change, clock.instant());
        freedPorts(change).forEach(port -> queue.addUrgent(containers.awaiting(port)));
    }

    /** The ports that a container no longer has on the host where it had them. */
    private static Collection<String> freedPorts(ContainerIndex.Change change) {
        EvaluationFacts before = change.before();
        EvaluationFacts after = change.after();
        if (before == null || before.ports().isEmpty()) {
            return Set.of();
        }
        var freed = new HashSet<>(before.ports());
        if (after != null && before.host() != null && before.host().equals(after.host())) {
            after.ports().forEach(freed::remove);
        }
        return freed;
    }

    /** Notes a record in the wrong partition. */
    void misplaced(BusRecord record) {
        if (record.topic().equals(Topics.EVALUATIONS.name())) {
            noteWriter(record);
        }
    }

    /** Learns the number of partitions from evaluations, which only config-services write. */
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
        evaluations.forget();
        queue.addBulk(containers.ofProfile(name));
    }

    private void viewStatus(BusRecord record) throws UnreadableException {
        var name = new ContainerName(record.key());
        if (record.isDeletion()) {
            requireOwnName(record);
            confirmations.confirm(name, record);
            queue.addUrgent(name);
            if (isConcerned(name, record)) {
                rollbacks.forget(name);
            }
            return;
        }
        ContainerStatus status = record.value(ContainerStatus.class);
        requireKey(name, status.container());
        record.requireSignedFor(status.host());
        confirmations.contradict(name);
        EvaluationFacts facts = containers.facts(name);
        if (rollbacks.view(status) && facts != null && facts.mayRollBack()) {
            queue.addUrgent(name);
        }
    }

    /** A host writes confirmations in its own name. */
    private static void requireOwnName(BusRecord confirmation) throws UnreadableException {
        String signer = confirmation.signer().orElse(null);
        if (signer != null && !confirmation.header(Headers.SOURCE).orElse("").equals("/runner/" + signer)) {
            throw new UnreadableException("host " + signer + " signed it, and its source is "
                    + confirmation.header(Headers.SOURCE).orElse("missing") + ": a host reports on itself only");
        }
    }

    private boolean isConcerned(ContainerName name, BusRecord confirmation) {
        EvaluationFacts facts = containers.facts(name);
        return facts == null
                || confirmation.signer().map(HostName::new).map(facts::concerns).orElse(true);
    }

    private void viewHost(BusRecord record) throws UnreadableException {
        var name = new HostName(record.key());
        record.requireSignedFor(record.isDeletion() ? null : name);
        if (record.isDeletion()) {
            hosts.remove(name);
            containers.placement().remove(name);
            containers.ofHost(name).stream().filter(c -> isReleasing(c, name)).forEach(queue::addUrgent);
            return;
        }
        if (hosts.view(name, record, clock.instant())) {
            usableHosts.add(name);
        }
        Heartbeat heartbeat = hosts.accepted(name);
        if (heartbeat != null) {
            containers.placement().view(name, heartbeat);
            queue.addUrgent(audit.view(heartbeat.status(), containers, clock.instant()));
        }
    }

    private boolean isReleasing(ContainerName container, HostName host) {
        EvaluationFacts facts = containers.facts(container);
        return facts != null && host.equals(facts.releasing());
    }

    /** Marks every container for another evaluation, first those that are not simply in force. */
    void reviewAll() {
        for (Evaluation.State state : Evaluation.State.values()) {
            if (state != Evaluation.State.DELETED) {
                queue.addBulk(containers.in(state));
            }
        }
        queue.addBulk(containers.releasing());
        queue.addBulk(containers.all());
    }

    /** Marks containers for another evaluation. */
    void review(Collection<ContainerName> which) {
        queue.addUrgent(which);
    }

    /** Takes the next marked container with an evaluation that matches; null if there is none. */
    @Nullable
    Evaluation nextToReview(Predicate<ContainerName> which) {
        reviewUnplaced();
        if (taken.isEmpty()) {
            takeAhead(which);
        }
        for (TakenContainer next = taken.poll(); next != null; next = taken.poll()) {
            ContainerName name = next.evaluation.container();
            Evaluation now = containers.isCurrent(next.stored)
                    ? containers.remembered(next.evaluation)
                    : containers.evaluation(name);
            if (now != null && which.test(name)) {
                return now;
            }
            if (taken.isEmpty()) {
                takeAhead(which);
            }
        }
        return null;
    }

    private void takeAhead(Predicate<ContainerName> which) {
        var unread = new ArrayList<ContainerIndex.StoredEvaluation>();
        ContainerName name = queue.take();
        while (name != null) {
            ContainerIndex.StoredEvaluation stored = which.test(name) ? containers.stored(name) : null;
            if (stored != null) {
                unread.add(stored);
            }
            name = unread.size() < TAKEN_AHEAD ? queue.take() : null;
        }
        List<TakenContainer> read = unread.parallelStream()
                .map(stored -> new TakenContainer(stored, stored.read()))
                .toList();
        taken.addAll(read);
        var candidates = new ArrayList<AdvanceEvaluations.AdvanceCandidate>();
        for (TakenContainer one : read) {
            ContainerDefinition definition = one.evaluation.definition();
            if (definition != null) {
                candidates.add(new AdvanceEvaluations.AdvanceCandidate(one.evaluation.container(), definition));
            }
        }
        evaluations.evaluateAhead(candidates);
    }

    /** Marks the unplaced containers that a host would take which was not usable before. */
    private void reviewUnplaced() {
        if (usableHosts.isEmpty()) {
            return;
        }
        for (String selector : containers.selectors()) {
            if (usableHosts.stream().anyMatch(host -> isSelected(host, selector))) {
                queue.addBulk(containers.selecting(selector));
            }
        }
        usableHosts.clear();
    }

    private boolean isSelected(HostName host, String selector) {
        Heartbeat heartbeat = hosts.accepted(host);
        return heartbeat != null
                && HostSelector.matches(selector, heartbeat.status().labels());
    }
}
