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

    private final ControllerContext context;
    private final Deque<Input> inputs = new ArrayDeque<>();
    private Journal journal;
    private boolean busy;
    private @Nullable Decided decided;
    private @Nullable PendingEvent sending;
    private Future<Void> reloading = Future.succeededFuture();
    private Runnable cancelTimer = () -> {};

    /** An answer that is written down and not carried out. */
    private record Decided(ContainerState before, Transition transition, List<PendingEvent> news, Instant now) {}

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
     * Drops from the outbox what turned out to be on the broker.
     *
     * @param found where events lie, by their id
     * @throws IOException if that cannot be written down
     */
    void acknowledge(Map<String, Position> found) throws IOException {
        for (PendingEvent pending : journal.outbox().pending()) {
            Position position = found.get(pending.id());
            if (position != null) {
                note(pending, position);
                context.told(pending.event());
            }
        }
    }

    /** Sends again what an earlier runner did not see acknowledged. */
    void resend() {
        sending = null; // what was handed over before the fleet is told things is not under way
        sendNext();
        tellStatus();
    }

    /** Tells the fleet where it is, or that it is nowhere if the fleet may think otherwise. */
    void tellStatus() {
        ContainerStatus status = statusOf(state());
        if (status != null || journal.status().exists()) {
            context.tell(
                    state().container(),
                    status == null ? null : status.through(journal.outbox().lastSequence()),
                    journal.status().tombstoneConfirms());
        }
    }

    void post(Input input) {
        inputs.add(input);
        if (!busy) {
            work();
        }
    }

    private void work() {
        busy = true;
        try {
            while (decided != null || !inputs.isEmpty()) {
                if (!context.mayAct() || !(decided == null ? decide(inputs.element()) : carryOut(decided))) {
                    Runnable _ = context.later(RETRY, this::work);
                    return;
                }
            }
        } catch (RuntimeException e) {
            if (decided != null || !inputs.isEmpty()) {
                Runnable _ = context.later(RETRY, this::work);
            }
            throw e;
        } finally {
            busy = decided != null || !inputs.isEmpty();
        }
        context.rested(state().container());
    }

    /** Whether no input waits. */
    boolean isIdle() {
        return !busy;
    }

    /** The fleet may have a status of it, which is to go in answer to that removal. */
    void withStatusTombstonePending(CommandId removal) {
        journal = journal.withStatusTombstonePending(removal);
    }

    /** The broker knows that there is no status of it any more. */
    void withoutStatus() {
        if (journal.status().exists() && state().phase() == Phase.ABSENT) {
            try {
                context.removed(state().container());
                journal = journal.withoutStatus();
                context.write(journal);
            } catch (IOException e) {
                // It is then told again by the next runner.
                LOG.warn("{}: that its status is gone is not written down", state().container(), e);
            }
            context.rested(state().container());
        }
    }

    /** Answers an input; false if the answer could not be written down, in which case nothing has happened. */
    private boolean decide(Input input) {
        journal = journal.byClock(context.booted());
        ContainerState before = journal.state();
        Instant now = context.clock().instant();
        Transition transition = step(before, input, now);
        List<PendingEvent> news =
                EventMapper.of(before, transition, journal.outbox().lastSequence(), now);
        Journal next = journal.after(transition.state(), news);
        CommandId removal = lastRemoval(news);
        if (removal != null) {
            next = next.withStatusTombstonePending(removal);
        }
        try {
            if (!next.equals(journal)) {
                context.write(next);
            }
        } catch (IOException e) {
            waits(e);
            return false;
        }
        inputs.remove();
        // From here on it is decided: whatever else is written of this container is written on top of it.
        journal = next;
        decided = new Decided(before, transition, news, now);
        return true;
    }

    private Transition step(ContainerState before, Input input, Instant now) {
        try {
            return Lifecycle.step(before, input, now);
        } catch (RuntimeException e) {
            inputs.remove(); // or whatever comes after it would wait for ever
            throw e;
        }
    }

    /** Tells and begins what follows from an answer; false if how commands ended could not be written down yet. */
    private boolean carryOut(Decided step) {
        ContainerState before = step.before;
        ContainerState after = step.transition.state();
        try {
            for (PendingEvent pending : step.news) {
                if (pending.event() instanceof FleetEvent.Ended ended) {
                    context.ended(ended);
                }
            }
        } catch (IOException e) {
            waits(e);
            return false;
        }
        decided = null;
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
        ContainerStatus status = statusOf(after);
        boolean gone = status == null && (statusOf(before) != null || lastRemoval(step.news) != null);
        if (gone || status != null && !status.equals(statusOf(before))) {
            tellStatus();
        }
        sendNext();
        step.transition.effects().forEach(this::perform);
        armTimer(step.now);
        return true;
    }

    private void waits(IOException e) {
        LOG.error("{} waits: its next step cannot be written down", state().container(), e);
    }

    /** The last removal that these end; null if they end none. One that a definition has overtaken is nothing to answer. */
    private static @Nullable CommandId lastRemoval(List<PendingEvent> news) {
        CommandId last = null;
        for (PendingEvent pending : news) {
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

    /** One at a time: a later event must not overtake one that has to be sent again. The others wait in the outbox. */
    private void sendNext() {
        if (sending != null || journal.outbox().isEmpty()) {
            return;
        }
        PendingEvent next = journal.outbox().pending().getFirst();
        if (decided == null || !decided.news.contains(next)) {
            sending = next;
            context.tell(next).onSuccess(position -> acknowledged(next, position));
        }
    }

    private void acknowledged(PendingEvent pending, Position position) {
        sending = null;
        try {
            note(pending, position);
        } catch (IOException e) {
            // What it then still says is unacknowledged is looked for on the broker before it is sent again.
            LOG.warn("{}: an acknowledgement is not written down", state().container(), e);
        }
        context.told(pending.event());
        sendNext();
    }

    private void note(PendingEvent pending, Position position) throws IOException {
        journal = journal.withAcknowledged(pending, position);
        context.write(journal);
        context.noteTold(pending);
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
            case Effect.Publish e -> {} // told already, in the order of news()
        }
    }

    private void define(Driver driver, ContainerSpec spec) {
        driver.define(spec).onFailure(e -> {
            LOG.warn("{}: {}", state().container(), reason(e));
            post(new Input.DefineFailed(reason(e)));
        });
    }

    /** One after another, so that the container ends with the newest. */
    private void reload(Driver driver, Effect.Reload e) {
        reloading = reloading.transform(any -> driver.reload(e.spec(), e.run()));
        answer(reloading, new Input.Reloaded(e.run(), e.spec()), why -> new Input.ReloadFailed(e.run(), e.spec(), why));
    }

    private void remove(Driver driver, Effect.Remove e) {
        ContainerState.Removal removal = e.removal();
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
                driver.remove(e.container(), new ContainerState.Removal(removal.root(), false)),
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

    /** A signal that could not be sent is not sent again: the stop's time-out comes, and escalates. */
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
