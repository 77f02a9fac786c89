package io.hatchery.runner.lifecycle;

import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.OperationStep;
import io.hatchery.protocol.StoppedBy;
import io.hatchery.protocol.Verb;
import io.hatchery.spec.Generation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An accepted command that has no outcome yet.
 *
 * @param id the command
 * @param verb what it asks for
 * @param requestedBy who requested it; null if unknown
 * @param submitted when its record was written
 * @param generation the spec it waits for; null if for none
 * @param deadline when it is too late to begin; null if never
 * @param begun whether it has begun, rather than waits for its spec
 * @param stoppedBy how the container was ended for it; null if it was not
 * @param steps what it went through so far
 */
public record PendingOperation(
        CommandId id,
        Verb verb,
        @Nullable String requestedBy,
        Instant submitted,
        @Nullable Generation generation,
        @Nullable Instant deadline,
        boolean begun,
        @Nullable StoppedBy stoppedBy,
        List<OperationStep> steps) {
    /** Keeps an immutable copy of the steps. */
    public PendingOperation {
        steps = List.copyOf(steps);
    }

    boolean isStart() {
        return verb == Verb.START || verb == Verb.RESTART;
    }

    PendingOperation afterStep(String step, Instant at) {
        var more = new ArrayList<>(steps);
        more.add(new OperationStep(step, at));
        return new PendingOperation(id, verb, requestedBy, submitted, generation, deadline, begun, stoppedBy, more);
    }

    PendingOperation asBegun() {
        return new PendingOperation(id, verb, requestedBy, submitted, generation, deadline, true, stoppedBy, steps);
    }

    PendingOperation stoppedBy(@Nullable StoppedBy how) {
        return how == null
                ? this
                : new PendingOperation(id, verb, requestedBy, submitted, generation, deadline, begun, how, steps);
    }
}
