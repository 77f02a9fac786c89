package io.hatchery.runner.lifecycle;

import io.hatchery.protocol.Outcome;
import io.hatchery.protocol.Verb;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Span;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The ways into a run. */
final class Starts {
    private Starts() {}

    static void start(TransitionBuilder transition) {
        transition.state = transition.state.withDesiredRunning(true);
        switch (transition.state.lifecycle()) {
            case LifecycleState.Running running ->
                transition.conclude(
                        operation -> operation.begun() && operation.isStart(),
                        Outcome.COMPLETED,
                        "it is running already");
            case LifecycleState.Inactive r -> launchAsked(transition);
            case LifecycleState.Backoff b -> launchAsked(transition);
            case LifecycleState.Preparing p -> {}
            case LifecycleState.Starting s -> {}
            case LifecycleState.Stopping s -> {}
            case LifecycleState.CleaningUp e -> {}
        }
    }

    static void restart(TransitionBuilder transition) {
        transition.state = transition.state.withDesiredRunning(true);
        switch (transition.state.lifecycle()) {
            case LifecycleState.Inactive r -> launchAsked(transition);
            case LifecycleState.Backoff b -> launchAsked(transition);
            case LifecycleState.Active a -> Stops.askToStop(transition);
        }
    }

    private static void launchAsked(TransitionBuilder transition) {
        transition.state = transition.state.withRestarts(0);
        launch(transition, false);
    }

    static void launch(TransitionBuilder transition, boolean automatic) {
        ContainerSpec spec = transition.state.spec();
        if (spec == null) {
            throw new IllegalStateException("nothing says what " + transition.state.container() + " is");
        }
        long run = transition.state.runs() + 1;
        transition.state = transition
                .state
                .withRuns(run)
                .withRestartPending(false)
                .withReason(null)
                .withInitiator(null);
        transition.live(new LifecycleState.Preparing(run, spec, automatic, false));
        transition.step("preparing", PendingOperation::isStart);
        transition.effect(new Effect.Prepare(run, spec));
    }

    static void prepared(TransitionBuilder transition, LifecycleState.Preparing preparing) {
        transition.state = transition.state.withReason(null);
        if (preparing.stopRequested()) {
            Stops.endWithoutProcesses(transition, preparing, new LifecycleState.Cause.Requested(null));
            return;
        }
        spawn(transition, preparing.run(), preparing.spec(), preparing.automatic());
    }

    static void spawn(TransitionBuilder transition, long run, ContainerSpec spec, boolean automatic) {
        transition.live(new LifecycleState.Starting(run, spec, automatic, false, false, null, null));
        transition.step("starting", PendingOperation::isStart);
        transition.effect(new Effect.Spawn(run, spec));
    }

    static void spawned(TransitionBuilder transition, LifecycleState.Starting starting) {
        var spawned = starting.spawned()
                ? starting
                : starting.asSpawned(after(transition.now, starting.spec().startTimeout()));
        transition.live(spawned);
        transition.state = transition.state.withBegun(spawned.spec().generation());
        if (transition.state.operations().stream()
                .anyMatch(operation -> operation.begun() && operation.verb() == Verb.KILL)) {
            Stops.killAll(transition, spawned.run(), spawned.spec(), spawned.leader(), null, false);
        } else if (spawned.stopRequested()) {
            Stops.awaitReadiness(transition, spawned);
        }
    }

    static void ready(TransitionBuilder transition, LifecycleState.Starting starting) {
        transition.live(new LifecycleState.Running(starting.run(), starting.spec(), starting.leader(), transition.now));
        transition.state = transition.state.withReady(starting.spec().generation());
        transition.step("running", PendingOperation::isStart);
        if (starting.stopRequested()) {
            Stops.askToStop(transition);
        } else {
            transition.conclude(operation -> operation.begun() && operation.isStart(), Outcome.COMPLETED, null);
        }
    }

    static void startTimedOut(TransitionBuilder transition, LifecycleState.Starting starting) {
        if (starting.stopRequested()) {
            Stops.signal(transition, starting.run(), starting.spec(), starting.leader());
            return;
        }
        String reason =
                "it was not ready within its startTimeout of " + starting.spec().startTimeout();
        Stops.killAll(transition, starting.run(), starting.spec(), starting.leader(), reason, starting.automatic());
    }

    /** Takes options that need no restart into a run. */
    static void applyLive(TransitionBuilder transition, LifecycleState.Active active, ContainerSpec spec) {
        transition.live(
                switch (active) {
                    case LifecycleState.Preparing p ->
                        new LifecycleState.Preparing(p.run(), spec, p.automatic(), p.stopRequested());
                    case LifecycleState.Starting s -> s.withSpec(spec);
                    case LifecycleState.Running r -> new LifecycleState.Running(r.run(), spec, r.leader(), r.since());
                    case LifecycleState.Stopping s ->
                        new LifecycleState.Stopping(
                                s.run(),
                                spec,
                                s.leader(),
                                s.escalation(),
                                s.before(),
                                s.due(),
                                s.failure(),
                                s.automatic());
                    case LifecycleState.CleaningUp e ->
                        new LifecycleState.CleaningUp(e.run(), spec, e.exit(), e.cause());
                });
    }

    static @Nullable Instant after(Instant now, Span span) {
        Duration longest = Duration.between(now, Instant.MAX);
        return span.isInfinite() || span.toDuration().compareTo(longest) >= 0 ? null : now.plus(span.toDuration());
    }
}
