package io.hatchery.runner.simulation;

import io.hatchery.config.ConfigService;
import io.hatchery.spec.HostName;
import io.hatchery.spec.SystemSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One run of the world, from a seed. */
final class Simulation {
    private static final Duration CHAOS = Duration.ofSeconds(3);
    private static final Duration SETTLING = Duration.ofMinutes(15);
    private static final long SHORTEST = 120_000_000;
    private static final long LONGEST = 900_000_000;
    private static final long SECOND = 1_000_000;
    private static final long HOUR = 3_600 * SECOND;

    private final World world;
    private final Mutation mutation;
    private final SimulatedKafka kafka;
    private final SimulatedGroup group;
    private final List<SimulatedHost> hosts = new ArrayList<>();
    private final List<SimulatedConfigService> configServices = new ArrayList<>();
    private final Truth truth;
    private final Operators operators;
    private final Intruder intruder;
    private final @Nullable GatewayChecks gateways;

    /**
     * What came of it.
     *
     * @param violation what did not hold; null if everything did
     * @param trace a line for everything that happened, if that was asked for
     */
    record Result(
            long seed,
            int steps,
            Map<Fault, Integer> faults,
            @Nullable Violation violation,
            List<String> trace) {}

    private Simulation(long seed, Mutation mutation, boolean traced, boolean withGateways) {
        this.world = new World(seed, traced);
        this.mutation = mutation;
        var names = List.of(new HostName("h0"), new HostName("h1"));
        this.kafka = new SimulatedKafka(world, names);
        this.group = new SimulatedGroup(world, kafka, ConfigService.plan("any"));
        for (HostName name : names) {
            String zone = Authors.ZONES.get(hosts.size());
            hosts.add(new SimulatedHost(world, kafka, name, "m-" + name, zone, mutation));
        }
        var built = new HashSet<SystemSource>();
        for (int i = 0; i < 2; i++) {
            configServices.add(new SimulatedConfigService(world, kafka, group, "config-" + i, built, mutation));
        }
        this.truth = new Truth(world, hosts);
        hosts.forEach(host -> host.judgedBy(truth.reasons()));
        kafka.witness(truth::written);
        this.operators = new Operators(world, kafka, truth, names, 2 + world.random.nextInt(4));
        this.intruder = new Intruder(world, kafka, names);
        this.gateways = withGateways ? new GatewayChecks(world, kafka, names, mutation) : null;
    }

    /** Runs it; the same seed and mutation give the same result. */
    static Result run(long seed, Mutation mutation, boolean traced) {
        return run(new Simulation(seed, mutation, traced, false), seed);
    }

    /** The same with gateways and their clients, which takes longer. */
    static Result runWithGateways(long seed, Mutation mutation, boolean traced) {
        return run(new Simulation(seed, mutation, traced, true), seed);
    }

    private static Result run(Simulation simulation, long seed) {
        Violation violation = null;
        try {
            simulation.go();
        } catch (Violation e) {
            violation = e;
        }
        World world = simulation.world;
        return new Result(seed, world.steps(), world.faults, violation, world.trace());
    }

    private void go() {
        hosts.forEach(host -> world.after(0, null, "", host::startRunner));
        configServices.forEach(service -> world.after(0, null, "", service::start));
        if (gateways != null) {
            gateways.start();
        }
        operators.begin();
        chaosLater();
        world.runUntil(world.between(SHORTEST, LONGEST));
        operators.goHome();
        world.quieten();
        if (kafka.isAway()) {
            kafka.setAway(false);
        }
        world.runUntil(world.now() + SETTLING.toNanos() / 1000);
        new Quiescence(world, kafka, truth).check();
        if (gateways != null) {
            gateways.check();
        }
    }

    private void chaosLater() {
        world.after(CHAOS, null, "", () -> {
            if (!world.isQuiet()) {
                chaos();
                chaosLater();
            }
        });
    }

    private void chaos() {
        intruder.act();
        if (gateways != null) {
            gateways.chaos();
        }
        for (SimulatedHost host : hosts) {
            if (world.happens(Fault.RUNNER_KILLED)) {
                host.killRunner();
            }
            if (world.happens(Fault.HOST_REBOOTED)) {
                host.reboot();
            }
            if (world.happens(Fault.POWER_LOST)) {
                host.losePower();
            }
            if (world.happens(Fault.CLOCK_JUMPS)) {
                long by = world.between(1_000, HOUR / 1000) * (world.random.nextBoolean() ? 1 : -1);
                host.jumpClock(Duration.ofMillis(by));
            }
        }
        if (!kafka.isAway() && world.happens(Fault.BROKER_AWAY)) {
            broker(world.between(1_000_000, 120_000_000));
        }
        if (!kafka.isAway() && world.happens(Fault.BROKER_AWAY_FOR_HOURS)) {
            broker(world.between(HOUR / 4, 6 * HOUR));
        }
        for (SimulatedConfigService service : configServices) {
            if (world.happens(Fault.CONFIG_SERVICE_KILLED)) {
                service.kill();
            }
        }
        if (world.happens(Fault.GROUP_REBALANCED)) {
            group.rebalance();
        }
        if (world.happens(Fault.COMPACTED)) {
            kafka.compact();
        }
        if (world.happens(Fault.SECOND_RUNNER)) {
            secondRunner(hosts.getFirst());
        }
    }

    private void broker(long length) {
        kafka.setAway(true);
        world.after(length, null, "", () -> {
            if (kafka.isAway()) {
                kafka.setAway(false);
            }
        });
    }

    /** Another machine takes the name of one whose runner is there: it must wait or refuse, and touch nothing. */
    private void secondRunner(SimulatedHost first) {
        if (kafka.isAway() || !truth.isHeardOf(first)) {
            return;
        }
        var second = new SimulatedHost(world, kafka, first.name(), "m-second", Authors.ZONES.getFirst(), mutation);
        second.startRunner();
        long began = world.now();
        int absences = kafka.absences();
        world.after(SimulatedHost.HEARTBEAT_SECONDS * 5L / 4 * SECOND, null, "", () -> {
            // Before three heartbeats can have been missed, after which the second may take over.
            boolean mustRefuse = truth.heardOfAt(first) > began + 2 * SECOND;
            world.after(
                    2 * SECOND,
                    null,
                    "",
                    () -> endSecondRunner(second, began, mustRefuse && kafka.absences() == absences));
        });
    }

    private void endSecondRunner(SimulatedHost second, long began, boolean mustRefuse) {
        world.check(
                !mustRefuse
                        || second.refusal() instanceof IllegalStateException
                        || !second.hasRunner()
                        || !second.isUndisturbedSince(began + 1),
                () -> "a second runner of " + second.name() + " does not refuse");
        world.check(second.runs.isEmpty(), () -> "a second runner began " + second.runs);
        second.retire();
    }
}
