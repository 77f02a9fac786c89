package io.hatchery.config;

import io.hatchery.bus.Message;
import io.hatchery.bus.Publisher;
import io.hatchery.config.system.EvaluationPool;
import io.hatchery.protocol.ConsoleLines;
import io.hatchery.protocol.FleetEvent;
import io.hatchery.protocol.FleetEvent.Source;
import io.hatchery.protocol.Topics;
import io.hatchery.spec.ContainerName;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Publishes the output and the end of builds; the results are in the evaluations. */
final class BuildEventPublisher implements EvaluationPool.BuildListener {
    private static final Logger LOG = LoggerFactory.getLogger(BuildEventPublisher.class);

    private final Publisher publisher;
    private final String source;
    private final Clock clock = Clock.systemUTC();

    BuildEventPublisher(Publisher publisher, String source) {
        this.publisher = publisher;
        this.source = source;
    }

    @Override
    public void ended(ContainerName container, Source how, @Nullable String path, Duration took) {
        Instant now = clock.instant();
        LOG.info("{}: its system is {}{}", container, how.word(), path == null ? "" : ", " + path);
        publish(
                Topics.EVENTS.name(),
                container,
                new FleetEvent.SystemBuilt(container, null, how, path, took.toSeconds(), now));
    }

    @Override
    public void printed(ContainerName container, List<String> lines) {
        publish(Topics.CONSOLE.name(), container, new ConsoleLines(container, lines, clock.instant()));
    }

    private void publish(String topic, ContainerName container, Object value) {
        publisher
                .publish(Message.of(topic, container.value(), value, null, source, clock.instant()))
                .onFailure(e -> LOG.warn("{}: not published on {}: {}", container, topic, e.getMessage()));
    }
}
