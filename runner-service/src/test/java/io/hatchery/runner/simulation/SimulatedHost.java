package io.hatchery.runner.simulation;

import io.hatchery.runner.journal.Disk;
import io.hatchery.runner.service.HostIdentity;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.HostName;
import io.hatchery.spec.Readiness;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A machine: what it has on disk, what runs on it, and whoever starts its runner again. */
final class SimulatedHost {
    static final int HEARTBEAT_SECONDS = 10;
    static final int MOST_STARTS = 2;
    private static final long SOONEST_RESTART = 1_000;
    static final long LATEST_RESTART = 30_000_000;
    private static final long LONGEST_BOOT = 90_000_000;

    private final World world;
    private final SimulatedKafka kafka;
    private final HostName name;
    private final String machine;
    private final String zone;
    private final Mutation mutation;
    private final DiskContents data = new DiskContents();
    private DiskContents runtime = new DiskContents();
    /** Whether its runtime folder is not in memory. */
    private final boolean runtimeIsOnDisk;

    private World.Actor boot;
    private int boots;
    private int runners;
    private World.@Nullable Actor runner;
    private @Nullable SimulatedBus runnersBus;
    private long runnerSince;
    private long lastDisturbed = Run.NEVER;
    private Duration clockOffset;
    private boolean retired;
    private @Nullable Throwable refusal;
    private final boolean killsGroups;
    private SimulatedProcesses processes;
    private SimulatedFolders folders;
    private @Nullable Reasons reasons;

    /** Every run there ever was on it. */
    final List<Run> runs = new ArrayList<>();
    /** Containers that have a control group. */
    final Set<ContainerName> cgroups = new HashSet<>();
    /** When a run was last to be begun in its control group, whether that failed or not. */
    final Map<ContainerName, Long> groupsMadeAt = new HashMap<>();
    /** Containers whose removal failed because their cgroup was left. */
    final Set<ContainerName> leftBehind = new HashSet<>();
    /** By container and number, runs that are no longer starting as their runner sees it. */
    private final Set<String> startsEnded = new HashSet<>();
    /** Roots that were made ready and not purged, and when they were first. */
    final Map<String, Long> roots = new HashMap<>();

    long bootedAt;

    /**
     * @param zone its label
     * @param clockOffset how far its clock is off
     */
    SimulatedHost(
            World world,
            SimulatedKafka kafka,
            HostName name,
            String machine,
            String zone,
            Duration clockOffset,
            Mutation mutation) {
        this.world = world;
        this.kafka = kafka;
        this.name = name;
        this.machine = machine;
        this.zone = zone;
        this.mutation = mutation;
        this.clockOffset = clockOffset;
        this.boot = new World.Actor(machine + "/boot-0");
        this.killsGroups = world.random.nextBoolean();
        this.runtimeIsOnDisk = world.random.nextBoolean();
        this.processes = new SimulatedProcesses(world);
        this.folders = new SimulatedFolders(world, clock());
    }

    void checkedBy(Reasons checker) {
        reasons = checker;
    }

    /** What there must be a reason for; nobody checks a host whose runner never does anything. */
    void check(Consumer<Reasons> check) {
        if (reasons != null) {
            check.accept(reasons);
        }
    }

    HostName name() {
        return name;
    }

    String zone() {
        return zone;
    }

    World.Actor boot() {
        return boot;
    }

    SimulatedProcesses processes() {
        return processes;
    }

    SimulatedFolders folders() {
        return folders;
    }

    /** Whether its kernel kills a control group at once. */
    boolean killsGroups() {
        return killsGroups;
    }

    Clock clock() {
        return new SimulatedClock(world, () -> clockOffset);
    }

    void jumpClock(Duration by) {
        clockOffset = clockOffset.plus(by);
        world.note("-- the clock of " + machine + " jumps by " + by);
    }

    /** Its operator sets its clock right. */
    void synchronizeClock() {
        jumpClock(clockOffset.negated());
    }

    /** Whether its runner has had the time to look around. */
    boolean hasRunnerForAWhile() {
        return hasRunner() && world.now() - runnerSince > 2_000_000;
    }

    /** Whether one runner has run since then, with room on its disk. */
    boolean isUndisturbedSince(long time) {
        return time != Run.NEVER && runnerSince < time && lastDisturbed < time;
    }

    private void disturb() {
        lastDisturbed = world.now();
    }

    boolean isClockRight() {
        return clockOffset.isZero();
    }

    boolean hasRunner() {
        return runner != null && !runner.isDead();
    }

    /** Why its runner gave up last; null if it never did. */
    @Nullable
    Throwable refusal() {
        return refusal;
    }

    void startRunner() {
        var process = new World.Actor(machine + "/runner-" + runners++);
        runner = process;
        runnerSince = world.now();
        var edge = new Edge(world, process, Fault.RUNNER_KILLED_AT_AN_EDGE);
        var bus = new SimulatedBus(world, kafka, process, edge, mutation);
        runnersBus = bus;
        process.onDeath(() -> {
            bus.processEnded();
            startRunnerLater(world.between(SOONEST_RESTART, LATEST_RESTART));
        });
        if (mutation == Mutation.DEDUPLICATION_LOST) {
            data.delete("outcomes.log", true);
        }
        new RunnerProcess(world, this, process, edge, mutation)
                .start(
                        bus,
                        disk(edge, runtime),
                        disk(edge, data),
                        new HostIdentity(machine, machine + "-boot-" + boots, 1),
                        e -> gaveUp(process, e));
    }

