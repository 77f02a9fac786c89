package io.hatchery.gateway.view;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.hatchery.protocol.Command;
import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.FleetEvent;
import io.hatchery.protocol.OperationStep;
import io.hatchery.protocol.Outcome;
import io.hatchery.protocol.StoppedBy;
import io.hatchery.protocol.Verb;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.HostName;
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
 * @param outcome {@code pending}, {@code completed}, {@code failed}, {@code rejected} or {@code superseded}
 * @param reason why it has that outcome; null if the outcome explains itself
 * @param stoppedBy the step of the stop that ended the container; null if it was not ended
 * @param steps the steps that it took
 */
public record Operation(
        CommandId id,
        Verb command,
        ContainerName container,
        @Nullable HostName host,
        @Nullable String requestedBy,
        Instant submitted,
        String outcome,
        @Nullable String reason,
        @Nullable StoppedBy stoppedBy,
        List<Timed> steps) {
    /** The state of an operation without an outcome. */
    public static final String PENDING = "pending";

    /**
     * A step and how long after the submission it was.
     *
     * @param step what
     * @param at when
     * @param milliseconds after the submission
     */
    public record Timed(String step, Instant at, long milliseconds) {}

    /** Collects the parts of an operation, which is pending unless {@link #outcome} says otherwise. */
    private static final class OperationBuilder {
        private final CommandId id;
        private final Verb command;
        private final ContainerName container;
        private @Nullable HostName host;
        private @Nullable String requestedBy;
        private Instant submitted = Instant.EPOCH;
        private String outcome = PENDING;
        private @Nullable String reason;
        private @Nullable StoppedBy stoppedBy;
        private List<OperationStep> steps = List.of();

        OperationBuilder(CommandId id, Verb command, ContainerName container) {
            this.id = id;
            this.command = command;
            this.container = container;
        }

        OperationBuilder host(@Nullable HostName where) {
            host = where;
            return this;
        }

        OperationBuilder requested(@Nullable String by, Instant at) {
            requestedBy = by;
            submitted = at;
            return this;
        }

        OperationBuilder outcome(Outcome known, @Nullable String why) {
            outcome = known.word();
            reason = why;
            return this;
        }

        OperationBuilder stoppedBy(@Nullable StoppedBy how) {
            stoppedBy = how;
            return this;
        }

        OperationBuilder steps(List<OperationStep> taken) {
            steps = taken;
            return this;
        }

        Operation build() {
            List<Timed> timed =
                    steps.stream().map(step -> timed(step, submitted)).toList();
            return new Operation(
                    id, command, container, host, requestedBy, submitted, outcome, reason, stoppedBy, timed);
        }
    }

    /** A command that has been written and has no outcome. */
    public static Operation pending(CommandId id, Command command, @Nullable HostName host, Instant submitted) {
        return new OperationBuilder(id, command.command(), command.container())
                .host(host)
                .requested(command.requestedBy(), submitted)
                .build();
    }

    /** A deletion that has been written and has no outcome. */
    public static Operation removal(
            CommandId id,
            ContainerName container,
            @Nullable HostName host,
            @Nullable String requestedBy,
            Instant submitted) {
        return new OperationBuilder(id, Verb.REMOVE, container)
                .host(host)
                .requested(requestedBy, submitted)
                .build();
    }

    /** A command that a runner has accepted. */
    static Operation of(FleetEvent.Accepted accepted, @Nullable Operation known) {
        return new OperationBuilder(accepted.id(), accepted.command(), accepted.container())
                .host(accepted.host())
                .requested(
                        known == null ? null : known.requestedBy(), known == null ? accepted.at() : known.submitted())
                .steps(List.of(new OperationStep("accepted", accepted.at())))
                .build();
    }

    /** A command that has ended. */
    static Operation of(FleetEvent.Ended ended) {
        return new OperationBuilder(ended.id(), ended.command(), ended.container())
                .host(ended.host())
                .requested(ended.requestedBy(), ended.submitted())
                .outcome(ended.outcome(), ended.reason())
                .stoppedBy(ended.stoppedBy())
                .steps(ended.steps())
                .build();
    }

    /** A command whose record a service refused. */
    static Operation rejected(Operation known, String reason) {
        return known.pendingCopy(known.host)
                .requested(known.requestedBy, known.submitted)
                .outcome(Outcome.REJECTED, reason)
                .build();
    }

    /** A pending operation at the host that has the container now. */
    Operation on(HostName holder) {
        return pendingCopy(holder)
                .requested(requestedBy, submitted)
                .steps(untimed())
                .build();
    }

    /** A runner's acceptance may be read before the record of the request, which alone says who requested it and when. */
    Operation of(Operation requested) {
        return requestedBy == null && isPending()
                ? pendingCopy(host)
                        .requested(requested.requestedBy, requested.submitted)
                        .steps(untimed())
                        .build()
                : this;
    }

    private OperationBuilder pendingCopy(@Nullable HostName where) {
        return new OperationBuilder(id, command, container).host(where);
    }

    private List<OperationStep> untimed() {
        return steps.stream().map(step -> new OperationStep(step.step, step.at)).toList();
    }

    private static Timed timed(OperationStep step, Instant submitted) {
        return new Timed(
                step.step(), step.at(), Duration.between(submitted, step.at()).toMillis());
    }

    /** Whether it has no outcome yet. */
    @JsonIgnore
    public boolean isPending() {
        return outcome.equals(PENDING);
    }
}
