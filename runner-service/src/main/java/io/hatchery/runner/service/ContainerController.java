package io.hatchery.runner.service;

import io.hatchery.bus.Position;
import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.ContainerStatus;
import io.hatchery.protocol.FleetEvent;
import io.hatchery.protocol.Outcome;
import io.hatchery.protocol.Phase;
import io.hatchery.protocol.Verb;
import io.hatchery.runner.journal.Journal;
import io.hatchery.runner.journal.PendingEvent;
import io.hatchery.runner.lifecycle.ContainerState;
import io.hatchery.runner.lifecycle.Input;
import io.hatchery.runner.lifecycle.Lifecycle;
import io.hatchery.runner.lifecycle.LifecycleState;
import io.hatchery.runner.lifecycle.Transition;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies inputs to one container, one at a time: {@link Lifecycle} decides on each input, the decision is written to the journal, and
 * only then is it carried out and published. All calls are made on one context.
 */
final class ContainerController {
    private static final Logger LOG = LoggerFactory.getLogger(ContainerController.class);
    private static final Duration RETRY = Duration.ofSeconds(1);

    private static final Duration LONGEST_TIMER = Duration.ofHours(12);

    /** The time for which the status of a clean-up waits: longer than most take. */
    private static final Duration BRIEF_CLEAN_UP = Duration.ofMillis(100);

    private final ControllerContext context;
    private final EffectPerformer effects;
    private final Deque<Input> inputs = new ArrayDeque<>();
    private Journal journal;
    private boolean busy;
    private boolean isWritten = true;
    private @Nullable PendingStep pendingStep;
    private @Nullable PendingEvent sending;
    private Runnable cancelTimer = () -> {};

    /** A step that is in the journal and not carried out. */
    private record PendingStep(
            ContainerState before, Transition transition, List<PendingEvent> events, Instant now, boolean isRecorded) {
        /** The outcomes of its commands, which must be durable before it is carried out. */
        List<FleetEvent.Ended> outcomes() {
            var outcomes = new ArrayList<FleetEvent.Ended>();
            for (PendingEvent pending : events) {
                if (pending.event() instanceof FleetEvent.Ended ended) {
                    outcomes.add(ended);
                }
            }
            return outcomes;
        }

        PendingStep asRecorded() {
            return new PendingStep(before, transition, events, now, true);
        }
    }

    ContainerController(ControllerContext context, Journal journal) {
        this.context = context;
        this.effects = new EffectPerformer(context, journal.state().container(), this::post);
        this.journal = journal;
    }

    ContainerState state() {
        return journal.state();
    }

    Journal journal() {
        return journal;
    }

    /**
     * Removes the events from the outbox that the broker has.
     *
     * @param found the positions of events on the broker, by id
     * @throws IOException if the journal cannot be written
     */
    void acknowledge(Map<String, Position> found) throws IOException {
        for (PendingEvent pending : journal.outbox().pending()) {
            Position position = found.get(pending.id());
            if (position != null) {
                journal = journal.withAcknowledged(pending, position);
                isWritten = false;
                context.recordAcknowledged(pending);
                if (journal.isBlank()) {
                    writeAcknowledged(); // its controller is dropped
                }
                context.acknowledged(pending.event());
            }
        }
        writeAcknowledged();
    }

    /** Publishes the unacknowledged events of an earlier runner again, and the status. */
    void resend() {
        sending = null; // an event that was handed over before publishing began was not sent
        sendNext();
        publishStatus();
    }

    /** Publishes the status, or a tombstone if the topic may have a status of an absent container. */
    void publishStatus() {
        ContainerStatus status = statusOf(state());
        if (status != null || journal.status().exists()) {
            context.publishStatus(
                    state().container(),
                    status == null ? null : status.withSequence(journal.outbox().lastSequence()),
                    journal.status().tombstoneConfirms());
        }
    }

    void post(Input input) {
        inputs.add(input);
        if (!busy) {
            processInputs();
        }
    }

    private void processInputs() {
        busy = true;
        try {
            while (pendingStep != null || !inputs.isEmpty()) {
                PendingStep step = pendingStep;
                if (!context.mayAct() || step == null && !decide(inputs.element())) {
                    Runnable _ = context.later(RETRY, this::processInputs);
                    return;
                }
                if (step != null && step.isRecorded) {
                    carryOut(step);
                } else if (step != null) {
                    recordOutcomes(step);
                    return;
                }
            }
        } catch (RuntimeException e) {
            if (pendingStep != null || !inputs.isEmpty()) {
                Runnable _ = context.later(RETRY, this::processInputs);
            }
            throw e;
        } finally {
            busy = pendingStep != null || !inputs.isEmpty();
        }
        context.dropIfIdle(state().container());
    }

    /** Whether every input is answered and carried out. */
    boolean isIdle() {
        return !busy;
    }

    /** The topic may have a status, whose tombstone confirms that removal. */
    void withStatusTombstonePending(CommandId removal) {
        journal = journal.withStatusTombstonePending(removal);
    }

    /** The broker has the tombstone of the status. */
    void withoutStatus() {
        // While a step waits for its outcomes, it may be a further removal, whose tombstone comes after that.
        if (journal.status().exists() && state().phase() == Phase.ABSENT && pendingStep == null) {
            try {
                context.endRemoval(state().container());
                journal = journal.withoutStatus();
                context.write(journal);
                isWritten = true;
            } catch (IOException e) {
                // The next runner publishes the tombstone again.
                LOG.warn("{}: the journal still has a status and cannot be written", state().container(), e);
            }
            context.dropIfIdle(state().container());
        }
    }

