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
    private static final Duration SETTLING = Duration.ofMinutes(15);
    private static final String GROUP = ConfigService.plan("any").group();
    private static final long SHORTEST = 120_000_000;
    private static final long LONGEST = 900_000_000;
    private static final long MINUTES = 200_000_000;
    private static final int FEWEST_DAYS = 8;
    private static final int MOST_DAYS = 40;

    private final World world;
    private final SimulatedKafka kafka;
    private final List<SimulatedHost> hosts = new ArrayList<>();
    private final List<SimulatedConfigService> configServices = new ArrayList<>();
    private final InvariantChecker truth;
    private final Operators operators;
    private final @Nullable GatewayChecks gateways;
    private final Chaos chaos;

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
        var names = List.of(new HostName("h0"), new HostName("h1"));
        this.kafka = new SimulatedKafka(world, names);
        var group = new SimulatedGroup(world, kafka, ConfigService.plan("any"));
        for (HostName name : names) {
            String zone = Authors.ZONES.get(hosts.size());
            var offset = SimulatedClock.offset(world);
            hosts.add(new SimulatedHost(world, kafka, name, "m-" + name, zone, offset, mutation));
        }
        var built = new HashSet<SystemSource>();
        for (int i = 0; i < 2; i++) {
            configServices.add(new SimulatedConfigService(world, kafka, group, "config-" + i, built, mutation));
        }
        this.truth = new InvariantChecker(world, hosts);
        hosts.forEach(host -> host.checkedBy(truth.reasons()));
        kafka.witness(truth::written);
        kafka.witnessExpiry(truth::expired);
        this.operators = new Operators(world, kafka, truth, names, 2 + world.random.nextInt(4));
        this.gateways = withGateways ? new GatewayChecks(world, kafka, names, mutation) : null;
        this.chaos = new Chaos(world, kafka, group, hosts, configServices, truth, mutation);
        if (gateways != null) {
            chaos.alsoBefalls(gateways::chaos);
        }
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
        chaos.begin();
        world.runUntil(world.between(SHORTEST, LONGEST));
        if (gateways == null && world.happens(Fault.AWAY_FOR_WEEKS)) { // clients' cursors expire meanwhile
            passWeeks(hosts.get(world.random.nextInt(hosts.size())));
        }
        operators.goHome();
        world.quieten();
        chaos.repairHostsWithLostSpecs();
        if (kafka.isAway()) {
            kafka.setAway(false);
        }
        world.runUntil(world.now() + SETTLING.toNanos() / 1000);
        boolean clocksAreRight = configServices.stream().allMatch(SimulatedConfigService::isClockRight);
        new Quiescence(world, kafka, truth, clocksAreRight).check();
        if (gateways != null) {
            gateways.check();
        }
    }

    /** A host is away for weeks, in which nobody does anything but shortly before and after. */
    private void passWeeks(SimulatedHost away) {
        now(away::switchOff);
        pass(world.between(0, MINUTES));
        now(() -> {
            operators.goHome();
            world.setDormant(true);
            if (kafka.isAway()) {
                kafka.setAway(false);
            }
        });
        hosts.forEach(host -> now(host::switchOff));
        int days = FEWEST_DAYS + world.random.nextInt(MOST_DAYS - FEWEST_DAYS + 1);
        for (int day = 0; day < days; day++) {
            pass(Duration.ofDays(1).toNanos() / 1000);
            now(kafka::clean);
            now(() -> kafka.expireOffsets(GROUP));
        }
        world.setDormant(false);
        hosts.stream().filter(host -> host != away).forEach(host -> now(host::switchOn));
        now(operators::begin);
        chaos.begin();
        pass(world.between(0, MINUTES));
        now(away::switchOn);
        pass(world.between(0, MINUTES));
    }

    /** As something that happens: a process that it meets may be killed. */
    private void now(Runnable what) {
        world.after(0, null, "", what);
        pass(0);
    }

    private void pass(long micros) {
        world.runUntil(world.now() + micros);
    }
}
