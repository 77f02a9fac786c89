package io.hatchery.config;

import io.hatchery.bus.BusConfig;
import io.hatchery.bus.TopicSetup;
import io.hatchery.bus.TransactionalLoop;
import io.hatchery.protocol.Topics;
import io.hatchery.spec.HostName;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.Promise;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Definitions in, specs out: reads, judges, publishes and commits in one Kafka transaction. */
public final class ConfigService extends AbstractVerticle {
    private static final String GROUP = "hatchery-config";

    private final BusConfig bus;
    private final String instance;
    private final Set<HostName> hostsWithTopics = ConcurrentHashMap.newKeySet();
    private @Nullable TopicSetup topics;
    private @Nullable TransactionalLoop loop;

    /**
     * @param instance names this process among the config-services, the same after its restart and no other's
     */
    public ConfigService(BusConfig bus, String instance) {
        this.bus = bus;
        this.instance = instance;
    }

    @Override
    public void start(Promise<Void> started) {
        var context = vertx.getOrCreateContext();
        vertx.executeBlocking(() -> {
                    var setup = new TopicSetup(bus);
                    topics = setup;
                    setup.ensure(Topics.ofTheFleet());
                    loop = new TransactionalLoop(
                            bus,
                            plan(instance),
                            () -> new DefinitionJudge(Clock.systemUTC(), "/config-service/" + instance, this::topicsOf),
                            () -> context.runOnContext(ready -> started.tryComplete()));
                    return loop;
                })
                .onFailure(started::tryFail);
    }

    /** What a config-service reads and views. */
    public static TransactionalLoop.Plan plan(String instance) {
        return new TransactionalLoop.Plan(
                Topics.DEFINITIONS.name(),
                List.of(Topics.EVALUATIONS.name(), Topics.PROFILES.name(), Topics.HOSTS.name(), Topics.STATUS.name()),
                GROUP,
                instance);
    }

    private void topicsOf(HostName host) {
        TopicSetup setup = topics;
        if (setup != null && !hostsWithTopics.contains(host)) {
            setup.ensure(Topics.of(host));
            hostsWithTopics.add(host);
        }
    }

    @Override
    public void stop(Promise<Void> stopped) {
        vertx.executeBlocking(() -> {
                    if (loop != null) {
                        loop.close();
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
