package io.hatchery.gateway;

import io.hatchery.gateway.stream.Streams;
import io.hatchery.gateway.view.FleetView;
import io.hatchery.protocol.FleetEvent;
import io.hatchery.protocol.Phase;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Clock;

/** What Prometheus is told. Read on the gateway's context alone. */
final class GatewayMetrics {
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    GatewayMetrics(FleetView view, Streams streams, Clock clock) {
        for (Phase phase : Phase.values()) {
            Gauge.builder(
                            "hatchery.containers",
                            view,
                            v -> v.containers(null).stream()
                                    .filter(name -> v.phase(name, clock.instant()) == phase)
                                    .count())
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
        new JvmMemoryMetrics().bindTo(registry);
    }

    String scrape() {
        return registry.scrape();
    }
}
