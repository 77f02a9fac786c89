package io.hatchery.config;

import io.hatchery.bus.BusConfig;
import io.hatchery.bus.BusException;
import io.hatchery.bus.KafkaBus;
import io.hatchery.bus.PartitionCountWatcher;
import io.hatchery.bus.TopicSetup;
import io.hatchery.bus.TransactionalLoop;
import io.hatchery.config.system.EvaluationPool;
import io.hatchery.config.system.NixSettings;
import io.hatchery.protocol.Topics;
import io.hatchery.spec.HostName;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.errors.RetriableException;
import org.jspecify.annotations.Nullable;

/** Evaluates definitions to specs: reads, plans, publishes and commits in one Kafka transaction. */
public final class ConfigService extends AbstractVerticle {
    private static final String GROUP = "hatchery-config";
    private static final int PUBLISH_TIMEOUT_MILLIS = 30_000;

    private final BusConfig bus;
    private final String instance;
    private final NixSettings nix;
    private final Set<HostName> hostsWithTopics = ConcurrentHashMap.newKeySet();
    private final Handler<Throwable> onFailure;
    private @Nullable TopicSetup topics;
    private @Nullable TransactionalLoop loop;
    private @Nullable EvaluationPool pool;

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
                    loop = new TransactionalLoop(
                            bus,
                            plan(instance),
                            () -> new DefinitionReconciler(Clock.systemUTC(), instance, this::topicsOf, systems),
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
                GROUP,
                instance);
    }

    private void topicsOf(HostName host) {
        TopicSetup setup = topics;
        if (setup == null || hostsWithTopics.contains(host)) {
            return;
        }
        try {
            setup.ensure(Topics.of(host));
        } catch (BusException e) {
            if (isTransient(e)) {
                throw e;
            }
            // A retry does not help and must not delay the containers of other hosts.
            throw new IllegalStateException("the topics of host " + host + " cannot be used: " + e.getMessage(), e);
        }
        hostsWithTopics.add(host);
    }

    private static boolean isTransient(BusException e) {
        Throwable cause = e.getCause();
        return cause != null
                && !(cause instanceof ExecutionException failed && !(failed.getCause() instanceof RetriableException));
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
                    if (topics != null) {
                        topics.close();
                    }
                    return null;
                })
                .<Void>mapEmpty()
                .onComplete(stopped);
    }
}
