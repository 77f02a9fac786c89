package io.hatchery.runner.lifecycle;

import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.Verb;
import io.hatchery.spec.Generation;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a command, or the removal of a spec, requests.
 *
 * @param id the command
 * @param verb the requested action
 * @param requestedBy the principal that requested it; null if unknown
 * @param submitted timestamp of its record
 * @param generation the spec that it waits for; null if it waits for none
 * @param deadline when it is too late to begin; null if never
 */
public record OperationRequest(
        CommandId id,
        Verb verb,
        @Nullable String requestedBy,
        Instant submitted,
        @Nullable Generation generation,
        @Nullable Instant deadline) {
    /**
     * @throws IllegalArgumentException if it is a session, which changes nothing of the lifecycle
     */
    public OperationRequest {
        if (verb == Verb.SESSION) {
            throw new IllegalArgumentException("a session is no operation of the lifecycle");
        }
    }

    static OperationRequest of(Input.CommandArrived arrived) {
        var command = arrived.command();
        return new OperationRequest(
                arrived.id(),
                command.command(),
                command.requestedBy(),
                arrived.submitted(),
                command.generation(),
                command.deadline());
    }

    static OperationRequest removal(CommandId id, @Nullable String requestedBy, Instant submitted) {
        return new OperationRequest(id, Verb.REMOVE, requestedBy, submitted, null, null);
    }

    boolean isExpired(Instant now) {
        return deadline != null && !now.isBefore(deadline);
    }
}
