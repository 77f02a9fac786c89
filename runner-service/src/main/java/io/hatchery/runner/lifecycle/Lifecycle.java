package io.hatchery.runner.lifecycle;

import io.hatchery.protocol.FleetEvent;
import io.hatchery.protocol.Outcome;
import io.hatchery.protocol.Verb;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Generation;
import io.hatchery.spec.Payload;
import io.hatchery.spec.SpecChange;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What happens to a container, as a total and pure function: every input has an answer in every state, and the same two always
 * get the same. The rules are listed in docs/architecture.md.
 */
public final class Lifecycle {
    private Lifecycle() {}

    /**
     * One step.
     *
     * @param now the time of the input, never before that of the last one
     */
    public static Transition step(ContainerState state, Input input, Instant now) {
        var turn = new Turn(state, now);
        switch (input) {
            case Input.SpecArrived arrived -> specArrived(turn, arrived.spec());
            case Input.SpecRemoved removed -> specRemoved(turn, removed);
            case Input.RemovalOvertaken overtaken -> removalOvertaken(turn, overtaken);
            case Input.CommandArrived arrived -> commandArrived(turn, arrived);
            case Input.Due due -> due(turn);
            case Input.Removed removed -> removed(turn, removed.removal(), null);
            case Input.NotRemoved failed -> removed(turn, failed.removal(), failed.reason());
            case Input.NotDefined failed -> turn.state = turn.state.withReason(failed.reason());
            case Input.FetchTried tried -> notFetched(turn, tried.spec(), tried.trouble());
            case Input.BegunOutside begun -> Outside.begun(turn);
            case Input.StopAskedOutside asked -> Outside.stopAsked(turn, asked.run());
            case Input.Adopted adopted -> RunWord.adopted(turn, adopted.observation());
            default -> RunWord.answer(turn, input);
        }
        return turn.done();
    }

    private static void specArrived(Turn turn, ContainerSpec spec) {
        ContainerSpec before = turn.state.spec();
        if (before != null && !spec.generation().isAfter(before.generation())) {
            return;
        }
        turn.state = turn.state.withSpec(spec);
        expire(turn);
        if (turn.state.removal() == null) {
            turn.effect(new Effect.Define(spec));
            if (before == null) {
                newlyArrived(turn, spec);
            } else if (turn.state.life() instanceof Life.Active active) {
                changed(turn, active, spec);
            }
        }
        beginWaiting(turn);
    }

    private static void newlyArrived(Turn turn, ContainerSpec spec) {
        if (spec.autoStart() && turn.state.life() instanceof Life.Resting) {
            turn.state = turn.state.withWanted(true).withRestarts(0);
            Starts.launch(turn, true);
        }
    }

    static void changed(Turn turn, Life.Active active, ContainerSpec spec) {
        boolean restart = SpecChange.between(active.spec(), spec).needsRestart();
        if (!restart) {
            Starts.applyLive(turn, active, spec);
        } else if (active instanceof Life.Running running && turn.state.wanted() && spec.isReloadOf(running.spec())) {
            turn.effect(new Effect.Reload(running.run(), spec));
        } else if (relaunches(turn, active, spec)) {
            if (isAnotherSystem(active, spec)) {
                turn.effect(new Effect.Fetch(active.run(), spec));
            } else {
                relaunch(turn);
            }
        }
    }

    private static boolean relaunches(Turn turn, Life.Active active, ContainerSpec spec) {
        return spec.restartIfChanged() && turn.state.wanted() && !(active instanceof Life.Ending);
    }

    private static boolean isAnotherSystem(Life.Active active, ContainerSpec spec) {
        return spec.payload() instanceof Payload.SystemPath
                && !spec.payload().equals(active.spec().payload());
    }

    private static void relaunch(Turn turn) {
        turn.state = turn.state.withRelaunch(true);
        Stops.askToStop(turn);
    }

    /** A run is ended for another system only once that is there: a cache that is away takes no container down. */
    static void fetched(Turn turn, Life.Active active, ContainerSpec spec) {
        if (spec.equals(turn.state.spec()) && relaunches(turn, active, spec)) {
            turn.state = turn.state.withReason(null);
            relaunch(turn);
        }
    }

