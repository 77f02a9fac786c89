package io.hatchery.config;

import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.Evaluation;
import io.hatchery.protocol.HostSpecs;
import io.hatchery.protocol.HostStatus;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.HostName;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares what hosts report of their specs with what was published. A host whose topic was recreated or truncated, or that was away
 * for longer than tombstones are kept, gets the missing records again. A host never removes a container because its spec is missing.
 */
final class SpecsAudit {
    private static final Logger LOG = LoggerFactory.getLogger(SpecsAudit.class);

    /** How long a host may report an earlier state after a publication: a minute more than the longest heartbeat interval. */
    static final Duration SETTLING = Duration.ofMinutes(2);

    /** Maximum time before a host whose report does not change gets its records once more. */
    static final Duration LONGEST = Duration.ofHours(6);

    /** How often an open removal is published again: well before its tombstone expires after 28 days. */
    static final Duration REMOVALS_AGAIN = Duration.ofDays(7);

    /** Maximum number of unexpected containers that are removed from a host; more are left to an operator. */
    static final int MOST_VANISHED = 3;

    private final Map<HostName, Long> given = new HashMap<>();
    private final Map<HostName, Instant> lastGiven = new HashMap<>();
    private final Map<HostName, Set<ContainerName>> removals = new HashMap<>();
    private final Map<HostName, AuditAttempt> attempts = new HashMap<>();
    private final Map<ContainerName, Map<HostName, Boolean>> toRepeat = new HashMap<>();

    private record AuditAttempt(Instant at, Duration pause) {}

    /** Notes a changed evaluation. */
    void changed(ContainerIndex.Change change, Instant now) {
        add(change.container(), change.before(), -1, now);
        add(change.container(), change.after(), 1, now);
    }

    private void add(ContainerName container, @Nullable EvaluationFacts facts, int sign, Instant now) {
        if (facts == null) {
            return;
        }
        HostName published = facts.isPublished() ? facts.host() : null;
        if (published != null) {
            given.merge(published, sign * facts.share(), Long::sum);
            lastGiven.put(published, now);
        }
        HostName host = facts.releasing();
        if (host != null) {
            lastGiven.put(host, now);
            Set<ContainerName> open = removals.computeIfAbsent(host, h -> new TreeSet<>());
            if (sign > 0) {
                open.add(container);
            } else {
                open.remove(container);
            }
        }
    }

    /**
     * Compares a heartbeat with the evaluations.
     *
     * @return the containers whose records the host gets again
     */
    Set<ContainerName> view(HostStatus status, ContainerIndex evaluations, Instant now) {
        HostSpecs specs = status.specs();
        HostName host = status.host();
        if (specs == null || status.state() != HostStatus.Availability.READY) {
            return Set.of();
        }
        String expected = HostSpecs.digest(given.getOrDefault(host, 0L));
        boolean hasAll = specs.digest().equals(expected) && specs.unnamed().isEmpty();
        Set<ContainerName> open = removals.getOrDefault(host, Set.of());
        if (hasAll && open.isEmpty()) {
            attempts.remove(host);
            return Set.of();
        }
        if (!isDue(host, now)) {
            return Set.of();
        }
        if (hasAll) {
            // A host does not report a removal that its topic has lost, unless it still has the container.
            open.forEach(container -> repeat(container, host, false));
            return new TreeSet<>(open);
        }
        var containers = new TreeSet<ContainerName>();
        for (ContainerName container : evaluations.ofHost(host)) {
            EvaluationFacts facts = evaluations.facts(container);
            if (facts != null && facts.concerns(host)) {
                containers.add(container);
            }
        }
        LOG.warn(
                "host {} has not read its specs, or has containers without one: {}. Publishing {} again",
                host,
                specs,
                containers);
        containers.forEach(container -> repeat(container, host, false));
        List<ContainerName> vanished = vanished(host, specs, evaluations, containers);
        vanished.forEach(container -> repeat(container, host, true));
        containers.addAll(vanished);
        return containers;
    }

    private void repeat(ContainerName container, HostName host, boolean mayRemove) {
        toRepeat.computeIfAbsent(container, c -> new TreeMap<>()).put(host, mayRemove);
    }

    /** Containers on a host that its topic never named and that the evaluations place elsewhere or nowhere. */
    private static List<ContainerName> vanished(
            HostName host, HostSpecs specs, ContainerIndex evaluations, Set<ContainerName> concerned) {
        List<ContainerName> vanished = specs.unnamed().stream()
                .filter(container -> !concerned.contains(container))
                .filter(container -> {
                    EvaluationFacts facts = evaluations.facts(container);
                    return facts != null && facts.hasGeneration();
                })
                .toList();
        if (vanished.size() > MOST_VANISHED) {
            LOG.error(
                    "host {} has {} and is not to: more than {} are not removed by themselves. Remove those that are"
                            + " to go: hatchery host remove-container {} NAME",
                    host,
                    vanished,
                    MOST_VANISHED,
                    host);
            return List.of();
        }
        return vanished;
    }

    private boolean isDue(HostName host, Instant now) {
        AuditAttempt last = attempts.get(host);
        if (last == null) {
            attempts.put(host, new AuditAttempt(now, SETTLING));
            return false;
        }
        Instant quiet = lastGiven.getOrDefault(host, Instant.MIN);
        if (now.isBefore(last.at.plus(last.pause)) || !quiet.plus(SETTLING).isBefore(now)) {
            return false;
        }
        Duration longer = last.pause.multipliedBy(2);
        attempts.put(host, new AuditAttempt(now, longer.compareTo(LONGEST) < 0 ? longer : LONGEST));
        return true;
    }

    /** Forgets open publications, which are out of date after another config-service was active. */
    void forget() {
        toRepeat.clear();
    }

    /** Takes the hosts that get the records of a container again, and whether it may be removed there if it does not belong there. */
    Map<HostName, Boolean> take(ContainerName container) {
        Map<HostName, Boolean> hosts = toRepeat.remove(container);
        return hosts == null ? Map.of() : hosts;
    }

    /** Whether an open removal is due to be published again. */
    static boolean isToBeRepeated(Evaluation.ReleasingHost releasingHost, Instant now) {
        return releasingHost.at() == null || !now.isBefore(releasingHost.at().plus(REMOVALS_AGAIN));
    }

    /** The removal of a container from a host where it does not belong. */
    static Evaluation.ReleasingHost vanished(HostName host, Evaluation evaluation) {
        var operation =
                new CommandId("vanished/" + host + "/" + evaluation.container() + "/" + evaluation.generation());
        return new Evaluation.ReleasingHost(host, operation, evaluation.generation(), null, "reconciliation", null);
    }
}
