package io.hatchery.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.Evaluation;
import io.hatchery.protocol.Heartbeat;
import io.hatchery.protocol.HostStatus;
import io.hatchery.protocol.HostStatusBuilder;
import io.hatchery.spec.ContainerDefinition;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.HostName;
import io.hatchery.spec.json.Json;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PlacementTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final HostName H1 = new HostName("h1");
    private static final HostName H2 = new HostName("h2");
    private static final HostName H3 = new HostName("h3");

    private static Heartbeat host(HostName name, HostStatus.Availability state, Map<String, String> labels) {
        var status = HostStatusBuilder.builder()
                .host(name)
                .state(state)
                .machineId("machine")
                .bootId("boot")
                .runtime("/run/hatchery")
                .pid(1)
                .version("1")
                .driver("systemd")
                .cgroups("v2")
                .labels(new TreeMap<>(labels))
                .cpus(1)
                .memory(1)
                .containers(0)
                .started(NOW)
                .at(NOW)
                .interval(5)
                .build();
        return new Heartbeat(status, NOW);
    }

    private static Optional<HostName> place(Map<String, String> hostSelector, @Nullable HostName last) {
        var hosts = new HashMap<HostName, Heartbeat>();
        hosts.put(H1, host(H1, HostStatus.Availability.READY, Map.of("zone", "north")));
        hosts.put(H2, host(H2, HostStatus.Availability.READY, Map.of("zone", "south", "disk", "ssd")));
        hosts.put(H3, host(H3, HostStatus.Availability.AWAY, Map.of("zone", "west")));
        return Placement.of(new TreeMap<>(hostSelector), last, hosts, List.of(), NOW);
    }

    @Test
    void aHostIsChosenByItsLabels() {
        assertThat(place(Map.of(), null)).contains(H1);
        assertThat(place(Map.of("zone", "south"), null)).contains(H2);
        assertThat(place(Map.of("zone", "south", "disk", "ssd"), null)).contains(H2);
        assertThat(place(Map.of("zone", "north", "disk", "ssd"), null)).isEmpty();
        assertThat(place(Map.of("zone", "west"), null)).as("is away").isEmpty();
    }

    @Test
    void aContainerStaysWhereItIsUnlessAnotherHostIsRequiredAndThere() {
        assertThat(place(Map.of(), H2)).contains(H2);
        assertThat(place(Map.of("zone", "west"), H3))
                .as("is away, and the right one")
                .contains(H3);
        assertThat(place(Map.of("zone", "north"), H2)).contains(H1);
        assertThat(place(Map.of("zone", "east"), H2))
                .as("nobody else has it either")
                .contains(H2);
        assertThat(place(Map.of("zone", "north"), new HostName("unheard-of"))).contains(new HostName("unheard-of"));
    }

    private static Optional<HostName> placeAmong(List<Heartbeat> hosts, Evaluation... others) {
        var byName = new LinkedHashMap<HostName, Heartbeat>();
        hosts.forEach(host -> byName.put(host.status().host(), host));
        return Placement.of(new TreeMap<>(), null, byName, List.of(others), NOW);
    }

    private static Evaluation on(HostName host, String name) {
        return EvaluationPlanner.define(
                        new ContainerName(name),
                        null,
                        new ContainerDefinition(Json.object().put("boot", true)),
                        1,
                        null,
                        Map.of(),
                        TestSnapshot.choosing(host))
                .evaluation();
    }

    private static Heartbeat ready(HostName name, Instant received) {
        return new Heartbeat(host(name, HostStatus.Availability.READY, Map.of()).status(), received);
    }

    @Test
    void hostWithTheFewestContainersIsChosen() {
        List<Heartbeat> hosts = List.of(ready(H1, NOW), ready(H2, NOW));
        assertThat(placeAmong(hosts, on(H1, "a"))).contains(H2);
        assertThat(placeAmong(hosts, on(H1, "a"), on(H2, "b"), on(H2, "c"))).contains(H1);
    }

    @Test
    void firstHostByNameIsChosenAmongEquals() {
        List<Heartbeat> hosts = List.of(ready(H3, NOW), ready(H2, NOW), ready(H1, NOW));
        assertThat(placeAmong(hosts)).contains(H1);
        assertThat(placeAmong(hosts, on(H1, "a"))).contains(H2);
    }

    @Test
    void containerWithoutSpecBurdensNoHost() {
        Evaluation deleted = RemovalPlanner.delete(
                        new ContainerName("a"), on(H1, "a"), 2, null, new CommandId("deletion"))
                .evaluation();
        assertThat(placeAmong(List.of(ready(H1, NOW), ready(H2, NOW)), deleted)).contains(H1);
    }

    @Test
    void hostWhoseHeartbeatsStoppedIsNotChosen() {
        assertThat(placeAmong(List.of(ready(H1, NOW.minusSeconds(60)), ready(H2, NOW)), on(H2, "a")))
                .contains(H2);
        assertThat(placeAmong(List.of(ready(H1, NOW.minusSeconds(60))))).isEmpty();
    }
}
