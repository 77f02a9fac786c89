package io.hatchery.runner.simulation;

import io.hatchery.protocol.Exit;
import io.hatchery.runner.lifecycle.ContainerState.Removal;
import io.hatchery.runner.lifecycle.Input;
import io.hatchery.runner.lifecycle.Observation;
import io.hatchery.runner.nspawn.Driver;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Readiness;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** What the direct driver does to a host, in a host whose processes are simulated. */
final class SimulatedDriver implements Driver {
    private static final long SOONEST = 500;
    private static final long LATEST = 40_000;
    private static final long LATE_BEGIN = 9_000_000;
    private static final long LONGEST_START = 8_000_000;
    private static final long LONGEST_STOP = 4_000_000;
    private static final long LONGEST_LIFE = 300_000_000;
    private static final Duration BEGIN_WITHIN = Duration.ofSeconds(10);
    private static final int[] STATUSES = {0, 1, 7, 133, 137};
    private static final int KILLED = 137;

    private final World world;
    private final SimulatedHost host;
    private final World.Actor process;
    private final Edge edge;
    private final Listener listener;
    private final Mutation mutation;
    private final Map<Run, Watched> watched = new HashMap<>();

    private static final class Watched {
        boolean toldLeader;
        boolean toldReady;
        boolean toldExit;
    }

    SimulatedDriver(
            World world, SimulatedHost host, World.Actor process, Edge edge, Listener listener, Mutation mutation) {
        this.world = world;
        this.host = host;
        this.process = process;
        this.edge = edge;
        this.listener = listener;
        this.mutation = mutation;
    }

    @Override
    public String name() {
        return "simulated";
    }

    private <T> Future<T> work(String what, Callable<T> work) {
        edge.before(what);
        Promise<T> promise = Promise.promise();
        world.after(world.between(SOONEST, LATEST), process, what, () -> {
            edge.before(what);
            try {
                if (mutation == Mutation.TOLD_BEFORE_DONE && world.random.nextBoolean()) {
                    promise.complete(null);
                    world.after(LATEST * world.random.nextInt(20), process, "", () -> late(work));
                    return;
                }
                T result = work.call();
                edge.afterwards(what);
                world.after(world.between(SOONEST, LATEST), process, "", () -> promise.complete(result));
            } catch (Exception e) {
                world.after(
                        world.between(SOONEST, LATEST),
                        process,
                        what + " fails: " + e.getMessage(),
                        () -> promise.fail(e));
            }
        });
        return promise.future();
    }

    private void late(Callable<?> work) {
        try {
            work.call();
        } catch (Exception e) {
            world.note("too late: " + e.getMessage());
        }
    }

    private void mayFail(Fault fault, String how) throws IOException {
        if (world.happens(fault)) {
            throw new IOException(how);
        }
    }

    @Override
    public Future<Void> prepare(ContainerSpec spec) {
        return work("prepares " + spec.name(), () -> {
            mayFail(Fault.PREPARE_FAILS, "the host has no such directory");
            Run living = host.living(spec.name());
            world.check(living == null, () -> "a root is prepared under " + living);
            host.roots.add(spec.root());
            return null;
        });
    }

    @Override
    public Future<Void> spawn(ContainerSpec spec, long number) {
        return work("spawns run " + number + " of " + spec.name(), () -> {
            Run before = host.find(spec.name(), number);
            if (before != null) {
                world.check(!before.alive, () -> "spawned twice: " + before);
                host.folders.getOrDefault(spec.name(), Map.of()).remove(number);
            }
            mayFail(Fault.SPAWN_FAILS, world.random.nextBoolean() ? "error=2, No such file" : "error=11, EAGAIN");
            Run run = host.folder(spec, number);
            watch(run);
            // A shim waits for its turn on a busy host, while its runner may end and be started again.
            long begin = world.between(SOONEST, world.random.nextInt(10) == 0 ? LATE_BEGIN : LATEST);
            boolean never = world.happens(Fault.SHIM_NEVER_BEGINS);
            run.beginsLate = never || begin > LATEST;
            if (!never) {
                world.after(begin, host.boot(), "", () -> live(run));
            }
            world.after(BEGIN_WITHIN, process, "", () -> {
                if (!run.claimed && !run.prevented && watched.containsKey(run)) {
                    run.prevented = true;
                    watched.remove(run);
                    listener.happened(spec.name(), new Input.NotStarted(number, "its shim did not begin"));
                }
            });
            return null;
        });
    }

