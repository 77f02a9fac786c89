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
 * @param reason why it ended so; null if there is nothing to say
 * @param stoppedBy what it took to end the container; null if it was not ended
 * @param steps what it went through
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

    /** A command that has been written and has no outcome. */
    public static Operation pending(CommandId id, Command command, @Nullable HostName host, Instant submitted) {
        return new Operation(
                id,
                command.command(),
                command.container(),
                host,
                command.requestedBy(),
                submitted,
                PENDING,
                null,
                null,
                List.of());
    }

    /** A deletion that has been written and has no outcome. */
    public static Operation removal(
            CommandId id,
            ContainerName container,
            @Nullable HostName host,
            @Nullable String requestedBy,
            Instant submitted) {
        return new Operation(id, Verb.REMOVE, container, host, requestedBy, submitted, PENDING, null, null, List.of());
    }

    /** A command that a runner has taken on. */
    static Operation of(FleetEvent.Accepted accepted, @Nullable Operation known) {
        Instant submitted = known == null ? accepted.at() : known.submitted();
        return new Operation(
                accepted.id(),
                accepted.command(),
                accepted.container(),
                accepted.host(),
                known == null ? null : known.requestedBy(),
                submitted,
                PENDING,
                null,
                null,
                List.of(timed(new OperationStep("accepted", accepted.at()), submitted)));
    }

    /** A command that has ended. */
    static Operation of(FleetEvent.Ended ended) {
        return new Operation(
                ended.id(),
                ended.command(),
                ended.container(),
                ended.host(),
                ended.requestedBy(),
                ended.submitted(),
                ended.outcome().word(),
                ended.reason(),
                ended.stoppedBy(),
                ended.steps().stream()
                        .map(step -> timed(step, ended.submitted()))
                        .toList());
    }

    /** A command whose record a service refused to handle. */
    static Operation rejected(Operation known, String reason) {
        return new Operation(
                known.id,
                known.command,
                known.container,
                known.host,
                known.requestedBy,
                known.submitted,
                Outcome.REJECTED.word(),
                reason,
                null,
                List.of());
    }

    /** A pending deletion, at the host that has the container now. */
    Operation on(HostName holder) {
        return new Operation(id, command, container, holder, requestedBy, submitted, outcome, reason, stoppedBy, steps);
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