    private Disk disk(Edge edge, DiskContents contents) {
        return new FaultyDisk(
                new SimulatedDisk(world, edge, contents, new SimulatedDisk.Trouble() {
                    @Override
                    public void full() {
                        disturb();
                    }

                    @Override
                    public void powerLost() {
                        losePower();
                    }
                }),
                mutation);
    }

    private void gaveUp(World.Actor process, Throwable e) {
        if (!process.isDead()) {
            world.note(process.name + " gives up: " + e);
            refusal = e;
            world.check(
                    e instanceof IOException
                            || e instanceof IllegalStateException
                                    && String.valueOf(e.getMessage()).startsWith("another runner"),
                    () -> "a runner gives up for no good reason: " + stackOf(e));
            process.die();
        }
    }

    private static String stackOf(Throwable e) {
        var text = new StringWriter();
        e.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    private void startRunnerLater(long wait) {
        world.after(wait, boot, "", () -> {
            if (!hasRunner() && !retired) {
                startRunner();
            }
        });
    }

    void killRunner() {
        if (runner != null && !runner.isDead()) {
            world.note("-- " + runner.name + " is killed");
            runner.die();
        }
    }

    /** Its runner's process is stopped, and goes on later. */
    void pauseRunner(long length) {
        if (runner != null) {
            world.note("-- " + runner.name + " is paused");
            runner.pauseUntil(world.now() + length);
        }
    }

    /** Its runner, and no other process, cannot reach the broker for a while. */
    void cutRunnerOff(long length) {
        SimulatedBus bus = runnersBus;
        if (bus != null) {
            world.note("-- " + machine + " is cut off");
            bus.setCutOff(true);
            world.after(length, null, "", () -> {
                bus.setCutOff(false);
                kafka.setAway(false);
            });
        }
    }

    /** Its runner is not started again. */
    void retire() {
        retired = true;
        killRunner();
    }

    /** What is on its disk as that file; null if nothing is. */
    byte @Nullable [] onDisk(String file) {
        return data.read(file);
    }

    /** What is in its runtime folder as that file. */
    byte[] inRuntime(String file) {
        return Objects.requireNonNull(runtime.read(file), file);
    }

    /** Something has written over a file of its runtime folder. */
    void damage(String file, byte[] bytes) {
        runtime.replace(file, bytes);
    }

    /** Its runner runs again after it was retired. */
    void bringBack() {
        retired = false;
        startRunner();
    }

    /** It goes down in good order, and comes up again. */
    void reboot() {
        world.note("-- " + machine + " reboots");
        data.sync();
        runtime.sync();
        begin();
    }

    /** It goes down at once, and comes up again. */
    void losePower() {
        world.note("-- " + machine + " loses power");
        data.losePower(world.random);
        runtime.losePower(world.random);
        begin();
    }

    private void begin() {
        boot.die();
        killRunner();
        for (Run run : runs) {
            if (run.alive) {
                run.alive = false;
                run.endedAt = world.now();
            }
        }
        processes = new SimulatedProcesses(world);
        folders = new SimulatedFolders(world, clock());
        cgroups.clear();
        if (mutation != Mutation.JOURNAL_OUTLIVES_BOOT && !runtimeIsOnDisk) {
            runtime = new DiskContents();
        }
        boots += mutation == Mutation.JOURNAL_OUTLIVES_BOOT ? 0 : 1;
        bootedAt = world.now();
        boot = new World.Actor(machine + "/boot-" + boots);
        startRunnerLater(world.between(SOONEST_RESTART, LONGEST_BOOT));
    }

    /** It is down, or its runner is, until it is switched on. */
    void switchOff() {
        retire();
        switch (world.random.nextInt(3)) {
            case 0 -> reboot();
            case 1 -> losePower();
            default -> world.note("-- the runner of " + machine + " is stopped");
        }
    }

    void switchOn() {
        world.note("-- " + machine + " is switched on");
        bringBack();
    }

    /** A run that is asked for. */
    Run begin(ContainerSpec spec, long number) {
        var run = new Run(this, spec, number, world.now());
        long starting = runs.stream()
                .filter(other -> !other.spec.name().equals(spec.name()) && isStarting(other))
                .count();
        world.check(starting < MOST_STARTS, () -> (starting + 1) + " containers are starting at a time: " + run);
        runs.add(run);
        return run;
    }

    /** Its runner means a run to end, or to have ended: others may start. */
    void startEnds(ContainerName container, long run) {
        startsEnded.add(container + "/" + run);
    }

    /** Whether the runner of now has begun it, and it is neither ready nor over. */
    private boolean isStarting(Run run) {
        return run.askedAt > runnerSince
                && run.alive
                && !run.isReady()
                && !startsEnded.contains(run.spec.name() + "/" + run.number)
                && run.spec.readiness() == Readiness.NOTIFY;
    }

    /** The run whose processes are there; null if there are none. */
    @Nullable
    Run living(ContainerName container) {
        for (Run run : runs) {
            if (run.alive && run.spec.name().equals(container)) {
                return run;
            }
        }
        return null;
    }
}
