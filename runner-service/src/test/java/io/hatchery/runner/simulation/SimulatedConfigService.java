package io.hatchery.runner.simulation;

import io.hatchery.bus.BusException;
import io.hatchery.bus.LoopSession;
import io.hatchery.bus.TransactionalLoop;
import io.hatchery.config.ConfigService;
import io.hatchery.config.DefinitionReconciler;
import io.hatchery.config.system.Systems;
import io.hatchery.spec.SystemSource;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.apache.kafka.common.KafkaException;

/** One of the config-services, and whoever starts it again. */
final class SimulatedConfigService {
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final Duration RETRY_WITHOUT_BROKER = Duration.ofSeconds(20);
    private static final long GROUP_SESSION = 10_000_000;

    private final World world;
    private final SimulatedKafka kafka;
    private final SimulatedGroup group;
    private final String name;
    private final TransactionalLoop.LoopPlan plan;
    private final Set<SystemSource> built;
    private final Mutation mutation;
    private final Duration clockOffset;
    private World.Actor process;

    /**
     * @param built what any of them has built
     */
    SimulatedConfigService(
            World world,
            SimulatedKafka kafka,
            SimulatedGroup group,
            String name,
            Set<SystemSource> built,
            Mutation mutation) {
        this.world = world;
        this.kafka = kafka;
        this.group = group;
        this.name = name;
        this.plan = ConfigService.plan(name);
        this.built = built;
        this.mutation = mutation;
        this.clockOffset = SimulatedClock.offset(world);
        this.process = new World.Actor(name);
    }

    private Clock clock() {
        return new SimulatedClock(world, () -> clockOffset);
    }

    void start() {
        process = new World.Actor(name);
        World.Actor mine = process;
        mine.onDeath(() -> {
            world.after(GROUP_SESSION, null, "", () -> {
                if (process.isDead()) {
                    group.leave(name);
                }
            });
            world.after(world.between(100_000, 2 * GROUP_SESSION), null, "", this::start);
        });
        boolean deaf = mutation == Mutation.BUILDS_NOT_HEARD_OF;
        var systems = new SimulatedSystems(world, mine, built, () -> kafka.wake(plan.source()), deaf);
        new Session(mine, systems).begin();
    }

    boolean isClockRight() {
        return clockOffset.isZero();
    }

    void kill() {
        world.note("-- " + name + " is killed");
        process.die();
    }

    /** From joining the group to the first failure: poll, look, answer, and again. */
    private final class Session {
        private final World.Actor mine;
        private final Systems systems;
        private final LoopSession life;
        private boolean over;
        private boolean asleep;
        private int sleeps;

        Session(World.Actor mine, Systems systems) {
            this.mine = mine;
            this.systems = systems;
            var edge = new Edge(world, mine, Fault.CONFIG_SERVICE_KILLED);
            var reconciler = new DefinitionReconciler(clock(), name, host -> {}, systems);
            this.life = new LoopSession(
                    plan, new FaultyLog(group.member(name, edge, mutation), mutation), reconciler, () -> {});
        }

        void begin() {
            Set<String> watched = new HashSet<>(plan.views());
            watched.add(plan.source());
            kafka.onNews(topic -> {
                if (topic.isEmpty() || watched.contains(topic)) {
                    wake();
                }
                return !mine.isDead() && !over;
            });
            next("joins", life::begin);
        }

        private void next(String what, Runnable phase) {
            world.after(world.between(200, 30_000), mine, what, () -> {
                try {
                    phase.run();
                } catch (KafkaException | BusException e) {
                    world.note(name + " starts anew: " + e.getMessage());
                    over = true;
                    Duration wait = kafka.isAway() ? RETRY_WITHOUT_BROKER : RETRY;
                    world.after(wait, mine, "", () -> new Session(mine, systems).begin());
                    return;
                }
                switch (what) {
                    case "joins" -> next("polls", life::poll);
                    case "polls" -> next("looks", life::look);
                    case "looks" -> next("answers", life::answer);
                    default -> sleep();
                }
            });
        }

        /** Polls again at once if there is news meanwhile, and else in a while. */
        private void sleep() {
            asleep = true;
            int sleep = ++sleeps;
            world.after(world.isDormant() ? Duration.ofHours(12) : Duration.ofSeconds(60), mine, "", () -> {
                if (sleep == sleeps) {
                    wake();
                }
            });
        }

        private void wake() {
            if (asleep && !mine.isDead() && !over) {
                asleep = false;
                next("polls", life::poll);
            }
        }
    }
}
