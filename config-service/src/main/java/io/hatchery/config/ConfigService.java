package io.hatchery.config;

import io.hatchery.bus.BusConfig;
import io.hatchery.bus.KafkaBus;
import io.hatchery.bus.PartitionCountWatcher;
import io.hatchery.bus.TopicSetup;
import io.hatchery.bus.TransactionalLoop;
import io.hatchery.config.system.EvaluationPool;
import io.hatchery.config.system.NixSettings;
import io.hatchery.protocol.Groups;
import io.hatchery.protocol.Topics;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Evaluates definitions to specs: reads, plans, publishes and commits in one Kafka transaction. */
public final class ConfigService extends AbstractVerticle {
    private static final Logger LOG = LoggerFactory.getLogger(ConfigService.class);
    private static final int PUBLISH_TIMEOUT_MILLIS = 30_000;

    private final BusConfig bus;
    private final String instance;
    private final NixSettings nix;
    private final Handler<Throwable> onFailure;
    private @Nullable TopicSetup topics;
    private @Nullable TransactionalLoop loop;
    private @Nullable EvaluationPool pool;
    private @Nullable Thread checker;

    /**
     * @param instance the unique name of this process among the config-services, the same after a restart
     * @param nix how systems are evaluated and built
     * @param onFailure called on any thread when the service cannot continue
     */
    public ConfigService(BusConfig bus, String instance, NixSettings nix, Handler<Throwable> onFailure) {
        this.bus = bus;
        this.instance = instance;
        this.nix = nix;
        this.onFailure = onFailure;
    }

    @Override
    public void start(Promise<Void> started) {
        var context = vertx.getOrCreateContext();
        var events = new BuildEventPublisher(
                new KafkaBus(vertx, bus).publisher(PUBLISH_TIMEOUT_MILLIS), "/config-service/" + instance);
        var systems = new EvaluationPool(nix, events, Clock.systemUTC());
        pool = systems;
        vertx.executeBlocking(() -> {
                    systems.prepare();
                    var setup = new TopicSetup(bus);
                    topics = setup;
                    setup.ensure(Topics.ofTheFleet());
                    var hostTopics = new HostTopics(setup);
                    hostTopics.list();
                    checker =
                            Thread.ofPlatform().daemon().name("hatchery-topics").start(() -> check(hostTopics));
                    loop = new TransactionalLoop(
                            bus,
                            plan(instance),
                            () -> {
                                hostTopics.list(); // one that was deleted may be why the last session failed
                                return new DefinitionReconciler(
                                        Clock.systemUTC(), instance, hostTopics::require, systems);
                            },
                            () -> context.runOnContext(ready -> started.tryComplete()),
                            e -> {
                                context.runOnContext(failed -> started.tryFail(e));
                                onFailure.handle(e);
                            });
                    return loop;
                })
                .onFailure(started::tryFail);
        PartitionCountWatcher.start(vertx, bus, onFailure);
    }

    /** The topics that a config-service reads. */
    public static TransactionalLoop.LoopPlan plan(String instance) {
        return new TransactionalLoop.LoopPlan(
                Topics.DEFINITIONS.name(),
                List.of(Topics.EVALUATIONS.name(), Topics.PROFILES.name(), Topics.HOSTS.name(), Topics.STATUS.name()),
                Groups.CONFIG,
                instance);
    }

    private static void check(HostTopics topics) {
        try {
            topics.check();
        } catch (RuntimeException e) {
            LOG.warn("the settings of the topics of hosts are not checked until the next start: {}", e.getMessage(), e);
        }
    }

    @Override
    public void stop(Promise<Void> stopped) {
        vertx.executeBlocking(() -> {
                    if (loop != null) {
                        loop.close();
                    }
                    if (pool != null) {
                        pool.close();
                    }
                    if (checker != null) {
                        checker.interrupt();
                        checker.join();
                    }
                    if (topics != null) {
                        topics.close();
                    }
                    return null;
                })
                .<Void>mapEmpty()
                .onComplete(stopped);
    }
}
