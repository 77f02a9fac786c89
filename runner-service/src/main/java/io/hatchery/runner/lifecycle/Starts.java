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

    static void start(Turn turn) {
        turn.state = turn.state.withWanted(true);
        switch (turn.state.life()) {
            case Life.Running running ->
                turn.conclude(job -> job.begun() && job.wantsStart(), Outcome.COMPLETED, "it is running already");
            case Life.Resting r -> launchAsked(turn);
            case Life.Backoff b -> launchAsked(turn);
            case Life.Preparing p -> {}
            case Life.Starting s -> {}
            case Life.Stopping s -> {}
            case Life.Ending e -> {}
        }
    }

    static void restart(Turn turn) {
        turn.state = turn.state.withWanted(true);
        switch (turn.state.life()) {
            case Life.Resting r -> launchAsked(turn);
            case Life.Backoff b -> launchAsked(turn);
            case Life.Active a -> Stops.askToStop(turn);
        }
    }

    private static void launchAsked(Turn turn) {
        turn.state = turn.state.withRestarts(0);
        launch(turn, false);
    }

    static void launch(Turn turn, boolean automatic) {
        ContainerSpec spec = turn.state.spec();
        if (spec == null) {
            throw new IllegalStateException("nothing says what " + turn.state.container() + " is");
        }
        long run = turn.state.runs() + 1;
        turn.state =
                turn.state.withRuns(run).withRelaunch(false).withReason(null).withVia(null);
        turn.live(new Life.Preparing(run, spec, automatic, false));
        turn.step("preparing", Job::wantsStart);
        turn.effect(new Effect.Prepare(run, spec));
    }

    static void prepared(Turn turn, Life.Preparing preparing) {
        turn.state = turn.state.withReason(null);
        if (preparing.stopAsked()) {
            Stops.endWithoutProcesses(turn, preparing, new Life.Cause.Asked(null));
            return;
        }
        spawn(turn, preparing.run(), preparing.spec(), preparing.automatic());
    }

    static void spawn(Turn turn, long run, ContainerSpec spec, boolean automatic) {
        turn.live(new Life.Starting(run, spec, automatic, false, false, null, null));
        turn.step("starting", Job::wantsStart);
        turn.effect(new Effect.Spawn(run, spec));
    }

    static void spawned(Turn turn, Life.Starting starting) {
        var spawned = starting.spawned()
                ? starting
                : starting.asSpawned(after(turn.now, starting.spec().startTimeout()));
        turn.live(spawned);
        turn.state = turn.state.withBegun(spawned.spec().generation());
        if (turn.state.jobs().stream().anyMatch(job -> job.begun() && job.verb() == Verb.KILL)) {
            Stops.killAll(turn, spawned.run(), spawned.spec(), spawned.leader(), null, false);
        } else if (spawned.stopAsked()) {
            Stops.awaitReadiness(turn, spawned);
        }
    }

    static void ready(Turn turn, Life.Starting starting) {
        turn.live(new Life.Running(starting.run(), starting.spec(), starting.leader(), turn.now));
        turn.state = turn.state.withReady(starting.spec().generation());
        turn.step("running", Job::wantsStart);
        if (starting.stopAsked()) {
            Stops.askToStop(turn);
        } else {
            turn.conclude(job -> job.begun() && job.wantsStart(), Outcome.COMPLETED, null);
        }
    }

    static void startTimedOut(Turn turn, Life.Starting starting) {
        if (starting.stopAsked()) {
            Stops.signal(turn, starting.run(), starting.spec(), starting.leader());
            return;
        }
        String reason =
                "it was not ready within its startTimeout of " + starting.spec().startTimeout();
        Stops.killAll(turn, starting.run(), starting.spec(), starting.leader(), reason, starting.automatic());
    }

    /** Takes options that need no restart into a run. */
    static void applyLive(Turn turn, Life.Active active, ContainerSpec spec) {
        turn.live(
                switch (active) {
                    case Life.Preparing p -> new Life.Preparing(p.run(), spec, p.automatic(), p.stopAsked());
                    case Life.Starting s -> s.withSpec(spec);
                    case Life.Running r -> new Life.Running(r.run(), spec, r.leader(), r.since());
                    case Life.Stopping s ->
                        new Life.Stopping(
                                s.run(),
                                spec,
                                s.leader(),
                                s.escalation(),
                                s.before(),
                                s.due(),
                                s.failure(),
                                s.automatic());
                    case Life.Ending e -> new Life.Ending(e.run(), spec, e.exit(), e.cause());
                });
    }

    static @Nullable Instant after(Instant now, Span span) {
        Duration longest = Duration.between(now, Instant.MAX);
        return span.isInfinite() || span.toDuration().compareTo(longest) >= 0 ? null : now.plus(span.toDuration());
    }
}
