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
import io.hatchery.spec.Limits;
import io.hatchery.spec.json.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
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
        var placement = new Placement();
        placement.view(H1, host(H1, HostStatus.Availability.READY, Map.of("zone", "north")));
        placement.view(H2, host(H2, HostStatus.Availability.READY, Map.of("zone", "south", "disk", "ssd")));
        placement.view(H3, host(H3, HostStatus.Availability.AWAY, Map.of("zone", "west")));
        return placement.choose(new TreeMap<>(hostSelector), last, ResourceDemand.NONE, NOW);
    }

    @Test
    void hostIsChosenByItsLabels() {
        assertThat(place(Map.of(), null)).contains(H1);
        assertThat(place(Map.of("zone", "south"), null)).contains(H2);
        assertThat(place(Map.of("zone", "south", "disk", "ssd"), null)).contains(H2);
        assertThat(place(Map.of("zone", "north", "disk", "ssd"), null)).isEmpty();
        assertThat(place(Map.of("zone", "west"), null)).as("is away").isEmpty();
    }

    @Test
    void containerStaysOnItsHostUnlessOnlyAnotherMatches() {
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
        var index = new ContainerIndex();
        List.of(others).forEach(index::put);
        hosts.forEach(host -> index.placement().view(host.status().host(), host));
        return index.placement().choose(new TreeMap<>(), null, ResourceDemand.NONE, NOW);
    }

    private static Evaluation on(HostName host, String name) {
        return EvaluationPlanner.define(
                        new ContainerName(name),
                        null,
                        new ContainerDefinition(Json.object().put("boot", true)),
                        1,
                        null,
                        DefinitionEvaluator.over(Map.of()),
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
    void lostHostIsNotChosen() {
        assertThat(placeAmong(List.of(ready(H1, NOW.minusSeconds(60)), ready(H2, NOW)), on(H2, "a")))
                .contains(H2);
        assertThat(placeAmong(List.of(ready(H1, NOW.minusSeconds(60))))).isEmpty();
    }

    private static Heartbeat sized(HostName name, int cpus, long memory) {
        return new Heartbeat(ready(name, NOW).status().withCpus(cpus).withMemory(memory), NOW);
    }

    private static Optional<HostName> choose(Placement placement, ResourceDemand demand) {
        return placement.choose(new TreeMap<>(), null, demand, NOW);
    }

    @Test
    void hostWithTwiceTheProcessorsTakesTwiceTheContainers() {
        var placement = new Placement();
        placement.view(H1, sized(H1, 2, 100));
        placement.view(H2, sized(H2, 4, 100));
        var chosen = new ArrayList<HostName>();
        for (int i = 0; i < 6; i++) {
            HostName host = choose(placement, ResourceDemand.NONE).orElseThrow();
            placement.add(host, ResourceDemand.NONE);
            chosen.add(host);
        }
        assertThat(chosen).containsExactly(H1, H2, H2, H1, H2, H2);
    }

    @Test
    void hostWithoutRoomForTheMemoryOfAContainerIsPassedOver() {
        var placement = new Placement();
        placement.view(H1, sized(H1, 1, 100));
        placement.view(H2, sized(H2, 1, 200));
        placement.add(H1, new ResourceDemand(60, 0));
        placement.add(H2, new ResourceDemand(60, 0));
        placement.add(H2, new ResourceDemand(60, 0));
        assertThat(choose(placement, new ResourceDemand(40, 0))).contains(H1);
        assertThat(choose(placement, new ResourceDemand(41, 0))).contains(H2);
        assertThat(choose(placement, new ResourceDemand(81, 0)))
                .as("no host has room: limits are no reservations")
                .contains(H1);
        placement.subtract(H1, new ResourceDemand(60, 0));
        assertThat(choose(placement, new ResourceDemand(81, 0))).contains(H1);
    }

    @Test
    void hostWithoutRoomForTheProcessorsOfAContainerIsPassedOver() {
        var placement = new Placement();
        placement.view(H1, sized(H1, 1, 100));
        placement.view(H2, sized(H2, 1, 100));
        placement.add(H1, new ResourceDemand(0, 60));
        placement.add(H2, new ResourceDemand(0, 50));
        placement.add(H2, new ResourceDemand(0, 0));
        assertThat(choose(placement, new ResourceDemand(0, 40))).contains(H1);
        assertThat(choose(placement, new ResourceDemand(0, 50))).contains(H2);
    }

    @Test
    void amongManyFullHostsTheOneWithMostMemoryIsFound() {
        var placement = new Placement();
        int hosts = 3 * PlacementCandidates.MAX_PROBES;
        for (int i = 0; i < hosts; i++) {
            var host = new HostName(String.format("n%03d", i));
            placement.view(host, sized(host, 1, i == hosts - 1 ? 1_000 : 100));
            placement.add(host, new ResourceDemand(100, 0));
        }
        var last = new HostName(String.format("n%03d", hosts - 1));
        assertThat(choose(placement, new ResourceDemand(500, 0))).contains(last);
        var first = new HostName("n000");
        placement.view(first, sized(first, 1, 2_000));
        placement.add(first, new ResourceDemand(100, 0));
        placement.view(last, sized(last, 1, 4_000));
        assertThat(choose(placement, new ResourceDemand(3_000, 0)))
                .as("its memory has grown")
                .contains(last);
        assertThat(choose(placement, new ResourceDemand(5_000, 0))).contains(new HostName("n001"));
    }

    @Test
    void demandIsTakenFromTheLimits() {
        assertThat(ResourceDemand.of(new Limits("536870912", null, "150%", null, null, null)))
                .isEqualTo(new ResourceDemand(536_870_912, 150));
        assertThat(ResourceDemand.of(new Limits("infinity", null, null, null, null, null)))
                .isEqualTo(ResourceDemand.NONE);
        assertThat(ResourceDemand.of((Limits) null)).isEqualTo(ResourceDemand.NONE);
        var values = Json.object();
        values.putObject("limits").put("memoryMax", "1024").put("cpuQuota", "20%");
        assertThat(ResourceDemand.of(values)).isEqualTo(new ResourceDemand(1_024, 20));
        assertThat(ResourceDemand.of(Json.object())).isEqualTo(ResourceDemand.NONE);
    }

    @Test
    void hostThatWasSilentIsChosenAgainAfterItsNextHeartbeat() {
        var placement = new Placement();
        placement.view(H1, ready(H1, NOW.minusSeconds(60)));
        placement.view(H2, ready(H2, NOW));
        placement.add(H2, ResourceDemand.NONE);
        assertThat(choose(placement, ResourceDemand.NONE)).contains(H2);
        placement.view(H1, ready(H1, NOW));
        assertThat(choose(placement, ResourceDemand.NONE)).contains(H1);
        placement.remove(H1);
        assertThat(choose(placement, ResourceDemand.NONE)).contains(H2);
    }

    @Test
    void containerThatLeftItsHostNoLongerLoadsIt() {
        var placement = new Placement();
        placement.view(H1, ready(H1, NOW));
        placement.view(H2, ready(H2, NOW));
        placement.add(H1, ResourceDemand.NONE);
        placement.add(H1, ResourceDemand.NONE);
        placement.add(H2, ResourceDemand.NONE);
        assertThat(choose(placement, ResourceDemand.NONE)).contains(H2);
        placement.subtract(H1, ResourceDemand.NONE);
        placement.subtract(H1, ResourceDemand.NONE);
        assertThat(choose(placement, ResourceDemand.NONE)).contains(H1);
    }

    @Test
    void containerStaysOnAHostWithoutHeartbeat() {
        var placement = new Placement();
        placement.remove(new HostName("unheard-of"));
        placement.view(H1, host(H1, HostStatus.Availability.READY, Map.of("zone", "north")));
        placement.view(H2, host(H2, HostStatus.Availability.READY, Map.of("zone", "south")));
        placement.add(H3, ResourceDemand.NONE);
        var north = new TreeMap<>(Map.of("zone", "north"));
        assertThat(placement.choose(north, H3, ResourceDemand.NONE, NOW)).contains(H3);
        assertThat(placement.choose(north, H2, ResourceDemand.NONE, NOW)).contains(H1);
        placement.remove(H2);
        assertThat(placement.choose(north, H2, ResourceDemand.NONE, NOW)).contains(H2);
    }

    /** A host of the naive model: what the index keeps in order is looked through here. */
    private record Model(Heartbeat heartbeat, long containers, long memory, long cpuPercent) {
        boolean fits(ResourceDemand demand) {
            HostStatus status = heartbeat.status();
            return (demand.memory() == 0 || memory + demand.memory() <= status.memory())
                    && (demand.cpuPercent() == 0 || cpuPercent + demand.cpuPercent() <= 100L * status.cpus());
        }

        double load() {
            return (double) containers / heartbeat.status().cpus();
        }

        Model with(ResourceDemand demand, int sign) {
            return new Model(
                    heartbeat,
                    containers + sign,
                    memory + sign * demand.memory(),
                    cpuPercent + sign * demand.cpuPercent());
        }

        Model with(Heartbeat now) {
            return new Model(now, containers, memory, cpuPercent);
        }
    }

    private static Optional<HostName> scan(
            Map<HostName, Model> models, Map<String, String> selector, ResourceDemand demand, Instant now) {
        List<Model> candidates = models.values().stream()
                .filter(model -> model.heartbeat.isAlive(now))
                .filter(model -> model.heartbeat.status().labels().entrySet().containsAll(selector.entrySet()))
                .sorted(Comparator.comparingDouble(Model::load)
                        .thenComparing(model -> model.heartbeat.status().host()))
                .toList();
        return candidates.stream()
                .filter(model -> model.fits(demand))
                .findFirst()
                .or(() -> candidates.stream().findFirst())
                .map(model -> model.heartbeat.status().host());
    }

    private static Heartbeat anyHeartbeat(HostName name, Random random, Instant now) {
        var state = random.nextInt(5) == 0 ? HostStatus.Availability.AWAY : HostStatus.Availability.READY;
        HostStatus status =
                host(name, state, Map.of("zone", "z" + random.nextInt(2))).status();
        return new Heartbeat(
                status.withCpus(1 + random.nextInt(2)).withMemory(random.nextBoolean() ? 100 : 300),
                now.minusSeconds(random.nextInt(20)));
    }

    @Test
    void choiceIsThatOfAScanOfAllHosts() {
        for (int seed = 0; seed < 30; seed++) {
            var random = new Random(seed);
            var placement = new Placement();
            var models = new HashMap<HostName, Model>();
            Instant now = NOW;
            for (int step = 0; step < 400; step++) {
                now = now.plusMillis(random.nextInt(500));
                var name = new HostName("n" + random.nextInt(12));
                var demand = new ResourceDemand(random.nextInt(3) * 50L, random.nextInt(3) * 40L);
                if (random.nextInt(3) == 0) {
                    Heartbeat heartbeat = anyHeartbeat(name, random, now);
                    placement.view(name, heartbeat);
                    models.merge(name, new Model(heartbeat, 0, 0, 0), (was, first) -> was.with(heartbeat));
                }
                Map<String, String> selector =
                        random.nextBoolean() ? Map.of() : Map.of("zone", "z" + random.nextInt(2));
                Optional<HostName> chosen = placement.choose(new TreeMap<>(selector), null, demand, now);
                assertThat(chosen).as("seed %d, step %d", seed, step).isEqualTo(scan(models, selector, demand, now));
                chosen.ifPresent(host -> {
                    placement.add(host, demand);
                    models.computeIfPresent(host, (h, model) -> model.with(demand, 1));
                });
            }
        }
    }

    @Test
    void selectorsBeyondTheKeptOnesAreOrderedAnew() {
        var placement = new Placement();
        placement.view(H1, host(H1, HostStatus.Availability.READY, Map.of("zone", "north")));
        placement.view(H2, host(H2, HostStatus.Availability.READY, Map.of("zone", "north")));
        var north = new TreeMap<>(Map.of("zone", "north"));
        assertThat(placement.choose(north, null, ResourceDemand.NONE, NOW)).contains(H1);
        for (int i = 0; i <= Placement.MAX_SELECTORS; i++) {
            assertThat(placement.choose(new TreeMap<>(Map.of("n", "" + i)), null, ResourceDemand.NONE, NOW))
                    .isEmpty();
        }
        placement.add(H1, ResourceDemand.NONE);
        assertThat(placement.choose(north, null, ResourceDemand.NONE, NOW)).contains(H2);
    }
}
