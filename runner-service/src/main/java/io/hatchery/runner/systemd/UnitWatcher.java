package io.hatchery.runner.systemd;

import io.hatchery.protocol.Exit;
import io.hatchery.protocol.Initiator;
import io.hatchery.runner.context.BlockingWork;
import io.hatchery.runner.context.Timers;
import io.hatchery.runner.driver.Driver;
import io.hatchery.runner.lifecycle.Input;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.vertx.core.AsyncResult;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the units of containers and reports each change once. A signal of systemd only causes a look at the unit: the report follows
 * from the state that is found. All calls come on one context.
 */
final class UnitWatcher {
    private static final Logger LOG = LoggerFactory.getLogger(UnitWatcher.class);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(200);
    private static final Duration RECONNECT = Duration.ofSeconds(1);

    private final BlockingWork work;
    private final Timers timers;
    private final Clock clock;
    private final SystemdBus bus;
    private final UnitFiles units;
    private final Driver.DriverListener listener;
    private final Map<ContainerName, WatchedUnit> watched = new HashMap<>();

    /** A run and the time that the unit runs for it. */
    private static final class BoundRun {
        final long run;
        final String invocation;
        final Duration settle;
        boolean stopping;
        boolean reportedLeader;
        boolean reportedReady;
        boolean reportedStop;

        BoundRun(long run, String invocation, Duration settle) {
            this.run = run;
            this.invocation = invocation;
            this.settle = settle;
        }
    }

    private static final class WatchedUnit {
        final ContainerName container;

        @Nullable
        ContainerSpec spec;

        @Nullable
        BoundRun bound;

        long lastRun;

        boolean looking;
        boolean lookAgain;

        WatchedUnit(ContainerName container) {
            this.container = container;
        }
    }

    /** {@code ended}, {@code failure} and {@code lastOutput}, that of a failed exit, are null if there are none. */
    private record SeenUnit(
            UnitState state,
            OptionalLong leader,
            UnitState.@Nullable UnitExit ended,
            @Nullable String failure,
            @Nullable String lastOutput) {}

    /**
     * @param onContext runs something on the context of all calls
     */
    UnitWatcher(
            BlockingWork work,
            Timers timers,
            Clock clock,
            SystemdBus bus,
            UnitFiles units,
            Consumer<Runnable> onContext,
            Driver.DriverListener listener)
            throws IOException {
        this.work = work;
        this.timers = timers;
        this.clock = clock;
        this.bus = bus;
        this.units = units;
        this.listener = listener;
        bus.listen(new SystemdBus.UnitListener() {
            @Override
            public void changed(ContainerName container) {
                onContext.accept(() -> look(container));
            }

            @Override
            public void jobDone(ContainerName container) {
                onContext.accept(() -> UnitWatcher.this.jobDone(container));
            }

            @Override
            public void lost() {
                onContext.accept(UnitWatcher.this::reconnect);
            }
        });
    }

    private void reconnect() {
        List<ContainerName> all = List.copyOf(watched.keySet());
        if (all.isEmpty()) {
            return;
        }
        work.begin(() -> bus.state(all.getFirst())).onComplete(answer -> {
            if (answer.succeeded()) {
                all.forEach(this::look);
            } else {
                LOG.warn(
                        "the host's systemd is out of reach, containers run on: {}",
                        answer.cause().getMessage());
                Runnable _ = timers.later(RECONNECT, this::reconnect);
            }
        });
    }

    /** Accepts a spec: a start on the host is reported from now on. */
    void define(ContainerSpec spec) {
        entry(spec.name()).spec = spec;
    }

    private WatchedUnit entry(ContainerName container) {
        return watched.computeIfAbsent(container, WatchedUnit::new);
    }

    /** Stops the reports about the container. */
    void forget(ContainerName container) {
        watched.remove(container);
    }

    /** That time of the unit is the run's, which is ready once it has been active for so long. */
    void bind(ContainerName container, long run, String invocation, Duration settle) {
        WatchedUnit entry = entry(container);
        entry.bound = new BoundRun(run, invocation, settle);
        entry.lastRun = run;
        // A little later, so that the run is known to the listener before its events.
        Runnable _ = timers.later(LOOK_AGAIN, () -> look(container));
    }

    /** Stops the reports about the run. */
    void unbind(ContainerName container, long run) {
        WatchedUnit entry = watched.get(container);
        if (entry != null && entry.bound != null && entry.bound.run == run) {
            entry.bound = null;
        }
    }

    /** The fleet is about to stop the run: its end is no stop by the host. */
    void stopping(ContainerName container, long run) {
        WatchedUnit entry = watched.get(container);
        if (entry != null && entry.bound != null && entry.bound.run == run) {
            entry.bound.stopping = true;
        }
    }

    /** A job that leaves a unit as it was, at rest, was a stop: one that waits to be started again is not to be any more. */
    private void jobDone(ContainerName container) {
        WatchedUnit entry = watched.get(container);
        if (entry == null || entry.bound != null) {
            return;
        }
        work.begin(() -> bus.state(container)).onComplete(state -> {
            if (state.failed()) {
                LOG.warn("{}: {}", container, state.cause().getMessage());
            } else if (entry.bound == null && state.result().isSettled()) {
                listener.happened(container, new Input.StopRequestedExternally(entry.lastRun));
            }
        });
    }