    private void live(Run run) {
        host.beginRun(run);
        if (!run.alive) {
            return;
        }
        run.hangsAtStart = world.happens(Fault.HANGS_AT_START);
        run.readinessLost = world.happens(Fault.READINESS_LOST);
        run.hangsAtStop = world.happens(Fault.HANGS_AT_STOP);
        run.ignoresTerm = world.happens(Fault.IGNORES_SIGTERM);
        soon(() -> look(run));
        if (world.happens(Fault.EXITS_AT_ONCE)) {
            hostLater(world.between(1_000, 100_000), () -> end(run, 1));
            return;
        }
        boolean waits = run.spec.readiness() == Readiness.NOTIFY;
        if (!(waits && (run.hangsAtStart || run.readinessLost))) {
            hostLater(waits ? world.between(50_000, LONGEST_START) : 1_000, () -> {
                if (run.alive) {
                    run.readyAt = world.now();
                    toWatchers(run);
                }
            });
        }
        if (world.happens(Fault.EXITS_BY_ITSELF)) {
            int status = STATUSES[world.random.nextInt(STATUSES.length)];
            hostLater(world.between(100_000, LONGEST_LIFE), () -> end(run, status));
        }
    }

    private void hostLater(long micros, Runnable what) {
        world.after(micros, host.boot(), "", what);
    }

    private void soon(Runnable what) {
        world.after(world.between(SOONEST, LATEST), process, "", what);
    }

    private void end(Run run, int status) {
        host.end(run, status);
        toWatchers(run);
    }

    /** Whoever watches that host's runs sees it, which is not always this driver any more. */
    private void toWatchers(Run run) {
        SimulatedDriver by = host.watcher();
        by.soon(() -> by.look(run));
    }

    private void watch(Run run) {
        host.watchedBy(this);
        watched.put(run, new Watched());
    }

    private void look(Run run) {
        Watched entry = watched.get(run);
        if (entry == null) {
            return;
        }
        ContainerName container = run.spec.name();
        Long leader = run.leader;
        if (leader != null && !entry.toldLeader) {
            entry.toldLeader = true;
            listener.happened(container, new Input.LeaderKnown(run.number, leader));
        }
        if (run.isReady() && !entry.toldReady) {
            entry.toldReady = true;
            listener.happened(container, new Input.Ready(run.number));
        }
        Integer status = run.status;
        if (status != null && !entry.toldExit) {
            entry.toldExit = true;
            watched.remove(run);
            listener.happened(
                    container, new Input.Exited(run.number, status, Objects.requireNonNull(run.endedByTheClock)));
        }
    }

    @Override
    public Future<Observation> observe(ContainerName container, long number) {
        return work("looks for run " + number + " of " + container, () -> {
            Run run = host.find(container, number);
            if (mutation == Mutation.STALE_PID_TRUSTED) {
                return new Observation(true, run == null ? 1L : run.leader, true, null);
            }
            if (run == null || !run.claimed) {
                if (mutation != Mutation.BEGINNING_NOT_PREVENTED) {
                    host.prevent(container, number);
                }
                return new Observation(false, null, false, null);
            }
            if (mutation == Mutation.SIGNALLED_AGAIN && run.signalledAt != Run.NEVER) {
                signal(run, 1);
            }
            if (run.status == null) {
                watch(run);
                soon(() -> look(run));
            }
            return new Observation(true, run.leader, run.isReady(), exitOf(run));
        });
    }

