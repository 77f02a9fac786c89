package io.hatchery.runner.simulation;

import io.hatchery.bus.BusException;
import io.hatchery.bus.LoopLife;
import io.hatchery.bus.TransactionalLoop;
import io.hatchery.config.ConfigService;
import io.hatchery.config.DefinitionJudge;
import io.hatchery.config.system.Systems;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.apache.kafka.common.KafkaException;

/** One of the config-services, and whoever starts it again. */
final class SimulatedConfigService {
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final Duration RETRY_WITHOUT_BROKER = Duration.ofSeconds(20);
    private static final long SESSION = 10_000_000;

    private final World world;
    private final SimulatedKafka kafka;
    private final SimulatedGroup group;
    private final String name;
    private final TransactionalLoop.Plan plan;
    private final Mutation mutation;
    private World.Actor process;
    private boolean asleep;
    private int sleeps;

    SimulatedConfigService(World world, SimulatedKafka kafka, SimulatedGroup group, String name, Mutation mutation) {
        this.world = world;
        this.kafka = kafka;
        this.group = group;
        this.name = name;
        this.plan = ConfigService.plan(name);
        this.mutation = mutation;
        this.process = new World.Actor(name);
    }

    private Clock clock() {
        return new SimulatedClock(world, () -> Duration.ZERO);
    }

    void start() {
        process = new World.Actor(name);
        World.Actor mine = process;
        mine.onDeath(() -> {
            world.after(SESSION, null, "", () -> {
                if (process.isDead()) {
                    group.leave(name);
                }
            });
            world.after(world.between(100_000, 2 * SESSION), null, "", this::start);
        });
        live(mine);
    }

    private void live(World.Actor mine) {
        asleep = false;
        var edge = new Edge(world, mine, Fault.CONFIG_SERVICE_KILLED);
        var judge = new DefinitionJudge(clock(), name, host -> {}, Systems.NONE);
        var life = new LoopLife(plan, group.member(name, edge, mutation), judge, () -> {});
        Set<String> watched = new HashSet<>(plan.views());
        watched.add(plan.source());
        boolean[] over = {false};
        kafka.onNews(topic -> {
            if (asleep && process == mine && !over[0] && (topic.isEmpty() || watched.contains(topic))) {
                asleep = false;
                next(mine, life, "polls", life::poll, over);
            }
            return !mine.isDead() && !over[0];
        });
        next(mine, life, "joins", life::begin, over);
    }

    private void next(World.Actor mine, LoopLife life, String what, Runnable phase, boolean[] over) {
        world.after(world.between(200, 30_000), mine, what, () -> {
            try {
                phase.run();
            } catch (KafkaException | BusException e) {
                world.note(name + " starts anew: " + e.getMessage());
                over[0] = true;
                world.after(kafka.isAway() ? RETRY_WITHOUT_BROKER : RETRY, mine, "", () -> live(mine));
                return;
            }
            switch (what) {
                case "joins" -> next(mine, life, "polls", life::poll, over);
                case "polls" -> next(mine, life, "looks", life::look, over);
                case "looks" -> next(mine, life, "answers", life::answer, over);
                default -> sleep(mine, life, over);
            }
        });
    }

    /** Polls again at once if there is news meanwhile, and else in a while. */
    private void sleep(World.Actor mine, LoopLife life, boolean[] over) {
        asleep = true;
        int sleep = ++sleeps;
        world.after(Duration.ofSeconds(60), mine, "", () -> {
            if (asleep && sleep == sleeps && !over[0]) {
                asleep = false;
                next(mine, life, "polls", life::poll, over);
            }
        });
    }

    void kill() {
        world.note("-- " + name + " is killed");
        process.die();
    }
}
