package io.hatchery.runner.lifecycle;

import io.hatchery.protocol.FleetEventEndedBuilder;
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

/**
 * The answer to an input. Immutable: each rule returns a new one.
 *
 * @param state the next state; written to the journal before any effect begins
 * @param effects what to do, in this order
 * @param now the time of the input
 */
public record Transition(ContainerState state, List<Effect> effects, Instant now) {
    /** Keeps an immutable copy of the effects. */
    public Transition {
        effects = List.copyOf(effects);
    }

    static Transition none(ContainerState state, Instant now) {
        return new Transition(state, List.of(), now);
    }

    LifecycleState lifecycle() {
        return state.lifecycle();
    }

    Intent intent() {
        return state.intent();
    }

    Transition with(Effect effect) {
        var more = new ArrayList<>(effects);
        more.add(effect);
        return new Transition(state, more, now);
    }

    Transition with(ContainerState next) {
        return new Transition(next, effects, now);
    }

    Transition then(UnaryOperator<Transition> rule) {
        return rule.apply(this);
    }

    Transition enter(LifecycleState next) {
        return with(state.withCurrent(state.current().enter(next, now)));
    }

    Transition withIntent(UnaryOperator<Intent> change) {
        return with(state.withIntent(change.apply(state.intent())));
    }

    Transition withHistory(UnaryOperator<RunHistory> change) {
        return with(state.withHistory(change.apply(state.history())));
    }

    /** Counts a new run, whose number is then {@code state().current().runs()}. */
    Transition withNextRun() {
        CurrentRun current = state.current();
        return with(state.withCurrent(current.withRuns(current.runs() + 1)));
    }

    Transition accept(PendingOperation operation) {
        var operations = new ArrayList<>(state.operations());
        operations.add(operation);
        return with(state.withOperations(operations));
    }

    Transition replace(PendingOperation before, PendingOperation after) {
        return with(state.withOperations(state.operations().stream()
                .map(operation -> operation.equals(before) ? after : operation)
                .toList()));
    }

    /** Adds a step to every operation in progress. */
    Transition step(String step) {
        return step(step, operation -> true);
    }

    /** Adds a step to the operations in progress that match. */
    Transition step(String step, Predicate<PendingOperation> matching) {
        return eachInProgress(matching, operation -> operation.withStep(step, now));
    }

    /** Records in every operation in progress but starts how the container was stopped; null records nothing. */
    Transition stoppedBy(@Nullable StoppedBy how) {
        return how == null
                ? this
                : eachInProgress(
                        operation -> operation.verb() != Verb.START, operation -> operation.withStoppedBy(how));
    }

    private Transition eachInProgress(Predicate<PendingOperation> matching, UnaryOperator<PendingOperation> change) {
        return with(state.withOperations(state.operations().stream()
                .map(operation ->
                        operation.inProgress() && matching.test(operation) ? change.apply(operation) : operation)
                .toList()));
    }

    /** Ends the operations that match, with that outcome. */
    Transition conclude(Predicate<PendingOperation> matching, Outcome outcome, @Nullable String reason) {
        Transition next = this;
        for (PendingOperation operation : state.operations()) {
            if (matching.test(operation)) {
                next = next.publishOutcome(operation, outcome, reason);
            }
        }
        return next.with(state.withOperations(
                state.operations().stream().filter(matching.negate()).toList()));
    }

    /** Ends a request that was not accepted, with that outcome. */
    Transition refuse(OperationRequest request, Outcome outcome, String reason) {
        return publishOutcome(PendingOperation.waiting(request), outcome, reason);
    }

    private Transition publishOutcome(PendingOperation operation, Outcome outcome, @Nullable String reason) {
        List<OperationStep> steps = operation.withStep(outcome.word(), now).steps();
        OperationRequest request = operation.request();
        return with(new Effect.Publish(FleetEventEndedBuilder.builder()
                .id(request.id())
                .command(request.verb())
                .container(state.container())
                .host(state.host())
                .requestedBy(request.requestedBy())
                .submitted(request.submitted())
                .outcome(outcome)
                .reason(reason)
                .stoppedBy(operation.stoppedBy())
                .steps(steps)
                .at(now)
                .build()));
    }
}
