package io.hatchery.gateway;

import io.hatchery.gateway.http.Connections;
import io.hatchery.gateway.stream.Streams;
import io.hatchery.gateway.view.DeadLetterCounts;
import io.hatchery.gateway.view.FleetProjection;
import io.hatchery.protocol.FleetEvent;
import io.hatchery.protocol.Phase;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Clock;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;

/** The metrics for Prometheus. Read on the gateway's context alone. */
final class GatewayMetrics {
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final FleetProjection view;
    private final Set<DeadLetterCounts.Label> shown = new HashSet<>();

    GatewayMetrics(FleetFold fold, Clock clock) {
        this.view = fold.projection();
        Streams streams = fold.streams();
        RejectedRecords refused = fold.refused();
        FunctionCounter.builder("hatchery.gateway.records.read", fold, FleetFold::recordsRead)
                .description("Records that this gateway has read since its start, replays not included")
                .register(registry);
        for (Phase phase : Phase.values()) {
            Gauge.builder(
                            "hatchery.containers",
                            view,
                            v -> v.phases(clock.instant()).getOrDefault(phase, 0))
                    .description("Containers by phase")
                    .tag("phase", phase.word())
                    .register(registry);
        }
        Gauge.builder(
                        "hatchery.hosts.alive",
                        view,
                        v -> v.hosts().stream()
                                .filter(host -> host.isAlive(clock.instant()))
                                .count())
                .description("Hosts that were heard of lately")
                .register(registry);
        Gauge.builder("hatchery.hosts.damaged.files", view, GatewayMetrics::damagedFiles)
                .description(
                        "Files of runners that could not be read and are kept as .damaged, as of each runner's start")
                .register(registry);
        for (FleetEvent.Source source : FleetEvent.Source.values()) {
            FunctionCounter.builder("hatchery.systems", view, v -> v.systems(source))
                    .description(
                            "Systems that containers were given, by how they came by them; each evaluation counts once as"
                                    + " evaluated or failed")
                    .tag("source", source.word())
                    .register(registry);
        }
        Gauge.builder("hatchery.stream.watchers", streams, Streams::watching)
                .description("Websocket clients")
                .register(registry);
        FunctionCounter.builder("hatchery.gateway.records.refused", refused, RejectedRecords::total)
                .description("Records that this gateway could not read, replays included")
                .register(registry);
        FunctionCounter.builder("hatchery.gateway.records.unreported", refused, RejectedRecords::unreported)
                .description(
                        "Refused records that are not with the dead letters, since too many waited to be written there")
                .register(registry);
        Gauge.builder("hatchery.operations", view, v -> v.operations().pendingCount())
                .description("Operations by state")
                .tag("state", "pending")
                .register(registry);
        Gauge.builder("hatchery.operations", view, v -> v.operations().endedCount())
                .description("Operations by state")
                .tag("state", "ended")
                .register(registry);
        new JvmMemoryMetrics().bindTo(registry);
    }

    private static int damagedFiles(FleetProjection view) {
        return view.hosts().stream()
                .map(host -> host.status().damagedFiles())
                .filter(Objects::nonNull)
                .mapToInt(Integer::intValue)
                .sum();
    }

    /** Shows the connections of clients. */
    void show(Connections connections) {
        Gauge.builder("hatchery.gateway.connections", connections, Connections::count)
                .description("Open connections, without those of the stream")
                .register(registry);
        FunctionCounter.builder("hatchery.gateway.connections.refused", connections, Connections::refused)
                .description("Connections that were refused, since gateway.connections were open")
                .register(registry);
    }

    /** Their labels are known only once there are dead letters; {@link DeadLetterCounts} bounds their number. */
    private void showDeadLetters() {
        for (DeadLetterCounts.Label label : view.deadLetters().counts().keySet()) {
            if (shown.add(label)) {
                FunctionCounter.builder(
                                "hatchery.dead.letters",
                                view,
                                v -> v.deadLetters().counts().getOrDefault(label, 0L))
                        .description("Records that a service refused, as far back as dead letters are kept")
                        .tag("reader", label.reader())
                        .tag("topic", label.topic())
                        .register(registry);
            }
        }
    }

    String scrape() {
        showDeadLetters();
        return registry.scrape();
    }
}
