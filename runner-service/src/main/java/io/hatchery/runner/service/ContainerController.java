package io.hatchery.runner.service;

import io.hatchery.bus.Position;
import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.ContainerStatus;
import io.hatchery.protocol.FleetEvent;
import io.hatchery.protocol.Outcome;
import io.hatchery.protocol.Phase;
import io.hatchery.protocol.Verb;
import io.hatchery.runner.driver.Driver;
import io.hatchery.runner.journal.Journal;
import io.hatchery.runner.journal.PendingEvent;
import io.hatchery.runner.lifecycle.ContainerState;
import io.hatchery.runner.lifecycle.Effect;
import io.hatchery.runner.lifecycle.Input;
import io.hatchery.runner.lifecycle.Lifecycle;
import io.hatchery.runner.lifecycle.LifecycleState;
import io.hatchery.runner.lifecycle.Removal;
import io.hatchery.runner.lifecycle.Transition;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
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
    private final Deque<Input> inputs = new ArrayDeque<>();
    private Journal journal;
    private boolean busy;
    private @Nullable PendingStep pendingStep;
    private @Nullable PendingEvent sending;
    private Future<Void> reloading = Future.succeededFuture();
    private Runnable cancelTimer = () -> {};

    /** A step that is in the journal and not carried out. */
    private record PendingStep(ContainerState before, Transition transition, List<PendingEvent> events, Instant now) {}

    ContainerController(ControllerContext context, Journal journal) {
        this.context = context;
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
                removeFromOutbox(pending, position);
                context.acknowledged(pending.event());
            }
        }
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
                if (!context.mayAct() || !(pendingStep == null ? decide(inputs.element()) : carryOut(pendingStep))) {
                    Runnable _ = context.later(RETRY, this::processInputs);
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
        if (journal.status().exists() && state().phase() == Phase.ABSENT) {
            try {
                context.endRemoval(state().container());
                journal = journal.withoutStatus();
                context.write(journal);
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
            }
        } catch (IOException e) {
            logRetry(e);
            return false;
        }
        inputs.remove();
        // The step is decided: later journals of the container build on it.
        journal = next;
        pendingStep = new PendingStep(before, transition, events, now);
        return true;
    }

    private Transition step(ContainerState before, Input input, Instant now) {
        try {
            return Lifecycle.step(before, input, now);
        } catch (RuntimeException e) {
            inputs.remove(); // later inputs must not wait for this one
            throw e;
        }
    }

    /** Publishes and carries out a step; false if its outcomes could not be recorded yet. */
    private boolean carryOut(PendingStep step) {
        ContainerState before = step.before;
        ContainerState after = step.transition.state();
        publishChangedStatus(step);
        try {
            for (PendingEvent pending : step.events) {
                if (pending.event() instanceof FleetEvent.Ended ended) {
                    context.recordOutcome(ended);
                }
            }
        } catch (IOException e) {
            logRetry(e);
            return false;
        }
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
        step.transition.effects().forEach(this::perform);
        armTimer(step.now);
        return true;
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

    private void logRetry(IOException e) {
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
        try {
            removeFromOutbox(pending, position);
        } catch (IOException e) {
            // The next runner searches the broker for the event before it sends it again.
            LOG.warn("{}: an acknowledgement cannot be recorded", state().container(), e);
        }
        context.acknowledged(pending.event());
        sendNext();
    }

    private void removeFromOutbox(PendingEvent pending, Position position) throws IOException {
        journal = journal.withAcknowledged(pending, position);
        context.write(journal);
        context.recordAcknowledged(pending);
    }

    private void perform(Effect effect) {
        Driver driver = context.driver();
        switch (effect) {
            case Effect.Define e -> define(driver, e.spec());
            case Effect.Adopt e ->
                answer(
                        driver.adopt(e.spec(), e.run()),
                        new Input.Spawned(e.run()),
                        why -> new Input.LaunchFailed(e.run(), why));
            case Effect.Fetch e ->
                answer(
                        driver.fetch(e.spec()),
                        new Input.Fetched(e.run(), e.spec()),
                        why -> new Input.FetchFailed(e.run(), e.spec(), why));
            case Effect.CancelPrepare e -> driver.abandon(e.container());
            case Effect.Prepare e ->
                answer(
                        driver.prepare(e.spec()),
                        new Input.Prepared(e.run()),
                        why -> new Input.LaunchFailed(e.run(), why));
            case Effect.Spawn e ->
                answer(
                        context.gate().enter(e.spec().name()).compose(entered -> driver.spawn(e.spec(), e.run())),
                        new Input.Spawned(e.run()),
                        why -> new Input.LaunchFailed(e.run(), why));
            case Effect.Reload e -> reload(driver, e);
            case Effect.SignalLeader e -> report(driver.signalLeader(e.spec(), e.run()));
            case Effect.TerminateSupervisor e -> report(driver.terminateSupervisor(e.container(), e.run()));
            case Effect.Kill e -> report(driver.kill(e.container(), e.run()));
            case Effect.CleanUp e ->
                answer(
                        driver.cleanUp(e.container(), e.run()),
                        new Input.CleanedUp(e.run()),
                        why -> new Input.CleanUpFailed(e.run(), why));
            case Effect.Remove e -> remove(driver, e);
            case Effect.Publish e -> {} // published before, in the order of EventMapper
        }
    }

    private void define(Driver driver, ContainerSpec spec) {
        driver.define(spec).onFailure(e -> {
            LOG.warn("{}: {}", state().container(), reason(e));
            post(new Input.DefineFailed(reason(e)));
        });
    }

    /** One after another, so that the container ends with the newest spec. */
    private void reload(Driver driver, Effect.Reload e) {
        reloading = reloading.transform(any -> driver.reload(e.spec(), e.run()));
        answer(reloading, new Input.Reloaded(e.run(), e.spec()), why -> new Input.ReloadFailed(e.run(), e.spec(), why));
    }

    private void remove(Driver driver, Effect.Remove e) {
        Removal removal = e.removal();
        ContainerName sharer = removal.purge() ? context.otherWithRoot(e.container(), removal.root()) : null;
        if (sharer == null) {
            answer(
                    driver.remove(e.container(), removal),
                    new Input.Removed(removal),
                    why -> new Input.RemovalFailed(removal, why));
            return;
        }
        var input = new Input.RemovalFailed(
                removal,
                "the container is removed, but its root " + removal.root() + " is not purged: container " + sharer
                        + " has it too");
        answer(
                driver.remove(e.container(), new Removal(removal.root(), false)),
                input,
                why -> new Input.RemovalFailed(removal, why));
    }

    private void answer(Future<Void> effect, Input done, Function<String, Input> failed) {
        effect.onComplete(result -> {
            if (result.failed()) {
                LOG.warn("{}: {}", state().container(), reason(result.cause()));
            }
            post(result.succeeded() ? done : failed.apply(reason(result.cause())));
        });
    }

    /** A signal that could not be sent is not sent again: the stop escalates after its timeout. */
    private void report(Future<Void> signal) {
        signal.onFailure(e -> LOG.warn("{}: {}", state().container(), reason(e)));
    }

    private static String reason(Throwable e) {
        String message = e.getMessage();
        return e instanceof FileSystemException || message == null ? e.toString() : message;
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