    void look(ContainerName container) {
        WatchedUnit entry = watched.get(container);
        if (entry == null) {
            return;
        }
        if (entry.looking) {
            entry.lookAgain = true;
            return;
        }
        entry.looking = true;
        BoundRun bound = entry.bound;
        work.begin(() -> see(container, bound)).onComplete(seen -> looked(entry, bound, seen));
    }

    private SeenUnit see(ContainerName container, @Nullable BoundRun bound) throws IOException {
        UnitState state = bus.state(container);
        if (bound == null) {
            return new SeenUnit(state, OptionalLong.empty(), null, null, null);
        }
        boolean mine = state.invocation().equals(bound.invocation);
        OptionalLong leader =
                mine && state.isBegun() && !bound.reportedLeader ? bus.leader(container) : OptionalLong.empty();
        if (mine && !state.isSettled()) {
            return new SeenUnit(state, leader, null, null, null);
        }
        var ended = units.ended(container, bound.invocation)
                .orElseGet(() -> new UnitState.UnitExit(new Exit(Exit.UNKNOWN, clock.instant()), false, false));
        boolean unexplained = ended.exit().status() != 0 && !(bound.stopping && bound.reportedReady);
        return new SeenUnit(
                state,
                leader,
                ended,
                units.failure(container, bound.invocation).orElse(null),
                unexplained ? JournalTail.of(container, bound.invocation).orElse(null) : null);
    }

    private void looked(WatchedUnit entry, @Nullable BoundRun bound, AsyncResult<SeenUnit> seen) {
        entry.looking = false;
        if (watched.get(entry.container) != entry) {
            return;
        }
        if (seen.failed()) {
            LOG.warn("{}: {}", entry.container, seen.cause().getMessage());
            Runnable _ = timers.later(RECONNECT, () -> look(entry.container));
        } else if (entry.bound == bound) {
            if (bound == null) {
                unbound(entry, seen.result().state);
            } else {
                report(entry, bound, seen.result());
            }
        }
        if (entry.lookAgain) {
            entry.lookAgain = false;
            look(entry.container);
        }
    }

    private void unbound(WatchedUnit entry, UnitState state) {
        if (state.isBegun() && entry.spec != null) {
            listener.happened(entry.container, new Input.StartedExternally());
        }
    }

    private void report(WatchedUnit entry, BoundRun bound, SeenUnit seen) {
        ContainerName container = entry.container;
        UnitState state = seen.state;
        boolean mine = state.invocation().equals(bound.invocation);
        if (seen.leader.isPresent()) {
            bound.reportedLeader = true;
            listener.happened(container, new Input.LeaderKnown(bound.run, seen.leader.getAsLong()));
        }
        if (mine && state.isReady() && !bound.reportedReady) {
            tellReady(entry, bound, seen);
        }
        UnitState.UnitExit ended = seen.ended;
        boolean stopped = ended == null
                ? state.isBeingStopped()
                // systemd unloads an inactive unit, and its last invocation with it.
                : (mine || state.invocation().isEmpty())
                        && entry.spec != null
                        && state.wasStopped(entry.spec.restart(), ended);
        if (stopped && !bound.stopping && !bound.reportedStop) {
            bound.reportedStop = true;
            listener.happened(container, new Input.StopRequestedExternally(bound.run));
        }
        if (ended != null) {
            entry.bound = null;
            listener.happened(container, end(entry, bound, ended, seen));
        } else if (mine && state.isBegun() && !bound.reportedLeader) {
            Runnable _ = timers.later(LOOK_AGAIN, () -> look(container)); // nspawn registers with machined soon
        }
    }

    /** Reports readiness once the run has lived for its early exit window. */
    private void tellReady(WatchedUnit entry, BoundRun bound, SeenUnit seen) {
        Duration active =
                Duration.ofNanos(System.nanoTime()).minus(Duration.of(seen.state.wasActive(), ChronoUnit.MICROS));
        if (seen.ended != null) {
            Instant activeSince = clock.instant().minus(active);
            active = Duration.between(activeSince, seen.ended.exit().at());
        }
        Duration left = bound.settle.minus(active);
        if (!left.isPositive()) {
            bound.reportedReady = true;
            listener.happened(entry.container, new Input.Ready(bound.run));
        } else if (seen.ended == null) {
            Runnable _ = timers.later(left.plusMillis(1), () -> look(entry.container));
        }
    }

    private static Input end(WatchedUnit entry, BoundRun bound, UnitState.UnitExit ended, SeenUnit seen) {
        if (seen.failure != null && !bound.reportedReady) {
            return new Input.LaunchFailed(bound.run, seen.failure);
        }
        if (ended.timedOut() && !bound.reportedReady && entry.spec != null) {
            String late = "it was not ready within its startTimeout of " + entry.spec.startTimeout();
            return new Input.LaunchFailed(bound.run, seen.lastOutput == null ? late : late + ": " + seen.lastOutput);
        }
        // Whatever happens inside, nspawn exits: that it is killed comes from its host.
        Initiator initiator = ended.killed() && !bound.stopping ? Initiator.HOST : null;
        return new Input.Exited(bound.run, ended.exit().status(), ended.exit().at(), seen.lastOutput, initiator);
    }
}