    private @Nullable Exit exitOf(Run run) {
        Integer status = run.status;
        if (status == null) {
            return null;
        }
        int told = mutation == Mutation.EXIT_STATUS_LOST ? 0 : status;
        return new Exit(told, Objects.requireNonNull(run.endedByTheClock));
    }

    @Override
    public Future<Void> signalLeader(ContainerSpec spec, long number) {
        return work("signals the leader of run " + number + " of " + spec.name(), () -> {
            Run run = host.find(spec.name(), number);
            if (run == null || !run.claimed) {
                neverBegins(spec.name(), number, run);
                return null;
            }
            if (!run.alive) {
                return null;
            }
            host.judge(reasons -> reasons.signalled(run));
            run.signalTriedAt = world.now();
            run.signalledBy = spec;
            mayFail(Fault.LEADER_NOT_FOUND, "its init cannot be found in its control group");
            signal(run, mutation == Mutation.SIGNAL_TO_THE_CGROUP ? run.processes : 1);
            return null;
        });
    }

    private void neverBegins(ContainerName container, long number, @Nullable Run run) {
        host.prevent(container, number);
        watched.remove(run);
        soon(() -> listener.happened(container, new Input.NotStarted(number, "it was ended before it began")));
    }

    private void signal(Run run, int processes) {
        world.check(run.signalledAt == Run.NEVER || !run.alive, () -> "signalled twice: " + run);
        world.check(processes == 1, () -> "a stop signals " + processes + " processes of " + run);
        run.signalledAt = world.now();
        if (run.isReady() && !run.hangsAtStop) {
            hostLater(world.between(10_000, LONGEST_STOP), () -> end(run, 0));
        }
    }

    @Override
    public Future<Void> terminateSupervisor(ContainerName container, long number) {
        return work("terminates run " + number + " of " + container, () -> {
            Run run = host.find(container, number);
            if (run != null && run.alive && mutation != Mutation.NO_ESCALATION) {
                host.judge(reasons -> reasons.terminated(run));
                world.check(run.terminatedAt == Run.NEVER, () -> "terminated twice: " + run);
                run.terminatedAt = world.now();
                if (!run.ignoresTerm) {
                    hostLater(world.between(10_000, LONGEST_STOP), () -> end(run, 0));
                }
            }
            return null;
        });
    }

    @Override
    public Future<Void> kill(ContainerName container, long number) {
        return work("kills run " + number + " of " + container, () -> {
            Run run = host.find(container, number);
            if (run == null || !run.claimed) {
                neverBegins(container, number, run);
            } else if (run.alive && mutation != Mutation.NO_ESCALATION) {
                host.judge(reasons -> reasons.killed(run));
                run.killedAt = world.now();
                hostLater(world.between(SOONEST, LATEST), () -> end(run, KILLED));
            }
            return null;
        });
    }

    @Override
    public Future<Void> cleanUp(ContainerName container, long number) {
        return work("cleans up run " + number + " of " + container, () -> {
            Run run = host.find(container, number);
            if (run != null) {
                watched.remove(run);
                world.check(!run.alive, () -> "cleaned up under its processes: " + run);
                run.prevented = true;
            }
            mayFail(Fault.CLEAN_UP_FAILS, "its control group cannot be removed");
            host.cgroups.remove(container);
            host.folders.getOrDefault(container, new HashMap<>()).remove(number);
            return null;
        });
    }

    @Override
    public Future<Void> remove(ContainerName container, Removal removal) {
        return work("removes " + container, () -> {
            Run living = host.living(container);
            world.check(living == null, () -> "removed under its processes: " + living);
            mayFail(Fault.REMOVE_FAILS, "its root is busy");
            host.cgroups.remove(container);
            host.folders.remove(container);
            if (removal.purge()) {
                host.roots.remove(removal.root());
            }
            return null;
        });
    }
}
