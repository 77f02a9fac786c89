package io.hatchery.runner.simulation;

import io.hatchery.protocol.Topics;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What befalls the fleet from outside, every few seconds. */
final class Chaos {
    private static final Duration TICK = Duration.ofSeconds(3);
    private static final long SECOND = 1_000_000;
    private static final long HOUR = 3_600 * SECOND;

    private final World world;
    private final SimulatedKafka kafka;
    private final SimulatedGroup group;
    private final List<SimulatedHost> hosts;
    private final List<SimulatedConfigService> configServices;
    private final Intruder intruder;
    private final InvariantChecker truth;
    private final Mutation mutation;
    private Runnable besides = () -> {};
    private boolean hasGrown;
    private final Set<SimulatedHost> withLostSpecs = new LinkedHashSet<>();

    Chaos(
            World world,
            SimulatedKafka kafka,
            SimulatedGroup group,
            List<SimulatedHost> hosts,
            List<SimulatedConfigService> configServices,
            InvariantChecker truth,
            Mutation mutation) {
        this.world = world;
        this.kafka = kafka;
        this.group = group;
        this.hosts = hosts;
        this.configServices = configServices;
        this.intruder = new Intruder(
                world, kafka, hosts.stream().map(SimulatedHost::name).toList());
        this.truth = truth;
        this.mutation = mutation;
    }

    /** Something else that befalls the fleet each time. */
    void alsoBefalls(Runnable what) {
        besides = what;
    }

    /** Goes on until the world is quiet or dormant. */
    void begin() {
        world.after(TICK, null, "", () -> {
            if (!world.isQuiet() && !world.isDormant()) {
                tick();
                begin();
            }
        });
    }

    private void tick() {
        intruder.act();
        besides.run();
        hosts.forEach(this::befall);
        broker();
        for (SimulatedConfigService service : configServices) {
            if (world.happens(Fault.CONFIG_SERVICE_KILLED)) {
                service.kill();
            }
        }
        if (world.happens(Fault.GROUP_REBALANCED)) {
            group.rebalance();
        }
        if (world.happens(Fault.SECOND_RUNNER)) {
            secondRunner(hosts.getFirst());
        }
    }

    private void befall(SimulatedHost host) {
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

    private void broker() {
        if (!kafka.isAway() && world.happens(Fault.BROKER_AWAY)) {
            broker(world.between(1_000_000, 120_000_000));
        }
        if (!kafka.isAway() && world.happens(Fault.BROKER_AWAY_FOR_HOURS)) {
            broker(world.between(HOUR / 4, 6 * HOUR));
        }
        if (world.happens(Fault.COMPACTED)) {
            kafka.clean();
        }
        if (!kafka.isAway() && world.happens(Fault.SPECS_TOPIC_CHANGED)) {
            SimulatedHost host = hosts.get(world.random.nextInt(hosts.size()));
            withLostSpecs.add(host);
            String topic = Topics.specs(host.name()).name();
            if (world.random.nextBoolean()) {
                kafka.recreate(topic);
            } else {
                kafka.truncate(topic, 0);
            }
        }
        if (!hasGrown && !kafka.isAway() && world.happens(Fault.PARTITIONS_ADDED)) {
            hasGrown = true;
            kafka.grow();
            group.rebalance(); // its leader has seen it
        }
    }

    /**
     * Heartbeats that are refused show nobody that specs are lost, and a runner does not notice that its topic was truncated if that
     * has grown again meanwhile: an operator sets such clocks right and starts such runners again.
     */
    void repairHostsWithLostSpecs() {
        for (SimulatedHost host : withLostSpecs) {
            if (!host.isClockRight()) {
                host.synchronizeClock();
            }
            host.killRunner();
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
        // The second lives for less than two intervals: it must not see three heartbeats missed, or it takes over
        // rightly.
        if (kafka.isAway()
                || !truth.isHeardOf(first)
                || world.now() - truth.heardOfAt(first) > SimulatedHost.HEARTBEAT_SECONDS * SECOND) {
            return;
        }
        var second = new SimulatedHost(world, kafka, first.name(), "m-second", first.zone(), Duration.ZERO, mutation);
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
        // Last, since it may be killed in its first step, and its end must be arranged all the same.
        second.startRunner();
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
