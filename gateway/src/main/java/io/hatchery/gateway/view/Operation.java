package io.hatchery.gateway.view;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.hatchery.protocol.Command;
import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.FleetEvent;
import io.hatchery.protocol.OperationStep;
import io.hatchery.protocol.StoppedBy;
import io.hatchery.protocol.Verb;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.HostName;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A command as the API shows it.
 *
 * @param id the command's
 * @param command what it asks for
 * @param container of which container
 * @param host on which host; null if none is concerned
 * @param requestedBy who requested it; null if unknown
 * @param submitted when
 * @param outcome how it ended; pending if it has not
 * @param reason why it has that outcome; null if the outcome explains itself
 * @param stoppedBy the step of the stop that ended the container; null if it was not ended
 * @param steps the steps that it took
 */
@RecordBuilder
public record Operation(
        CommandId id,
        Verb command,
        ContainerName container,
        @Nullable HostName host,
        @Nullable String requestedBy,
        Instant submitted,
        OperationState outcome,
        @Nullable String reason,
        @Nullable StoppedBy stoppedBy,
        List<Timed> steps)
        implements OperationBuilder.With {
    /**
     * A step and how long after the submission it was.
     *
     * @param step what
     * @param at when
     * @param milliseconds after the submission
     */
    public record Timed(String step, Instant at, long milliseconds) {}

    /** A command that has been written and has no outcome. */
    public static Operation pending(CommandId id, Command command, @Nullable HostName host, Instant submitted) {
        return pending(id, command.command(), command.container(), submitted)
                .host(host)
                .requestedBy(command.requestedBy())
                .build();
    }

    /** A deletion that has been written and has no outcome. */
    public static Operation removal(
            CommandId id,
            ContainerName container,
            @Nullable HostName host,
            @Nullable String requestedBy,
            Instant submitted) {
        return pending(id, Verb.REMOVE, container, submitted)
                .host(host)
                .requestedBy(requestedBy)
                .build();
    }

    /** A command that a runner has accepted. */
    static Operation of(FleetEvent.Accepted accepted, @Nullable Operation known) {
        Instant submitted = known == null ? accepted.at() : known.submitted();
        return pending(accepted.id(), accepted.command(), accepted.container(), submitted)
                .host(accepted.host())
                .requestedBy(known == null ? null : known.requestedBy())
                .steps(timed(List.of(new OperationStep("accepted", accepted.at())), submitted))
                .build();
    }

    /** A command that has ended. */
    static Operation of(FleetEvent.Ended ended) {
        return pending(ended.id(), ended.command(), ended.container(), ended.submitted())
                .host(ended.host())
                .requestedBy(ended.requestedBy())
                .outcome(OperationState.of(ended.outcome()))
                .reason(ended.reason())
                .stoppedBy(ended.stoppedBy())
                .steps(timed(ended.steps(), ended.submitted()))
                .build();
    }

    private static OperationBuilder pending(CommandId id, Verb command, ContainerName container, Instant submitted) {
        return OperationBuilder.builder()
                .id(id)
                .command(command)
                .container(container)
                .submitted(submitted)
                .outcome(OperationState.PENDING)
                .steps(List.of());
    }

    /** A command whose record a service refused. */
    static Operation rejected(Operation known, String reason) {
        return OperationBuilder.builder(known)
                .outcome(OperationState.REJECTED)
                .reason(reason)
                .steps(List.of())
                .build();
    }

    /** A pending operation at the host that has the container now. */
    Operation on(HostName holder) {
        return withHost(holder);
    }

    /** A runner's acceptance may be read before the record of the request, which alone says who requested it and when. */
    Operation of(Operation requested) {
        if (requestedBy != null || !isPending()) {
            return this;
        }
        return OperationBuilder.builder(this)
                .requestedBy(requested.requestedBy)
                .submitted(requested.submitted)
                .steps(timed(untimed(), requested.submitted))
                .build();
    }

    private List<OperationStep> untimed() {
        return steps.stream().map(step -> new OperationStep(step.step, step.at)).toList();
    }

    private static List<Timed> timed(List<OperationStep> steps, Instant submitted) {
        return steps.stream().map(step -> timed(step, submitted)).toList();
    }

    private static Timed timed(OperationStep step, Instant submitted) {
        return new Timed(
                step.step(), step.at(), Duration.between(submitted, step.at()).toMillis());
    }

    /** Whether it has no outcome yet. */
    @JsonIgnore
    public boolean isPending() {
        return outcome == OperationState.PENDING;
    }
}
