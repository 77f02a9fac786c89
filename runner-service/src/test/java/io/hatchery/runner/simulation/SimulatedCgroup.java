package io.hatchery.runner.simulation;

import io.hatchery.runner.cgroup.Cgroups;
import io.hatchery.runner.context.BlockingWork;
import io.hatchery.runner.context.Timers;
import io.hatchery.runner.direct.HostAccess;
import io.hatchery.runner.direct.HostAccessBuilder;
import io.hatchery.runner.direct.Launcher;
import io.hatchery.runner.driver.Roots;
import io.hatchery.runner.plan.SetupStep;
import io.hatchery.runner.process.ProcessRef;
import io.hatchery.runner.process.Processes;
import io.hatchery.runner.simulation.SimulatedProcesses.One;
import io.hatchery.runner.simulation.SimulatedProcesses.Role;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Signal;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;

/** A host as the driver of one runner process finds it. What it does there is looked at: it may do nothing without a reason. */
final class SimulatedCgroup implements BlockingWork, Processes, Cgroups, Launcher, Roots {
    private static final long SOONEST = 500;
    private static final long LATEST = 40_000;
    private static final long LATE_BEGIN = 9_000_000;

    private final World world;
    private final SimulatedHost host;
    private final World.Actor process;
    private final Edge edge;
    private final Mutation mutation;

    SimulatedCgroup(World world, SimulatedHost host, World.Actor process, Edge edge, Mutation mutation) {
        this.world = world;
        this.host = host;
        this.process = process;
        this.edge = edge;
        this.mutation = mutation;
    }

    HostAccess outside(Timers timers) {
        return HostAccessBuilder.builder()
                .work(this)
                .timers(timers)
                .clock(host.clock())
                .processes(this)
                .cgroups(this)
                .folders(host.folders().seenBy(process, edge, mutation))
                .launcher(this)
                .roots(this)
                .build();
    }

    @Override
    public <T> Future<T> begin(Callable<T> task) {
        edge.check();
        Promise<T> promise = Promise.promise();
        world.after(world.between(SOONEST, LATEST), process, "", () -> {
            try {
                T result = task.call();
                world.after(world.between(SOONEST, LATEST), process, "", () -> promise.complete(result));
            } catch (Exception e) {
                world.after(world.between(SOONEST, LATEST), process, "fails: " + e.getMessage(), () -> promise.fail(e));
            }
        });
        return promise.future();
    }

    private void mayFail(Fault fault, String how) throws IOException {
        if (world.happens(fault)) {
            throw new IOException(how);
        }
    }

    @Override
    public Optional<ProcessRef> of(long pid) {
        edge.check();
        return Optional.ofNullable(host.processes().of(pid)).map(One::ref);
    }

    @Override
    public List<Long> namespaced(long pid) {
        edge.check();
        One one = host.processes().of(pid);
        return one == null ? List.of() : one.namespaced();
    }

    @Override
    public boolean isAlive(ProcessRef ref) {
        return mutation == Mutation.STALE_PID_TRUSTED ? of(ref.pid()).isPresent() : Processes.super.isAlive(ref);
    }

    @Override
    public boolean send(ProcessRef ref, Signal signal) {
        edge.before("sends " + signal + " to " + ref);
        One one = host.processes().of(ref.pid());
        if (one == null || !one.ref().equals(ref)) {
            return false;
        }
        world.check(one.run() != null, () -> "a stranger is signalled: " + ref);
        Run run = one.run();
        if (run != null) {
            signal(run, one, signal);
        }
        edge.afterwards("sends " + signal + " to " + ref);
        return true;
    }

    private void signal(Run run, One one, Signal signal) {
        world.note("signal " + signal + " to the " + one.role() + " of " + run);
        if (signal.equals(Signal.KILL)) {
            kill(run, one);
        } else if (one.role() == Role.NSPAWN) {
            terminate(run);
        } else {
            ask(run, one, mutation == Mutation.SIGNAL_TO_THE_CGROUP ? 2 : 1);
        }
    }

    private void ask(Run run, One one, int processes) {
        world.check(one.role() == Role.INIT, () -> "a stop signals the " + one.role() + " of " + run);
        world.check(run.signalledAt == Run.NEVER || !run.alive, () -> "signalled twice: " + run);
        world.check(processes == 1, () -> "a stop signals " + processes + " processes of " + run);
        run.signalledAt = world.now();
        supervisor(run).asked();
    }

    private void terminate(Run run) {
        if (mutation != Mutation.NO_ESCALATION) {
            host.check(reasons -> reasons.terminated(run));
            world.check(run.terminatedAt == Run.NEVER, () -> "terminated twice: " + run);
            run.terminatedAt = world.now();
            supervisor(run).terminated();
        }
    }

