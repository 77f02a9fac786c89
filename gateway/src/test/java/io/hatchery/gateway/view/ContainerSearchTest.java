package io.hatchery.gateway.view;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.bus.BusRecord;
import io.hatchery.gateway.access.ApiPrincipal;
import io.hatchery.protocol.Phase;
import io.hatchery.protocol.Topics;
import io.hatchery.protocol.resource.Container;
import io.hatchery.protocol.token.Role;
import io.hatchery.protocol.token.Scope;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.HostName;
import io.hatchery.spec.LabelSelector;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ContainerSearchTest {
    private static final Instant NOW = Instant.parse("2026-03-01T00:00:00Z");
    private static final List<String> SELECTORS = List.of(
            "",
            "tier=web",
            "tier=db,zone!=a",
            "zone in (a,b)",
            "zone notin (a)",
            "rare",
            "!rare",
            "tier=none",
            "rare=yes,tier in (web,db)",
            "tier!=web,!rare");
    private static final List<String> PHASES = List.of("running", "stopped", "failed");

    private static final List<Phase> SHOWN = List.of(Phase.values());

    /** In the order of attention that they need. */
    private static final List<Phase> SORTED = List.of(
            Phase.FAILED,
            Phase.UNKNOWN,
            Phase.BACKOFF,
            Phase.STOPPING,
            Phase.STARTING,
            Phase.PREPARING,
            Phase.ABSENT,
            Phase.STOPPED,
            Phase.RUNNING);

    private final Random random = new Random(7);
    private FoldedFleet fleet = new FoldedFleet();
    private long offset;

    private BusRecord record(String topic, String key, @Nullable String value) {
        return Records.of(topic, offset++, key, value, NOW, Map.of());
    }

    private BusRecord evaluation(String name, int host) {
        String labels = "{\"tier\":\"" + (random.nextInt(4) == 0 ? "db" : "web") + "\",\"zone\":\""
                + (char) ('a' + random.nextInt(3)) + "\"" + (random.nextInt(50) == 0 ? ",\"rare\":\"yes\"" : "") + "}";
        String spec = "{\"name\":\"" + name + "\",\"host\":\"host" + host + "\",\"generation\":"
                + (1 + random.nextInt(2))
                + ",\"payload\":{\"type\":\"command\",\"command\":[\"/bin/x\"]},\"root\":\"/r\","
                + "\"environment\":{},\"bindMounts\":[],\"tmpfs\":[],\"ephemeral\":false,\"autoStart\":false,"
                + "\"restartIfChanged\":true,\"startTimeout\":\"1min\",\"stopTimeout\":\"3min\",\"restart\":\"no\","
                + "\"readiness\":\"started\",\"killSignal\":\"SIGTERM\",\"labels\":" + labels
                + (random.nextInt(10) == 0 ? ",\"description\":\"The Shop\"" : "") + "}";
        return record(
                Topics.EVALUATIONS.name(),
                name,
                "{\"container\":\"" + name + "\",\"state\":\"evaluated\",\"revision\":1,\"evaluatedRevision\":1,"
                        + "\"generation\":1,\"spec\":" + spec + ",\"errors\":[],\"systems\":[]}");
    }

    private BusRecord status(String name, int host) {
        return record(
                Topics.STATUS.name(),
                name,
                "{\"container\":\"" + name + "\",\"host\":\"host" + host + "\",\"phase\":\""
                        + PHASES.get(random.nextInt(3)) + "\",\"generation\":1,\"since\":\""
                        + NOW.minusSeconds(random.nextInt(100))
                        + "\",\"restarts\":0,\"outdated\":" + random.nextBoolean() + "}");
    }

    /** Twenty hosts, of which some are lost and one was never heard of, and containers that change and go. */
    private void fill(int containers, int lostHosts) {
        var records = new ArrayList<BusRecord>();
        for (int host = 1; host < 20; host++) {
            records.add(Records.heartbeat(offset++, "host" + host, host <= lostHosts ? NOW.minusSeconds(60) : NOW));
        }
        for (int i = 0; i < containers; i++) {
            String name = "c" + random.nextInt(10_000);
            int host = random.nextInt(20);
            records.add(evaluation(name, host));
            if (random.nextInt(5) > 0) {
                records.add(status(name, host));
            }
            if (random.nextInt(10) == 0) {
                records.add(evaluation(name, random.nextInt(20)));
            }
            if (random.nextInt(10) == 0) {
                records.add(record(Topics.STATUS.name(), name, null));
                records.add(record(Topics.EVALUATIONS.name(), name, null));
            }
        }
        fleet.applyAll(records);
    }

    private FleetFilter filter() {
        return new FleetFilter(
                Scope.ALL,
                LabelSelector.parse(SELECTORS.get(random.nextInt(SELECTORS.size()))),
                random.nextInt(4) == 0 ? new HostName("host" + random.nextInt(21)) : null,
                random.nextInt(3) == 0 ? SHOWN.get(random.nextInt(SHOWN.size())) : null,
                false,
                random.nextInt(4) == 0 ? (Boolean) random.nextBoolean() : null,
                random.nextInt(6) == 0 ? List.of("c1", "shop", "HOST3", "%").get(random.nextInt(4)) : null);
    }

    private ContainerOrder order() {
        return ContainerOrder.parse(
                ContainerOrder.words().get(random.nextInt(ContainerOrder.words().size())));
    }

    private static Comparator<Container> comparator(ContainerOrder order) {
        Comparator<Container> sorted = switch (order.sort()) {
            case NAME -> Comparator.comparing(Container::name);
            case HOST ->
                Comparator.comparing(container ->
                        container.host() == null ? "" : container.host().value());
            case PHASE ->
                Comparator.comparingInt(
                        container -> SORTED.indexOf(container.status().phase()));
            case CHANGED ->
                Comparator.comparing(container -> {
                    Instant since = container.status().last() == null
                            ? container.status().since()
                            : container.status().last().since();
                    return since == null ? Instant.EPOCH : since;
                });
        };
        Comparator<Container> whole = sorted.thenComparing(Container::name);
        return order.isDescending() ? whole.reversed() : whole;
    }

    private static boolean isFound(FleetFilter query, Container container) {
        var labels = container.spec() == null
                ? Map.<String, String>of()
                : container.spec().labels();
        String host = container.host() == null ? "" : container.host().value();
        return query.selector().matches(labels)
                && (query.host() == null || query.host().equals(container.host()))
                && (query.phase() == null || query.phase() == container.status().phase())
                && (query.outdated() == null || query.outdated() == isOutdated(container))
                && (query.text() == null || isIn(container, host, query.text().toLowerCase(java.util.Locale.ROOT)));
    }

    private static boolean isIn(Container container, String host, String text) {
        String description = container.spec() == null ? null : container.spec().description();
        return container.name().value().contains(text)
                || host.contains(text)
                || description != null
                        && description.toLowerCase(java.util.Locale.ROOT).contains(text);
    }

    private static boolean isOutdated(Container container) {
        var last = container.status().last();
        var generation = last == null ? container.status().generation() : last.generation();
        boolean outdated = last == null ? Boolean.TRUE.equals(container.status().outdated()) : last.outdated();
        return outdated
                || container.spec() != null
                        && generation != null
                        && !Objects.equals(container.spec().generation(), generation);
    }

    @Test
    void everyQueryFindsWhatAScanOfAllContainersFinds() {
        for (int lostHosts : new int[] {0, 3, 17, 19}) {
            // With the lower bound the labels of the test are common ones, as with the higher one in a large fleet.
            fleet = new FoldedFleet(new ProjectionLimits(10, lostHosts == 3 ? 10_000 : 20));
            fill(600, lostHosts);
            FleetView view = fleet.view();
            List<Container> all = view.containers().stream()
                    .map(name -> fleet.shown(name, NOW))
                    .toList();
            for (int i = 0; i < 500; i++) {
                FleetFilter filter = filter();
                ContainerOrder order = order();
                var query = new ContainerQuery(filter, order, null, 1 + random.nextInt(60));
                assertThat(pages(view, query))
                        .as("%s", query)
                        .containsExactlyElementsOf(all.stream()
                                .filter(container -> isFound(filter, container))
                                .sorted(comparator(order))
                                .map(Container::name)
                                .toList());
            }
        }
    }

    private Scope scope() {
        var hosts = new TreeSet<HostName>();
        for (int i = random.nextInt(4); i > 1; i--) {
            hosts.add(new HostName("host" + random.nextInt(20)));
        }
        return new Scope(LabelSelector.parse(SELECTORS.get(random.nextInt(SELECTORS.size()))), hosts);
    }

    /** A container without a definition has no labels, as far as is known, and a scope with labels does not include it. */
    private static boolean isInScope(Scope scope, Container container) {
        return scope.isOfAllLabels()
                ? scope.admitsHost(container.host())
                : container.spec() != null && scope.admits(container.spec().labels(), container.host());
    }

    @Test
    void principalWithAScopeFindsWhatAScanOfItsContainersFinds() {
        for (int counted : new int[] {20, 10_000}) {
            fleet = new FoldedFleet(new ProjectionLimits(10, counted));
            fill(600, 3);
            FleetView whole = fleet.view();
            List<Container> all = whole.containers().stream()
                    .map(name -> fleet.shown(name, NOW))
                    .toList();
            for (int i = 0; i < 300; i++) {
                Scope scope = scope();
                FleetView view = whole.seenBy(new ApiPrincipal("token/x", Role.OPERATOR, scope, ""));
                FleetFilter filter = filter();
                ContainerOrder order = order();
                List<ContainerName> visible = all.stream()
                        .filter(container -> isInScope(scope, container) && isFound(filter, container))
                        .sorted(comparator(order))
                        .map(Container::name)
                        .toList();
                var query = new ContainerQuery(filter, order, null, 1 + random.nextInt(60));
                assertThat(pages(view, query)).as("%s %s", scope, query).isEqualTo(visible);
                assertThat(view.phases(filter, NOW).values().stream()
                                .mapToInt(Integer::intValue)
                                .sum())
                        .as("%s %s", scope, filter)
                        .isEqualTo(visible.size());
                assertThat(all.stream().map(Container::name).filter(view::isThere))
                        .as("%s", scope)
                        .containsExactlyInAnyOrderElementsOf(all.stream()
                                .filter(container -> isInScope(scope, container))
                                .map(Container::name)
                                .toList());
            }
        }
    }

    /** The names on all pages. */
    private static List<ContainerName> pages(FleetView view, ContainerQuery query) {
        var names = new ArrayList<ContainerName>();
        ContainerPlace after = null;
        do {
            ContainerPage page = view.containers(query.withAfter(after), NOW);
            assertThat(page.containers()).hasSizeLessThanOrEqualTo(query.limit());
            page.containers().forEach(container -> names.add(container.name()));
            after = page.next() == null
                    ? null
                    : ContainerPlace.parse(page.next().text());
        } while (after != null);
        return names;
    }

    @Test
    void countsAreThoseOfAScan() {
        fill(600, 3);
        FleetView view = fleet.view();
        List<Container> all =
                view.containers().stream().map(name -> fleet.shown(name, NOW)).toList();
        for (int i = 0; i < 300; i++) {
            FleetFilter filter = filter();
            Map<Phase, Integer> counts = view.phases(filter, NOW);
            for (Phase phase : Phase.values()) {
                assertThat((long) counts.getOrDefault(phase, 0))
                        .as("%s %s", filter, phase)
                        .isEqualTo(all.stream()
                                .filter(container -> isFound(filter, container))
                                .filter(container -> container.status().phase() == phase)
                                .count());
            }
        }
    }

    @Test
    void numbersByPhaseAreThoseOfAScan() {
        fill(600, 3);
        FleetView view = fleet.view();
        for (Phase phase : Phase.values()) {
            long scanned = view.containers().stream()
                    .filter(name -> view.phase(name, NOW) == phase)
                    .count();
            assertThat((long) view.phases(NOW).getOrDefault(phase, 0))
                    .as("%s", phase)
                    .isEqualTo(scanned);
        }
    }
}
