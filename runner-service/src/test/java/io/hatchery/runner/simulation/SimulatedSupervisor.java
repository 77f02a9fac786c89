package io.hatchery.runner.simulation;

import io.hatchery.runner.simulation.SimulatedProcesses.One;
import io.hatchery.runner.simulation.SimulatedProcesses.Role;
import io.hatchery.spec.Readiness;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What {@code hatchery-supervisor supervise} does for a run, and what nspawn and the container under it do. It depends on no runner. */
final class SimulatedSupervisor {
    private static final long SOONEST = 200;
    private static final long LATEST = 20_000;
    private static final long LONGEST_START = 8_000_000;
    private static final long LONGEST_STOP = 4_000_000;
    private static final long LONGEST_LIFE = 300_000_000;
    private static final int[] STATUSES = {0, 1, 7, 133, 137};
    private static final int FAILED = 255;
    private static final int KILLED = 137;
    private static final long INIT = 1;
    private static final long DAEMON = 20;

    private final World world;
    private final SimulatedHost host;
    private final World.Actor boot;
    private final SimulatedProcesses processes;
    private final SimulatedFolders.Key folder;
    private final Run run;
    private @Nullable One self;
    private List<One> payload = List.of();
    private @Nullable One nspawn;
    private boolean ending;

    SimulatedSupervisor(World world, SimulatedHost host, Run run) {
        this.world = world;
        this.host = host;
        this.boot = host.boot();
        this.processes = host.processes();
        this.run = run;
        this.folder = new SimulatedFolders.Key(run.spec.name(), run.number);
    }

    void begin() {
        if (host.folders().link(folder, "claim", "supervisor")) {
            run.claimed = true;
            self = processes.begin(run, Role.SUPERVISOR, 0);
            soon(this::recordPid);
        }
    }

    private void soon(Runnable what) {
        later(world.between(SOONEST, LATEST), what);
    }

    private void later(long micros, Runnable what) {
        world.after(micros, boot, "", what);
    }

    private boolean lives() {
        return self != null && processes.isAlive(self);
    }

    private void recordPid() {
        if (self != null
                && note("supervisor", self.ref().pid() + " " + self.ref().startTime())) {
            if (world.happens(Fault.SUPERVISOR_KILLED)) {
                later(world.between(SOONEST, LONGEST_LIFE), this::killed);
            }
            soon(this::fork);
        }
    }

    private void killed() {
        if (lives() && run.status == null) {
            world.note("the supervisor of " + run + " is killed");
            run.supervisorKilled = true;
            run.endedAt = run.alive ? Run.NEVER : world.now();
            end(self);
        }
    }

    private void end(@Nullable One one) {
        if (one != null) {
            processes.end(one);
        }
    }

    /** Without its folder it kills the container: it could not record the exit. */
    private boolean note(String name, String text) {
        if (!lives()) {
            return false;
        }
        Instant at = host.folders().note(folder, name, text);
        if (at == null) {
            end(self);
            endRun(KILLED);
            return false;
        }
        if (name.equals("exit")) {
            run.endedByTheClock = at;
        }
        return true;
    }

    private void fork() {
        if (!lives()) {
            return;
        }
        if (!host.cgroups.contains(run.spec.name())) {
            run.status = FAILED;
            run.endedAt = world.now();
            soon(this::recordExit);
            return;
        }
        Run other = host.living(run.spec.name());
        world.check(other == null, () -> "two supervised programs: " + run + " beside " + other);
        world.check(
                host.onDisk("specs/" + run.spec.name() + ".json") != null
                        || host.onDisk("specs/" + run.spec.name() + ".removal.json") != null,
                () -> "a host that starts without a broker would not know the spec of " + run);
        host.check(reasons -> reasons.begins(run));
        run.alive = true;
        run.spawnedAt = world.now();
        nspawn = processes.begin(run, Role.NSPAWN, 0);
        One init = processes.begin(run, Role.INIT, INIT);
        payload = List.of(init, processes.begin(run, Role.DAEMON, DAEMON));
        run.leader = init.ref().pid();
        run.supervisor = this;
        world.note(host.name() + " spawns " + run);
        soon(() -> note("leader", init.ref().pid() + " " + init.ref().startTime()));
        live();
    }

    private void live() {
        run.hangsAtStart = SimulatedSystems.hangs(run.spec) || world.happens(Fault.HANGS_AT_START);
        run.readinessLost = world.happens(Fault.READINESS_LOST);
        run.hangsAtStop = world.happens(Fault.HANGS_AT_STOP);
        run.ignoresTerm = world.happens(Fault.IGNORES_SIGTERM);
        if (world.happens(Fault.EXITS_AT_ONCE)) {
            later(world.between(LATEST, 100_000), () -> endRun(1));
            return;
        }
        boolean waits = run.spec.readiness() == Readiness.NOTIFY;
        if (!(waits && (run.hangsAtStart || run.readinessLost))) {
            later(waits ? world.between(50_000, LONGEST_START) : LATEST, () -> {
                if (run.alive && note("ready", "ready")) {
                    run.readyAt = world.now();
                }
            });
        }
        if (world.happens(Fault.EXITS_BY_ITSELF)) {
            int status = STATUSES[world.random.nextInt(STATUSES.length)];
            later(world.between(100_000, LONGEST_LIFE), () -> endRun(status));
        }
    }

    private void endRun(int status) {
        if (run.alive) {
            run.alive = false;
            run.status = status;
            run.endedAt = world.now();
            world.note(host.name() + ": " + run);
            end(nspawn);
            payload.forEach(this::end);
            soon(this::recordExit);
        }
    }

    private void recordExit() {
        if (note("exit", String.valueOf(run.status))) {
            soon(() -> end(self));
        }
    }

    /** The processes in its control group, of those nspawn alone or its payload. */
    List<One> nspawn() {
        return nspawn == null ? List.of() : alive(List.of(nspawn));
    }

    List<One> payload() {
        return alive(payload);
    }

    private List<One> alive(List<One> some) {
        return some.stream().filter(processes::isAlive).toList();
    }

    /** Its init was asked to halt. */
    void asked() {
        if (run.isReady() && !run.hangsAtStop) {
            later(world.between(10_000, LONGEST_STOP), () -> endRun(0));
        }
    }

    void terminated() {
        if (!run.ignoresTerm) {
            later(world.between(10_000, LONGEST_STOP), () -> endRun(0));
        }
    }

    /** One of its processes is killed; with its init or its nspawn all end. */
    void killed(One process) {
        if (process.role() == Role.DAEMON) {
            end(process);
        } else if (!ending) {
            ending = true;
            later(world.between(SOONEST, LATEST), () -> endRun(KILLED));
        }
    }
}
