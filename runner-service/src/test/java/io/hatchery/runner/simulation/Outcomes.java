package io.hatchery.runner.simulation;

import io.hatchery.protocol.Exit;
import io.hatchery.protocol.FleetEvent;
import io.hatchery.protocol.Outcome;
import io.hatchery.protocol.Phase;
import io.hatchery.protocol.StoppedBy;
import io.hatchery.protocol.Verb;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Checks each outcome and each phase change against the state of the world when it is published. */
final class Outcomes {
    private final World world;
    private final InvariantChecker truth;
    private final Map<String, FleetEvent.Ended> ended = new HashMap<>();
    private final Set<String> gone = new HashSet<>();
    private final Set<String> goneChanges = new HashSet<>();
    private final Map<String, Phase> phases = new HashMap<>();

    Outcomes(World world, InvariantChecker truth) {
        this.world = world;
        this.truth = truth;
    }

    FleetEvent.@Nullable Ended of(Order order) {
        return ended.get(order.id);
    }

    /** The broker no longer has the outcome of a command. */
    void expired(FleetEvent.Ended event) {
        gone.add(event.id().value());
    }

    /** The broker no longer has a phase change. */
    void expired(FleetEvent.PhaseChanged event) {
        goneChanges.add(idOf(event));
    }

    /** Whether a phase change was published before and has expired, so that its runner could not find it any more. */
    boolean isRepeated(FleetEvent.PhaseChanged event) {
        return goneChanges.contains(idOf(event));
    }

    private static String idOf(FleetEvent.PhaseChanged event) {
        return event.host() + "/" + event.container() + "/" + event.sequence();
    }

    void check(FleetEvent.Ended event) {
        Order order = truth.order(event.id());
        if (event.id().value().startsWith("vanished/")) {
            world.check(false, () -> "a container was taken for vanished: " + event);
        }
        world.check(order != null && order.landed >= 0, () -> "an outcome of what nobody asked: " + event);
        if (order == null) {
            return;
        }
        FleetEvent.Ended before = ended.put(order.id, event);
        // The first may be looked for as long as the broker has it.
        world.check(
                before == null || gone.contains(order.id),
                () -> "two outcomes of " + order.id + ": " + before + " and " + event);
        world.check(event.command() == order.verb, () -> "an outcome of another verb: " + event);
        world.check(event.outcome() == Outcome.COMPLETED || event.reason() != null, () -> "no word of why: " + event);
        if (event.outcome() == Outcome.COMPLETED) {
            completed(order, event);
        } else if (event.outcome() == Outcome.FAILED) {
            truth.reasons().failed(event, truth.runs(order.container));
        }
    }

    private void completed(Order order, FleetEvent.Ended event) {
        List<Run> runs = truth.runs(order.container).stream()
                .filter(run -> run.host.name().equals(event.host()))
                .toList();
        switch (order.verb) {
            case START, RESTART -> {
                boolean deleted = String.valueOf(event.reason()).contains("deleted");
                // As its runner knew it: ready, and not known to have ended before the command came.
                boolean ran = runs.stream()
                        .anyMatch(
                                run -> run.isReady() && (run.endedAt == Run.NEVER || run.endedAt > order.landed - LAG));
                world.check(ran && !deleted, () -> "it is said to run and does not: " + event + ", " + runs);
                if (order.verb == Verb.RESTART
                        && event.steps().stream().anyMatch(s -> s.step().startsWith("sent "))) {
                    world.check(
                            runs.stream().anyMatch(run -> run.isReady() && run.spawnedAt > order.landed),
                            () -> "it is said to have restarted and has not: " + event + ", " + runs);
                }
            }
            case SESSION -> throw new AssertionError("nobody asks for a session: " + event);
            case STOP, KILL, REMOVE -> {
                if (event.host() == null) {
                    return; // deleted before: that deletion's outcome is the one to tell of the container
                }
                for (Run run : runs) {
                    world.check(
                            !run.alive || run.spawnedAt == Run.NEVER || run.askedAt >= order.landed,
                            () -> "it is said to have ended and lives: " + event + ", " + run);
                }
                // A failed clean-up has published it; a stop that finds it ended has nothing to do.
                boolean anew = String.valueOf(event.reason()).contains("not running")
                        || runs.stream().anyMatch(run -> run.askedAt >= order.landed);
                boolean hadNothing = String.valueOf(event.reason()).contains("had nothing of it");
                world.check(
                        anew
                                || truth.hosts().stream()
                                        .filter(host -> host.name().equals(event.host()))
                                        .noneMatch(host -> host.cgroups.contains(order.container)
                                                && host.groupsMadeAt.getOrDefault(order.container, 0L) < order.landed
                                                && !(hadNothing && host.leftBehind.contains(order.container))),
                        () -> "it is said to have ended and its control group is there: " + event);
                Phase phase = phases.get(event.host() + "/" + event.container());
                world.check(
                        phase != Phase.FAILED
                                || event.reason() != null
                                || event.steps().stream()
                                        .noneMatch(s -> s.step().equals("waits for readiness")),
                        () -> "it is said to have been stopped and to have failed: " + event);
                stoppedBy(event, runs);
            }
        }
        if (order.verb == Verb.REMOVE && order.purge && event.reason() == null) {
            purged(order, event);
        }
    }

    /** How late a runner may hear of an exit. */
    private static final long LAG = 5_000_000L;

    private void stoppedBy(FleetEvent.Ended event, List<Run> runs) {
        StoppedBy by = event.stoppedBy();
        if (by == null) {
            return;
        }
        boolean so = runs.stream().filter(run -> !run.alive).anyMatch(run -> switch (by) {
            case HALTED -> run.killedAt == Run.NEVER || run.signalTriedAt != Run.NEVER;
            case TERMINATED -> run.terminatedAt != Run.NEVER || run.signalTriedAt != Run.NEVER;
            // It may have been killed by someone else just before: nobody can tell.
            case KILLED -> Integer.valueOf(137).equals(run.status);
        });
        world.check(so, () -> "it was not ended so: " + event + ", " + runs);
    }

    private void purged(Order order, FleetEvent.Ended event) {
        String root = "/srv/" + order.container;
        world.check(
                truth.hosts().stream()
                        .filter(host -> host.name().equals(event.host()))
                        .allMatch(host -> host.roots.getOrDefault(root, Long.MAX_VALUE) > order.landed),
                () -> "its root is said to be purged and is there: " + event);
    }

    void check(FleetEvent.PhaseChanged event) {
        String key = event.host() + "/" + event.container();
        Phase last = phases.put(key, event.to());
        world.check(
                event.from() == Phase.ABSENT || event.from() == last,
                () -> "a gap: it was " + last + " before " + event);
        truth.reasons().went(event, truth.runs(event.container()));
        Exit exit = event.exit();
        if (exit != null) {
            world.check(
                    truth.runs(event.container()).stream().anyMatch(run -> run.endedWith(exit)),
                    () -> "an exit that was none: " + event + ", " + truth.runs(event.container()));
        }
        if (event.to() == Phase.RUNNING) {
            world.check(
                    truth.runs(event.container()).stream()
                            .anyMatch(run -> run.isReady() && Objects.equals(run.leader, event.leader())),
                    () -> "it is said to run: " + event + ", " + truth.runs(event.container()));
        }
    }
}
