package io.hatchery.config;

import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.Evaluation;
import io.hatchery.protocol.HostSpecs;
import io.hatchery.protocol.HostStatus;
import io.hatchery.protocol.Topics;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
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
 * Compares what hosts say of their specs with what they were given. A host whose topic was created anew or truncated, or that is
 * away for longer than deletions are kept, has lost sight of something: it is given that again. No host removes anything for
 * want of a spec.
 */
final class SpecsAudit {
    private static final Logger LOG = LoggerFactory.getLogger(SpecsAudit.class);

    /** How long after it was given something a host may say what was so before; at least a minute more than between heartbeats. */
    static final Duration SETTLING = Duration.ofMinutes(2);

    /** How long to wait at most before a host that says the same as before is given everything once more. */
    static final Duration LONGEST = Duration.ofHours(6);

    /** How often an open removal is written again: well before its deletion marker expires after 28 days. */
    static final Duration REMOVALS_AGAIN = Duration.ofDays(7);

    /** How many containers that are not to be on a host are removed from it at once; more are left to an operator. */
    static final int MOST_VANISHED = 3;

    private final Map<HostName, Long> given = new HashMap<>();
    private final Map<HostName, Instant> lastGiven = new HashMap<>();
    private final Map<HostName, Set<ContainerName>> removals = new HashMap<>();
    private final Map<HostName, AuditAttempt> attempts = new HashMap<>();
    private final Map<ContainerName, Map<HostName, Boolean>> toRepeat = new HashMap<>();

    private record AuditAttempt(Instant at, Duration pause) {}

    /** An evaluation has taken the place of another. */
    void changed(@Nullable Evaluation before, @Nullable Evaluation after, Instant now) {
        add(before, -1, now);
        add(after, 1, now);
    }

    private void add(@Nullable Evaluation evaluation, int sign, Instant now) {
        if (evaluation == null) {
            return;
        }
        ContainerSpec spec = evaluation.spec();
        if (evaluation.isPublished() && spec != null) {
            given.merge(spec.host(), sign * HostSpecs.share(spec.name(), spec.generation()), Long::sum);
            lastGiven.put(spec.host(), now);
        }
        if (evaluation.releasingHost() != null) {
            HostName host = evaluation.releasingHost().host();
            lastGiven.put(host, now);
            Set<ContainerName> open = removals.computeIfAbsent(host, h -> new TreeSet<>());
            if (sign > 0) {
                open.add(evaluation.container());
            } else {
                open.remove(evaluation.container());
            }
        }
    }

    /**
     * Takes in a heartbeat.
     *
     * @return the containers of which the host is to be told again what it was told
     */
    Set<ContainerName> view(HostStatus status, Map<ContainerName, Evaluation> evaluations, Instant now) {
        HostSpecs specs = status.specs();
        HostName host = status.host();
        if (specs == null || status.state() != HostStatus.HostState.READY) {
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
            // Of a removal that its topic has lost a host says nothing, unless it still has the container.
            open.forEach(container -> repeat(container, host, false));
            return new TreeSet<>(open);
        }
        var containers = new TreeSet<ContainerName>();
        evaluations.values().stream().filter(e -> concerns(e, host)).forEach(e -> containers.add(e.container()));
        LOG.warn(
                "host {} has not read the specs that it was given, or has containers without one: {}. It is told {} again",
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

    /** The containers that a host has, has not been told of, and is not to have, by their evaluations. */
    private static List<ContainerName> vanished(
            HostName host, HostSpecs specs, Map<ContainerName, Evaluation> evaluations, Set<ContainerName> concerned) {
        List<ContainerName> vanished = specs.unnamed().stream()
                .filter(container -> !concerned.contains(container))
                .filter(container -> {
                    Evaluation evaluation = evaluations.get(container);
                    return evaluation != null && evaluation.generation() != null;
                })
                .toList();
        if (vanished.size() > MOST_VANISHED) {
            LOG.error(
                    "host {} has {} and is not to: more than {} are not removed by themselves. For each that is to go, write a"
                            + " record with its name as key and no value to {}",
                    host,
                    vanished,
                    MOST_VANISHED,
                    Topics.specs(host).name());
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

    private static boolean concerns(Evaluation evaluation, HostName host) {
        ContainerSpec spec = evaluation.spec();
        return evaluation.isPublished() && spec != null && spec.host().equals(host)
                || evaluation.releasingHost() != null
                        && evaluation.releasingHost().host().equals(host);
    }

    /** Forgets what is to be told again: hosts may have said otherwise since, while another service told it. */
    void forget() {
        toRepeat.clear();
    }

    /** The hosts that are to be told of a container again, once, and whether it may be removed there if it is not to be there. */
    Map<HostName, Boolean> take(ContainerName container) {
        Map<HostName, Boolean> hosts = toRepeat.remove(container);
        return hosts == null ? Map.of() : hosts;
    }

    /** Whether an open removal is to be written again. */
    static boolean isToBeRepeated(Evaluation.ReleasingHost releasingHost, Instant now) {
        return releasingHost.at() == null || !now.isBefore(releasingHost.at().plus(REMOVALS_AGAIN));
    }

    /** The removal of a container from a host that has it and is not to. */
    static Evaluation.ReleasingHost vanished(HostName host, Evaluation evaluation) {
        var operation =
                new CommandId("vanished/" + host + "/" + evaluation.container() + "/" + evaluation.generation());
        return new Evaluation.ReleasingHost(host, operation, evaluation.generation(), null, "reconciliation", null);
    }
}
