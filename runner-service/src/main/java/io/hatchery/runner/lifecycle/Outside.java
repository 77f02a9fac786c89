package io.hatchery.runner.lifecycle;

import io.hatchery.protocol.Outcome;
import io.hatchery.protocol.Via;
import io.hatchery.spec.ContainerSpec;
import org.jspecify.annotations.Nullable;

/** What someone on the host does to a container past the fleet: the fleet takes it as said, and does not undo it. */
final class Outside {
    private Outside() {}

    static void begun(Turn turn) {
        ContainerSpec spec = turn.state.spec();
        boolean idle = turn.state.life() instanceof Life.Resting || turn.state.life() instanceof Life.Backoff;
        if (spec == null || turn.state.removal() != null || !idle) {
            return; // a run that is on its way takes what has begun for its own
        }
        long run = turn.state.runs() + 1;
        turn.state = turn.state
                .withRuns(run)
                .withWanted(true)
                .withRestarts(0)
                .withRelaunch(false)
                .withReason(null)
                .withVia(Via.SYSTEMD);
        turn.live(new Life.Starting(run, spec, false, false, false, null, null));
        turn.effect(new Effect.Adopt(run, spec));
    }

    static void stopAsked(Turn turn, long run) {
        if (run != turn.state.runs()) {
            return;
        }
        switch (turn.state.life()) {
            case Life.Backoff b -> {
                give(turn);
                turn.live(new Life.Resting(false));
            }
            case Life.Starting s -> stopping(turn, s, s.leader());
            case Life.Running r -> stopping(turn, r, r.leader());
            case Life.Resting r -> {}
            case Life.Preparing p -> {}
            case Life.Stopping s -> {}
            case Life.Ending e -> {}
        }
    }

    /** Nothing is due: the host has its own time-outs, and a command that kills may come at any time. */
    private static void stopping(Turn turn, Life.Active active, @Nullable Long leader) {
        give(turn);
        turn.live(new Life.Stopping(
                active.run(), active.spec(), leader, Life.Escalation.SIGNALLED, null, null, null, false));
    }

    private static void give(Turn turn) {
        turn.conclude(
                job -> job.begun() && job.wantsStart(),
                Outcome.SUPERSEDED,
                "by someone who stopped it through systemd on host " + turn.state.host());
        turn.state = turn.state.withWanted(false).withVia(Via.SYSTEMD);
    }
}
