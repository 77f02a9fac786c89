package io.hatchery.runner.lifecycle;

import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.FleetEvent;
import io.hatchery.protocol.OperationStep;
import io.hatchery.protocol.Outcome;
import io.hatchery.protocol.StoppedBy;
import io.hatchery.protocol.Verb;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The state and effects of a step while it is being decided. */
final class TransitionBuilder {
    final Instant now;
    private final List<Effect> effects = new ArrayList<>();
    ContainerState state;

    TransitionBuilder(ContainerState state, Instant now) {
        this.state = state;
        this.now = now;
    }

    Transition done() {
        return new Transition(state, effects);
    }

    void effect(Effect effect) {
        effects.add(effect);
    }

    void live(LifecycleState next) {
        state = state.withLifecycle(next, now);
    }

    void add(PendingOperation operation) {
        var operations = new ArrayList<>(state.operations());
        operations.add(operation);
        state = state.withOperations(operations);
    }

    void replace(PendingOperation before, PendingOperation after) {
        state = state.withOperations(state.operations().stream()
                .map(operation -> operation.equals(before) ? after : operation)
                .toList());
    }

    /** Notes a step of every operation that has begun and that it concerns. */
    void step(String step, Predicate<PendingOperation> concerned) {
        eachBegun(concerned, operation -> operation.afterStep(step, now));
    }

    void stoppedBy(@Nullable StoppedBy how) {
        eachBegun(operation -> operation.verb() != Verb.START, operation -> operation.stoppedBy(how));
    }

    private void eachBegun(Predicate<PendingOperation> concerned, UnaryOperator<PendingOperation> change) {
        state = state.withOperations(state.operations().stream()
                .map(operation -> operation.begun() && concerned.test(operation) ? change.apply(operation) : operation)
                .toList());
    }

    /** Ends every operation that it concerns. */
    void conclude(Predicate<PendingOperation> concerned, Outcome outcome, @Nullable String reason) {
        for (PendingOperation operation : state.operations()) {
            if (concerned.test(operation)) {
                ended(operation, outcome, reason);
            }
        }
        state = state.withOperations(
                state.operations().stream().filter(concerned.negate()).toList());
    }

    /** Ends a command that never became a operation. */
    void refuse(CommandId id, Verb verb, @Nullable String requestedBy, Instant submitted, String reason) {
        forgo(id, verb, requestedBy, submitted, Outcome.REJECTED, reason);
    }

    /** Ends a command that never became a operation, with that outcome. */
    void forgo(
            CommandId id, Verb verb, @Nullable String requestedBy, Instant submitted, Outcome outcome, String reason) {
        ended(
                new PendingOperation(id, verb, requestedBy, submitted, null, null, false, null, List.of()),
                outcome,
                reason);
    }

    private void ended(PendingOperation operation, Outcome outcome, @Nullable String reason) {
        List<OperationStep> steps = operation.afterStep(outcome.word(), now).steps();
        effect(new Effect.Publish(new FleetEvent.Ended(
                operation.id(),
                operation.verb(),
                state.container(),
                state.host(),
                operation.requestedBy(),
                operation.submitted(),
                outcome,
                reason,
                operation.stoppedBy(),
                steps,
                now)));
    }
}