    /** Answers an input; false if the journal could not be written, in which case nothing has happened. */
    private boolean decide(Input input) {
        journal = journal.byClock(context.booted());
        ContainerState before = journal.state();
        Instant now = context.clock().instant();
        Transition transition = step(before, input, now);
        List<PendingEvent> events =
                EventMapper.of(before, transition, journal.outbox().lastSequence(), now);
        Journal next = journal.after(transition.state(), events);
        CommandId removal = lastRemoval(events);
        if (removal != null) {
            next = next.withStatusTombstonePending(removal);
        }
        try {
            if (!next.equals(journal)) {
                context.write(next);
                isWritten = true;
            }
        } catch (IOException e) {
            logRetry(e);
            return false;
        }
        inputs.remove();
        // The step is decided: later journals of the container build on it.
        journal = next;
        var step = new PendingStep(before, transition, events, now, false);
        pendingStep = step.outcomes().isEmpty() ? step.asRecorded() : step;
        publishChangedStatus(step);
        return true;
    }

    private void recordOutcomes(PendingStep step) {
        context.recordOutcomes(step.outcomes()).onComplete(done -> {
            if (done.succeeded()) {
                pendingStep = step.asRecorded();
                processInputs();
            } else {
                logRetry(done.cause());
                Runnable _ = context.later(RETRY, this::processInputs);
            }
        });
    }

    private Transition step(ContainerState before, Input input, Instant now) {
        try {
            return Lifecycle.step(before, input, now);
        } catch (RuntimeException e) {
            inputs.remove(); // later inputs must not wait for this one
            throw e;
        }
    }

    /** Carries out a step and publishes its events. */
    private void carryOut(PendingStep step) {
        ContainerState before = step.before;
        ContainerState after = step.transition.state();
        pendingStep = null;
        if (before.phase() != after.phase()) {
            LOG.info(
                    "{}: {} -> {}{}",
                    after.container(),
                    before.phase().word(),
                    after.phase().word(),
                    after.history().reason() == null
                            ? ""
                            : " (" + after.history().reason() + ")");
        }
        if (!(after.lifecycle() instanceof LifecycleState.Starting)) {
            context.gate().leave(after.container());
        }
        if (statusOf(after) == null && (statusOf(before) != null || lastRemoval(step.events) != null)) {
            publishStatus(); // a tombstone, which confirms a removal whose outcome is on disk
        }
        sendNext();
        step.transition.effects().forEach(effects::perform);
        armTimer(step.now);
    }

    /**
     * The status is true once the step is in the journal: it does not wait until the outcome is on disk. That of a clean-up, which takes
     * milliseconds, waits a moment, because the next one is sent only after the broker has it.
     */
    private void publishChangedStatus(PendingStep step) {
        ContainerState after = step.transition.state();
        ContainerStatus status = statusOf(after);
        if (status == null || status.equals(statusOf(step.before))) {
            return;
        }
        if (after.lifecycle() instanceof LifecycleState.CleaningUp cleaningUp) {
            Runnable _ = context.later(BRIEF_CLEAN_UP, () -> {
                if (state().lifecycle().equals(cleaningUp) && context.mayAct()) {
                    publishStatus();
                }
            });
        } else {
            publishStatus();
        }
    }

    private void logRetry(Throwable e) {
        LOG.error("{} waits: its next step cannot be written, and is tried again", state().container(), e);
    }

    /** The last removal that these events end; null if there is none. A superseded one needs no tombstone. */
    private static @Nullable CommandId lastRemoval(List<PendingEvent> events) {
        CommandId last = null;
        for (PendingEvent pending : events) {
            if (pending.event() instanceof FleetEvent.Ended ended
                    && ended.command() == Verb.REMOVE
                    && ended.outcome() != Outcome.SUPERSEDED) {
                last = ended.id();
            }
        }
        return last;
    }

    private static @Nullable ContainerStatus statusOf(ContainerState state) {
        return state.phase() == Phase.ABSENT ? null : state.status();
    }

    /** Sends one event at a time, so that a later one does not overtake one that has to be sent again. */
    private void sendNext() {
        if (sending != null || journal.outbox().isEmpty()) {
            return;
        }
        PendingEvent next = journal.outbox().pending().getFirst();
        if (pendingStep == null || !pendingStep.events.contains(next)) {
            sending = next;
            context.publish(next).onSuccess(position -> acknowledged(next, position));
        }
    }

    private void acknowledged(PendingEvent pending, Position position) {
        sending = null;
        journal = journal.withAcknowledged(pending, position);
        isWritten = false;
        try {
            context.recordAcknowledged(pending);
            if (journal.isBlank()) {
                writeAcknowledged();
            }
        } catch (IOException e) {
            // The next runner searches the broker for the event before it sends it again.
            LOG.warn("{}: an acknowledgement cannot be recorded", state().container(), e);
        }
        context.acknowledged(pending.event());
        sendNext();
    }

    /** Writes acknowledgements that came after the last step of the lifecycle, whose journal has the earlier ones. */
    void writeAcknowledged() throws IOException {
        if (!isWritten) {
            context.write(journal);
            isWritten = true;
        }
    }

    private void armTimer(Instant now) {
        cancelTimer.run();
        cancelTimer = () -> {};
        Instant due = state().due();
        if (due != null) {
            Duration wait = Duration.between(now, due);
            Duration bounded =
                    wait.isNegative() ? Duration.ZERO : wait.compareTo(LONGEST_TIMER) > 0 ? LONGEST_TIMER : wait;
            cancelTimer = context.later(bounded.plusMillis(1), () -> post(new Input.Due()));
        }
    }
}