    static void notFetched(Turn turn, ContainerSpec spec, @Nullable String reason) {
        if (spec.equals(turn.state.spec()) && turn.state.life() instanceof Life.Active) {
            turn.state = turn.state.withReason(reason);
        }
    }

    /** A runner that comes back fetches what the last one had begun to. */
    static void fetchAgain(Turn turn, Life.Active active) {
        ContainerSpec newest = turn.state.spec();
        if (newest != null
                && !turn.state.relaunch()
                && newest.generation().isAfter(active.spec().generation())
                && !newest.isReloadOf(active.spec())
                && isAnotherSystem(active, newest)
                && relaunches(turn, active, newest)) {
            turn.effect(new Effect.Fetch(active.run(), newest));
        }
    }

    private static void specRemoved(Turn turn, Input.SpecRemoved removed) {
        if (turn.state.jobs().stream().anyMatch(job -> job.id().equals(removed.id()))) {
            return;
        }
        ContainerSpec spec = turn.state.spec();
        String root = spec == null ? removed.root() : spec.root();
        turn.add(new Job(
                removed.id(), Verb.REMOVE, removed.by(), removed.submitted(), null, null, true, null, List.of()));
        turn.effect(new Effect.Publish(new FleetEvent.Accepted(
                removed.id(), Verb.REMOVE, turn.state.container(), turn.state.host(), turn.now)));
        turn.conclude(
                job -> job.begun() ? job.wantsStart() : waitsInVain(job, removed.upTo()),
                Outcome.SUPERSEDED,
                "the container was deleted from host " + turn.state.host());
        ContainerState.Removal underWay = turn.state.removal();
        turn.state = turn.state.withWanted(false).withSpec(null);
        if (underWay != null) {
            removeMore(turn, underWay, root, removed.purge());
            return;
        }
        if (root != null) {
            turn.state = turn.state.withRemoval(new ContainerState.Removal(root, removed.purge()));
        }
        if (turn.state.removal() == null) {
            turn.conclude(job -> job.verb() == Verb.REMOVE, Outcome.COMPLETED, "the host had nothing of it");
        } else {
            Stops.askToStop(turn);
            Stops.removeIfResting(turn);
        }
    }

    private static boolean waitsInVain(Job job, @Nullable Generation upTo) {
        return upTo == null || job.generation() == null || !job.generation().isAfter(upTo);
    }

    /** The answer to the removal under way shows that this one asks for more. What was to be purged is, whoever is next. */
    private static void removeMore(Turn turn, ContainerState.Removal underWay, @Nullable String root, boolean purge) {
        if (root == null || root.equals(underWay.root())) {
            boolean either = purge || underWay.purge();
            turn.state = turn.state.withRemoval(new ContainerState.Removal(underWay.root(), either));
        } else if (!underWay.purge()) {
            turn.state = turn.state.withRemoval(new ContainerState.Removal(root, purge));
        } else if (purge) {
            Job last = turn.state.jobs().getLast();
            turn.conclude(
                    last::equals,
                    Outcome.FAILED,
                    "its root " + root + " is not purged, for " + underWay.root()
                            + " of the same container is being removed: remove it by hand");
        }
    }

    private static void removalOvertaken(Turn turn, Input.RemovalOvertaken overtaken) {
        if (turn.state.jobs().stream().noneMatch(job -> job.id().equals(overtaken.id()))) {
            turn.forgo(
                    overtaken.id(),
                    Verb.REMOVE,
                    overtaken.by(),
                    overtaken.submitted(),
                    Outcome.SUPERSEDED,
                    "the container was defined again before host " + turn.state.host() + " read of its removal");
        }
    }

