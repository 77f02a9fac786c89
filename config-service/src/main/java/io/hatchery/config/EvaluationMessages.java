package io.hatchery.config;

import io.hatchery.bus.BusRecord;
import io.hatchery.bus.Message;
import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.Evaluation;
import io.hatchery.protocol.FleetEvent;
import io.hatchery.protocol.FleetEventEndedBuilder;
import io.hatchery.protocol.Headers;
import io.hatchery.protocol.Outcome;
import io.hatchery.protocol.Topics;
import io.hatchery.protocol.Verb;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Generation;
import io.hatchery.spec.HostName;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Creates the records of a plan. */
final class EvaluationMessages {
    private final Clock clock;
    private final String source;

    EvaluationMessages(Clock clock, String source) {
        this.clock = clock;
        this.source = source;
    }

    /**
     * The records of a plan.
     *
     * @param at the time of the record that caused it
     */
    List<Message> of(EvaluationPlan plan, @Nullable Evaluation before, Instant at) {
        Evaluation evaluation = plan.evaluation();
        var messages = new ArrayList<Message>();
        messages.add(evaluation(evaluation).writtenAs(plan.json()));
        if (plan.overtaken() != null) {
            messages.add(removal(plan.overtaken(), evaluation.container()));
        }
        if (plan.removal() != null && evaluation.spec() != null) {
            messages.add(removal(plan.removal(), evaluation.container()));
        }
        if (plan.withdrawn() != null) {
            messages.add(withdrawal(plan.withdrawn()));
        }
        if (plan.published() != null) {
            messages.add(spec(plan.published()));
        }
        if (before == null
                || before.state() != evaluation.state()
                || before.revision() != evaluation.revision()
                || plan.published() != null) {
            messages.add(event(plan, at));
        }
        return messages;
    }

    private Message event(EvaluationPlan plan, Instant at) {
        Evaluation evaluation = plan.evaluation();
        HostName from = plan.removal() == null ? null : plan.removal().host();
        HostName host = evaluation.spec() == null ? from : evaluation.spec().host();
        return message(
                Topics.EVENTS.name(),
                evaluation.container().value(),
                new FleetEvent.EvaluationChanged(
                        evaluation.container(),
                        host,
                        evaluation.state(),
                        evaluation.revision(),
                        evaluation.generation(),
                        at));
    }

    /** The record of a deletion, which is an operation: the host ends it, or this service if no host has the container. */
    Message deletion(BusRecord record, EvaluationPlan plan) {
        if (plan.removal() != null) {
            return removal(plan.removal(), plan.evaluation().container());
        }
        String refusal = plan.evaluation().refusal();
        return message(
                Topics.EVENTS.name(),
                record.key(),
                FleetEventEndedBuilder.builder()
                        .id(new CommandId(record.id()))
                        .command(Verb.REMOVE)
                        .container(plan.evaluation().container())
                        .requestedBy(record.header(Headers.REQUESTED_BY).orElse(null))
                        .submitted(record.timestamp())
                        .outcome(refusal == null ? Outcome.COMPLETED : Outcome.REJECTED)
                        .reason(refusal == null ? "the container was on no host" : refusal)
                        .steps(List.of())
                        .at(clock.instant())
                        .build());
    }

    Message spec(ContainerSpec spec) {
        return message(Topics.specs(spec.host()).name(), spec.name().value(), spec);
    }

    Message evaluation(Evaluation evaluation) {
        return message(Topics.EVALUATIONS.name(), evaluation.container().value(), evaluation);
    }

    /** The tombstone of a spec, with which a host removes the container. */
    Message removal(Evaluation.ReleasingHost from, ContainerName name) {
        Generation generation = from.generation();
        return message(Topics.specs(from.host()).name(), name.value(), null)
                .with(Headers.OPERATION, from.operation().value())
                .with(Headers.GENERATION, generation == null ? null : generation.toString())
                .with(Headers.PURGE, Boolean.TRUE.equals(from.purge()) ? "true" : null)
                .with(Headers.REQUESTED_BY, from.requestedBy());
    }

    private Message withdrawal(ContainerSpec spec) {
        return message(Topics.specs(spec.host()).name(), spec.name().value(), null)
                .with(Headers.OPERATION, "withdrawn/" + spec.name() + "/" + spec.generation())
                .with(Headers.GENERATION, spec.generation().toString());
    }

    Message heartbeatRefused(HostName host, String reason, Instant at) {
        return message(Topics.EVENTS.name(), host.value(), new FleetEvent.HeartbeatRefused(host, reason, at));
    }

    private Message message(String topic, String key, @Nullable Object value) {
        return Message.of(topic, key, value, null, source, clock.instant());
    }
}