    private void kill(Run run, One one) {
        if (mutation != Mutation.NO_ESCALATION) {
            host.check(reasons -> reasons.killed(run));
            run.killedAt = world.now();
            supervisor(run).killed(one);
        }
    }

    private static SimulatedSupervisor supervisor(Run run) {
        if (run.supervisor == null) {
            throw new IllegalStateException("it has no processes: " + run);
        }
        return run.supervisor;
    }

    private static Set<Long> pids(List<One> processes) {
        return processes.stream().map(one -> one.ref().pid()).collect(Collectors.toSet());
    }

    private List<One> all(ContainerName container) {
        edge.check();
        Run run = host.living(container);
        if (run == null) {
            return List.of();
        }
        var all = new ArrayList<>(supervisor(run).nspawn());
        all.addAll(supervisor(run).payload());
        return all;
    }

    @Override
    public Set<Long> processes(ContainerName container) {
        return pids(all(container));
    }

    @Override
    public Set<Long> payload(ContainerName container) {
        edge.check();
        Run run = host.living(container);
        if (run == null) {
            return Set.of();
        }
        if (run.signalTriedAt == Run.NEVER) {
            host.check(reasons -> reasons.signalled(run));
            run.signalTriedAt = world.now();
            if (world.happens(Fault.LEADER_NOT_FOUND)) {
                run.leaderHidden = true;
            }
        }
        return run.leaderHidden ? Set.of() : pids(supervisor(run).payload());
    }

    @Override
    public Set<Long> supervisor(ContainerName container) {
        edge.check();
        Run run = host.living(container);
        return run == null ? Set.of() : pids(supervisor(run).nspawn());
    }

    @Override
    public void kill(ContainerName container) {
        edge.before("kills the group of " + container);
        if (host.killsGroups()) {
            for (One one : all(container)) {
                kill(run(one), one);
            }
        }
        edge.afterwards("kills the group of " + container);
    }

    private static Run run(One one) {
        Run run = one.run();
        if (run == null) {
            throw new IllegalStateException("a stranger in a container's group: " + one);
        }
        return run;
    }

    @Override
    public void remove(ContainerName container) throws IOException {
        edge.before("removes the group of " + container);
        host.leftBehind.add(container);
        mayFail(Fault.CLEAN_UP_FAILS, "its control group cannot be removed");
        host.leftBehind.remove(container);
        Run living = host.living(container);
        world.check(living == null, () -> "cleaned up under its processes: " + living);
        host.cgroups.remove(container);
        edge.afterwards("removes the group of " + container);
    }

    @Override
    public boolean exists(ContainerName container) {
        return host.cgroups.contains(container);
    }

    @Override
    public void reload(ContainerSpec spec, long leader) {
        throw new IllegalStateException("nothing here has a system to switch");
    }

    @Override
    public void launch(ContainerSpec spec, long number) throws IOException {
        edge.before("spawns run " + number + " of " + spec.name());
        host.cgroups.add(spec.name());
        host.groupsMadeAt.put(spec.name(), world.now());
        mayFail(Fault.SPAWN_FAILS, world.random.nextBoolean() ? "error=2, No such file" : "error=11, EAGAIN");
        Run run = host.begin(spec, number);
        // A supervisor waits for its turn on a busy host, while its runner may end and be started again.
        long begin = world.between(SOONEST, world.random.nextInt(10) == 0 ? LATE_BEGIN : LATEST);
        boolean never = world.happens(Fault.SUPERVISOR_NEVER_BEGINS);
        run.beginsLate = never || begin > LATEST;
        if (!never) {
            world.after(begin, host.boot(), "", new SimulatedSupervisor(world, host, run)::begin);
        }
        edge.afterwards("spawns run " + number + " of " + spec.name());
    }

    @Override
    public void check(ContainerSpec spec, Expected expected) {}

    @Override
    public void prepare(ContainerSpec spec) throws IOException {
        edge.before("prepares " + spec.name());
        mayFail(Fault.PREPARE_FAILS, "the host has no such directory");
        Run living = host.living(spec.name());
        world.check(living == null, () -> "a root is prepared under " + living);
        host.roots.putIfAbsent(spec.root(), world.now());
        edge.afterwards("prepares " + spec.name());
    }

    @Override
    public void removeAbandonedCopies(String root) {
        edge.check();
    }

    @Override
    public void removeForwards(List<SetupStep.RemoveForward> forwards) {}

    @Override
    public void removeConsole(ContainerName container) throws IOException {
        edge.before("removes the console of " + container);
        Run living = host.living(container);
        world.check(living == null, () -> "removed under its processes: " + living);
        mayFail(Fault.REMOVE_FAILS, "its console is a directory");
    }

    @Override
    public void purge(String root) {
        edge.before("purges " + root);
        host.roots.remove(root);
        edge.afterwards("purges " + root);
    }
}