    /** {@code failure} is null if nothing is left. */
    private static void removed(Turn turn, ContainerState.Removal done, @Nullable String failure) {
        ContainerState.Removal asked = turn.state.removal();
        if (asked == null || !(turn.state.life() instanceof Life.Resting)) {
            return; // answered before
        }
        if (!asked.equals(done)) {
            Stops.removeIfResting(turn);
            return;
        }
        if (failure == null) {
            turn.step("removed", job -> job.verb() == Verb.REMOVE);
            turn.conclude(job -> job.verb() == Verb.REMOVE, Outcome.COMPLETED, null);
        } else {
            turn.conclude(job -> job.verb() == Verb.REMOVE, Outcome.FAILED, failure);
        }
        afterRemoval(turn);
    }

    private static void afterRemoval(Turn turn) {
        turn.state = turn.state.withRemoval(null).withRestarts(0).withExit(null).withReason(null);
        turn.live(new Life.Resting(false));
        ContainerSpec spec = turn.state.spec();
        if (spec != null) {
            turn.effect(new Effect.Define(spec));
            newlyArrived(turn, spec);
            beginWaiting(turn);
        } else {
            turn.conclude(Job::begun, Outcome.COMPLETED, "the container was deleted");
        }
    }

    private static void commandArrived(Turn turn, Input.CommandArrived arrived) {
        var command = arrived.command();
        if (turn.state.jobs().stream().anyMatch(job -> job.id().equals(arrived.id()))) {
            return;
        }
        Instant deadline = command.deadline();
        if (deadline != null && !turn.now.isBefore(deadline)) {
            turn.refuse(
                    arrived.id(),
                    command.command(),
                    command.by(),
                    arrived.submitted(),
                    "it expired at " + deadline + ", before the runner could begin it");
            return;
        }
        var job = new Job(
                arrived.id(),
                command.command(),
                command.by(),
                arrived.submitted(),
                command.generation(),
                deadline,
                false,
                null,
                List.of());
        boolean waits = waits(turn, job);
        if (!waits && (turn.state.spec() == null || turn.state.removal() != null)) {
            turn.refuse(
                    arrived.id(),
                    command.command(),
                    command.by(),
                    arrived.submitted(),
                    "host " + turn.state.host() + " has no container " + turn.state.container()
                            + ": define it first, or send the command to its host");
            return;
        }
        turn.effect(new Effect.Publish(
                new FleetEvent.Accepted(job.id(), job.verb(), turn.state.container(), turn.state.host(), turn.now)));
        Job accepted = job.afterStep(waits ? "waits for generation " + job.generation() : "accepted", turn.now);
        turn.add(accepted);
        if (!waits) {
            begin(turn, accepted);
        }
    }

    private static boolean waits(Turn turn, Job job) {
        ContainerSpec spec = turn.state.spec();
        return job.generation() != null && (spec == null || job.generation().isAfter(spec.generation()));
    }

    private static void beginWaiting(Turn turn) {
        for (Job job : turn.state.jobs()) {
            if (!job.begun() && !waits(turn, job) && turn.state.removal() == null) {
                begin(turn, job);
            }
        }
    }

    private static void begin(Turn turn, Job job) {
        turn.replace(job, job.asBegun());
        switch (job.verb()) {
            case START -> Starts.start(turn);
            case RESTART -> Starts.restart(turn);
            case STOP -> Stops.stop(turn, job);
            case KILL -> Stops.kill(turn, job);
            case REMOVE -> throw new IllegalArgumentException("remove is not a command");
        }
    }

    private static void expire(Turn turn) {
        turn.conclude(
                job -> !job.begun() && job.deadline() != null && !turn.now.isBefore(job.deadline()),
                Outcome.REJECTED,
                "it expired while it waited for its spec");
    }

    private static void due(Turn turn) {
        expire(turn);
        Instant due = turn.state.life().due();
        if (due == null || turn.now.isBefore(due)) {
            return;
        }
        switch (turn.state.life()) {
            case Life.Backoff backoff -> Starts.launch(turn, true);
            case Life.Starting starting -> Starts.startTimedOut(turn, starting);
            case Life.Stopping stopping -> Stops.escalate(turn, stopping);
            case Life.Resting r -> {}
            case Life.Preparing p -> {}
            case Life.Running r -> {}
            case Life.Ending e -> {}
        }
    }
}
