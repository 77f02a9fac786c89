package io.hatchery.config;

import io.hatchery.bus.BusRecord;
import io.hatchery.bus.PartitionHistory;
import io.hatchery.protocol.ContainerStatus;
import io.hatchery.protocol.Evaluation;
import io.hatchery.protocol.Headers;
import io.hatchery.protocol.Heartbeat;
import io.hatchery.protocol.Phase;
import io.hatchery.protocol.Topics;
import io.hatchery.spec.ContainerDefinition;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.HostName;
import io.hatchery.spec.PortForward;
import io.hatchery.spec.ProfileName;
import io.hatchery.spec.json.UnreadableException;
import io.hatchery.spec.option.Evaluator;
import java.time.Clock;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Folds evaluations, profiles, statuses and hosts, and notes which containers must be evaluated again. */
final class FleetViews {
    /** The prefix of the event source of config-services. */
    static final String SOURCES = "/config-service/";

    private final Clock clock;
    private final Rollbacks rollbacks;
    private final SpecsAudit audit;
    private final Map<ContainerName, Evaluation> evaluations = new HashMap<>();
    private final Map<ProfileName, ContainerDefinition> profiles = new HashMap<>();
    private final KnownHosts hosts = new KnownHosts();
    private final RemovalConfirmations confirmations = new RemovalConfirmations();
    private final PartitionHistory history = new PartitionHistory();
    private final Set<ContainerName> toReview = new LinkedHashSet<>();

    FleetViews(Clock clock, Rollbacks rollbacks, SpecsAudit audit) {
        this.clock = clock;
        this.rollbacks = rollbacks;
        this.audit = audit;
    }

    @Nullable
    Evaluation evaluation(ContainerName container) {
        return evaluations.get(container);
    }

    Collection<Evaluation> evaluations() {
        return Collections.unmodifiableCollection(evaluations.values());
    }

    Map<ProfileName, ContainerDefinition> profiles() {
        return Collections.unmodifiableMap(profiles);
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
        changed(evaluations.put(now.container(), now), now);
    }

    /** Notes that an open removal was published again. */
    void putRepeated(Evaluation now) {
        evaluations.put(now.container(), now);
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
            review(e -> e.releasingHost() != null && e.releasingHost().host().equals(name));
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

    /** Marks containers for another evaluation. */
    void review(Predicate<Evaluation> which) {
        evaluations.values().stream().filter(which).forEach(e -> toReview.add(e.container()));
    }

    /** Marks containers for another evaluation. */
    void review(Collection<ContainerName> containers) {
        toReview.addAll(containers);
    }

    /** Takes the next marked container with an evaluation that matches; null if there is none. */
    @Nullable
    Evaluation nextToReview(Predicate<ContainerName> which) {
        Iterator<ContainerName> names = toReview.iterator();
        while (names.hasNext()) {
            ContainerName name = names.next();
            names.remove();
            Evaluation evaluation = evaluations.get(name);
            if (evaluation != null && which.test(name)) {
                return evaluation;
            }
        }
        return null;
    }

    /** Marks containers that failed because of a port that may be free now. */
    private void portsChanged(@Nullable Evaluation before, @Nullable Evaluation now) {
        if (!portsOf(before).equals(portsOf(now))) {
            review(e -> e.state() == Evaluation.State.FAILED);
        }
    }

    private static List<PortForward> portsOf(@Nullable Evaluation evaluation) {
        return evaluation == null || evaluation.spec() == null ? List.of() : PortAllocations.of(evaluation.spec());
    }
}
