package io.hatchery.runner.lifecycle;

import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.OperationStep;
import io.hatchery.protocol.StoppedBy;
import io.hatchery.protocol.Verb;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An accepted command that has no outcome yet.
 *
 * @param request what was requested
 * @param inProgress whether it has begun; false while it waits for its spec
 * @param stoppedBy how the container was stopped for it; null if it was not
 * @param steps the steps so far, in order
 */
public record PendingOperation(
        OperationRequest request,
        boolean inProgress,
        @Nullable StoppedBy stoppedBy,
        List<OperationStep> steps) {
    /** Keeps an immutable copy of the steps. */
    public PendingOperation {
        steps = List.copyOf(steps);
    }

    static PendingOperation waiting(OperationRequest request) {
        return new PendingOperation(request, false, null, List.of());
    }

    /** The command. */
    public CommandId id() {
        return request.id();
    }

    /** The requested action. */
    public Verb verb() {
        return request.verb();
    }

    boolean isStart() {
        return VerbKind.of(verb()) == VerbKind.STARTS;
    }

    boolean isStartInProgress() {
        return inProgress && isStart();
    }

    boolean isStopInProgress() {
        return inProgress && VerbKind.of(verb()) == VerbKind.STOPS;
    }

    boolean isRemoval() {
        return VerbKind.of(verb()) == VerbKind.REMOVES;
    }

    PendingOperation withStep(String step, Instant at) {
        var more = new ArrayList<>(steps);
        more.add(new OperationStep(step, at));
        return new PendingOperation(request, inProgress, stoppedBy, more);
    }

    PendingOperation begin() {
        return new PendingOperation(request, true, stoppedBy, steps);
    }

    PendingOperation withStoppedBy(StoppedBy how) {
        return new PendingOperation(request, inProgress, how, steps);
    }
}
