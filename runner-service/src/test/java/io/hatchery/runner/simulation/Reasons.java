package io.hatchery.runner.simulation;

import io.hatchery.protocol.Exit;
import io.hatchery.protocol.FleetEvent;
import io.hatchery.protocol.Phase;
import io.hatchery.protocol.Verb;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.RestartPolicy;
import java.util.List;

/** Whether there is a reason for what is done to a container, and for what is said to have failed. */
final class Reasons {
    /** How much earlier than announced a time-out may happen: times of files and steps of clocks are that coarse. */
    private static final long TOLERANCE = 1_100_000;

    private static final int REBOOT = 133;
    private static final long TERMINATE_GRACE = 5_000_000;

    private final World world;
    private final InvariantChecker truth;

    Reasons(World world, InvariantChecker truth) {
        this.world = world;
        this.truth = truth;
    }

    private boolean isPast(long since, long wait) {
        return since != Run.NEVER && world.now() - since >= wait - TOLERANCE;
    }

    /** A run begins. */
    void begins(Run run) {
        for (SimulatedHost host : truth.hosts()) {
            Run other = host.living(run.spec.name());
            world.check(other == null, () -> "two hosts run it: " + run + " beside " + other);
        }
    }

    /** A stop begins: someone asked for it, or a changed spec does. */
    void signalled(Run run) {
        boolean asked = truth.asked().stream()
                .anyMatch(order -> order.container.equals(run.spec.name())
                        && order.verb != Verb.START
                        && truth.outcomes().of(order) == null);
        boolean changed = truth.isRestartedBy(run.spec);
        world.check(asked || changed, () -> "it is stopped for no reason: " + run);
    }

    /** A container goes from one phase to another. */
    void went(FleetEvent.PhaseChanged event, List<Run> runs) {
        Exit exit = event.exit();
        if (exit == null || event.from() != Phase.STOPPING) {
            return;
        }
        boolean unasked = runs.stream()
                .anyMatch(run -> exit.at().equals(run.endedByTheClock)
                        && run.signalTriedAt == Run.NEVER
                        && run.killedAt == Run.NEVER);
        String reason = String.valueOf(event.reason());
        if (unasked && exit.status() == REBOOT && (event.reason() == null || reason.contains("status 133"))) {
            world.check(
                    event.to() != Phase.BACKOFF && event.to() != Phase.FAILED,
                    () -> "it rebooted, and is not started at once: " + event);
        }
        if (event.to() == Phase.BACKOFF) {
            boolean may = truth.wasEver(event.container(), RestartPolicy.ALWAYS)
                    || (exit.status() != 0 || !String.valueOf(event.reason()).endsWith("status 0"))
                            && truth.wasEver(event.container(), RestartPolicy.ON_FAILURE);
            world.check(may, () -> "it is started again against its policy: " + event);
        }
    }

    /** A stop goes on to the supervisor: its init had the time that it was given. */
    void terminated(Run run) {
        world.check(
                isPast(sinceSignal(run), patience(run)),
                () -> "it is terminated before its stopTimeout: " + run + ", " + run.signalledBy);
        world.check(
                !run.host.isUndisturbedSince(run.signalTriedAt)
                        || world.now() - run.signalTriedAt < patience(run) + TOLERANCE,
                () -> "it is terminated long after its stopTimeout: " + run + ", " + run.signalledBy);
    }

    private long patience(Run run) {
        return run.signalTriedAt == Run.NEVER
                ? truth.shortest(run.spec.name(), ContainerSpec::stopTimeout)
                : run.signalledBy.stopTimeout().toDuration().toNanos() / 1000;
    }

    /** A runner that ends just before it signals leaves the stop to its time-out: it is never signalled twice. */
    private static long sinceSignal(Run run) {
        return run.signalTriedAt == Run.NEVER ? run.spawnedAt : run.signalTriedAt;
    }

    /** Everything is killed: by command, after all else, or since it did not get ready. */
    void killed(Run run) {
        boolean commanded = truth.asked().stream()
                .anyMatch(order -> order.container.equals(run.spec.name())
                        && order.verb == Verb.KILL
                        && truth.outcomes().of(order) == null);
        long start = truth.shortest(run.spec.name(), ContainerSpec::startTimeout);
        // It may have become ready while the decision was on its way, or waited for the next runner.
        boolean late = isPast(run.askedAt, start) && (!run.isReady() || run.readyAt - run.askedAt > start - TOLERANCE);
        world.check(
                commanded
                        || late
                        || run.supervisorKilled
                        || run.killedAt != Run.NEVER
                        || isPast(run.terminatedAt, TERMINATE_GRACE)
                        || isPast(sinceSignal(run), patience(run) + TERMINATE_GRACE),
                () -> "it is killed for no reason: " + run);
    }

    /** It ended by itself between the decision to kill it and the deed, by the next runner. */
    private boolean endedLate(Run run) {
        long start = truth.shortest(run.spec.name(), ContainerSpec::startTimeout) - TOLERANCE;
        return run.endedAt != Run.NEVER
                && run.endedAt - run.askedAt > start
                && (!run.isReady() || run.readyAt - run.askedAt > start);
    }

    /** A start is said to have failed. */
    void failed(FleetEvent.Ended event, List<Run> runs) {
        String reason = String.valueOf(event.reason());
        if (reason.contains("not ready within its startTimeout")) {
            world.check(
                    runs.stream()
                            .anyMatch(run -> run.beginsLate
                                    || run.spawnedAt != Run.NEVER && (run.killedAt != Run.NEVER || endedLate(run))),
                    () -> "no run of it was given up: " + event + ", " + runs);
        } else if (reason.contains("before it was ready")) {
            world.check(
                    runs.stream().anyMatch(run -> run.knownStatus() != null && !run.isReady()),
                    () -> "no run of it ended before it was ready: " + event + ", " + runs);
        }
    }
}
