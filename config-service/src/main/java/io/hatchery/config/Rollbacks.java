package io.hatchery.config;

import io.hatchery.bus.BusRecord;
import io.hatchery.bus.Message;
import io.hatchery.protocol.Command;
import io.hatchery.protocol.ContainerStatus;
import io.hatchery.protocol.Evaluation;
import io.hatchery.protocol.Headers;
import io.hatchery.protocol.Phase;
import io.hatchery.protocol.Topics;
import io.hatchery.protocol.Verb;
import io.hatchery.spec.ContainerDefinition;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Generation;
import io.hatchery.spec.Payload;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Rolls containers back to the NixOS system that was ready last. A rollback is an ordinary definition with the failed revision as its
 * expected revision, so that it never replaces a newer definition. After its evaluation the container is started.
 */
final class Rollbacks {
    private static final String REQUESTER = "rollback";

    private final String source;
    private final Map<ContainerName, ContainerStatus> failures = new HashMap<>();
    private final Map<ContainerName, Generation> rolledBack = new HashMap<>();

    Rollbacks(String source) {
        this.source = source;
    }

    /**
     * Folds the status of a container; only those of containers that failed are kept.
     *
     * @return whether a rollback may follow
     */
    boolean view(ContainerStatus status) {
        if (!isFailed(status)) {
            failures.remove(status.container());
            return false;
        }
        failures.put(status.container(), status);
        return true;
    }

    private static boolean isFailed(ContainerStatus status) {
        return status.phase() == Phase.FAILED || status.phase() == Phase.BACKOFF;
    }

    void forget(ContainerName container) {
        failures.remove(container);
        rolledBack.remove(container);
    }

    /** The rollback that follows from the status of a container; returned once. */
    List<Message> follow(Evaluation evaluation, Instant now) {
        ContainerName name = evaluation.container();
        ContainerStatus status = failures.get(name);
        ContainerSpec spec = evaluation.spec();
        if (status == null || spec == null || Objects.equals(rolledBack.get(name), spec.generation())) {
            return List.of();
        }
        return rollbackOf(evaluation, status)
                .map(definition -> {
                    rolledBack.put(name, spec.generation());
                    return List.of(
                            Message.of(Topics.DEFINITIONS.name(), name.value(), definition, id(spec), source, now)
                                    .with(Headers.IF_MATCH, String.valueOf(evaluation.revision()))
                                    .with(Headers.REQUESTED_BY, REQUESTER));
                })
                .orElse(List.of());
    }

    private static String id(ContainerSpec spec) {
        return REQUESTER + "/" + spec.name() + "/" + spec.generation();
    }

    /** The start of a container whose spec came from a rollback. */
    List<Message> start(BusRecord record, EvaluationPlan plan, Instant now) {
        ContainerSpec spec = plan.published();
        if (spec == null
                || !record.header(Headers.REQUESTED_BY)
                        .filter(REQUESTER::equals)
                        .isPresent()) {
            return List.of();
        }
        var command = new Command(Verb.START, spec.name(), spec.generation(), null, REQUESTER);
        return List.of(Message.of(
                Topics.commands(spec.host()).name(), spec.name().value(), command, record.id(), source, now));
    }

    /**
     * The rollback definition for a container whose changed system was started and did not become ready; empty if no rollback is
     * declared or no other system was ready before.
     */
    static Optional<ContainerDefinition> rollbackOf(Evaluation evaluation, ContainerStatus status) {
        ContainerSpec spec = evaluation.spec();
        if (!isFailed(status)
                || spec == null
                || evaluation.definition() == null
                || evaluation.state() != Evaluation.State.EVALUATED
                || !Boolean.TRUE.equals(spec.rollbackOnFailure())
                || !spec.host().equals(status.host())
                || !spec.generation().equals(status.begun())
                || status.ready() == null
                || !spec.generation().isAfter(status.ready())
                || !(spec.payload() instanceof Payload.SystemPath(String path))) {
            return Optional.empty();
        }
        return evaluation
                .systemOf(status.ready())
                .map(Evaluation.GivenSystem::path)
                .filter(last -> !last.equals(path))
                .map(evaluation.definition()::pinnedTo);
    }
}
