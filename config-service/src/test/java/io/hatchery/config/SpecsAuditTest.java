package io.hatchery.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.config.system.Systems;
import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.Evaluation;
import io.hatchery.protocol.HostSpecs;
import io.hatchery.protocol.HostStatus;
import io.hatchery.protocol.HostStatusBuilder;
import io.hatchery.spec.ContainerDefinition;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Generation;
import io.hatchery.spec.HostName;
import io.hatchery.spec.SystemSource;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import io.hatchery.spec.option.DefinitionProblem;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class SpecsAuditTest {
    private static final HostName H1 = new HostName("h1");
    private static final HostName H2 = new HostName("h2");
    private static final ContainerName WEB = new ContainerName("web");
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final Duration LATER = SpecsAudit.SETTLING.plusSeconds(1);

    private final SpecsAudit audit = new SpecsAudit();
    private final ContainerIndex evaluations = new ContainerIndex();

    private static Evaluation defined(ContainerName name, HostName host) {
        try {
            var definition = new ContainerDefinition(
                    Json.readYamlObject(("{boot: true, host: " + host + "}").getBytes(StandardCharsets.UTF_8)));
            return EvaluationPlanner.define(
                            name, null, definition, 5, null, DefinitionEvaluator.over(Map.of()), new Alone())
                    .evaluation();
        } catch (UnreadableException e) {
            throw new AssertionError(e);
        }
    }

    private static Evaluation deleted(ContainerName name, boolean confirmed) {
        Evaluation gone = RemovalPlanner.delete(name, defined(name, H1), 6, null, new CommandId("x1"))
                .evaluation();
        return confirmed ? RemovalPlanner.release(gone).evaluation() : gone;
    }

    private void put(Evaluation evaluation, Instant now) {
        audit.changed(evaluations.put(evaluation), now);
    }

    private static HostStatus status(String digest, ContainerName... unnamed) {
        return HostStatusBuilder.builder()
                .host(H1)
                .state(HostStatus.Availability.READY)
                .machineId("m")
                .bootId("b")
                .runtime("/run/hatchery")
                .pid(1)
                .version("v")
                .driver("direct")
                .cgroups("v2")
                .labels(new TreeMap<>())
                .cpus(1)
                .memory(1)
                .containers(0)
                .started(NOW)
                .at(NOW)
                .interval(5)
                .specs(new HostSpecs("id", 0, digest, List.of(unnamed)))
                .build();
    }

    private static String digestOf(ContainerName name) {
        return HostSpecs.digest(HostSpecs.share(name, Generation.FIRST));
    }

    /** Looks once, and again when everything has settled. */
    private Map<HostName, Boolean> toldAgain(HostStatus status, ContainerName of) {
        assertThat(audit.view(status, evaluations, NOW)).isEmpty();
        audit.view(status, evaluations, NOW.plus(LATER));
        return audit.take(of);
    }

    @Test
    void hostThatHasReadItsSpecsGetsNothingAgain() {
        put(defined(WEB, H1), NOW);
        assertThat(toldAgain(status(digestOf(WEB)), WEB)).isEmpty();
    }

    @Test
    void unreadSpecIsPublishedAgainOnce() {
        put(defined(WEB, H1), NOW);
        assertThat(toldAgain(status(HostSpecs.digest(0)), WEB)).containsExactly(Map.entry(H1, false));
        assertThat(audit.take(WEB)).isEmpty();
        assertThat(audit.view(status(HostSpecs.digest(0)), evaluations, NOW.plus(LATER.multipliedBy(2))))
                .as("it waits longer each time")
                .isEmpty();
        assertThat(audit.view(status(HostSpecs.digest(0)), evaluations, NOW.plus(LATER.multipliedBy(4))))
                .containsExactly(WEB);
    }

    @Test
    void takeoverDiscardsRepetitionsOfTheStandby() {
        put(defined(WEB, H1), NOW);
        audit.view(status("0"), evaluations, NOW);
        audit.view(status("0"), evaluations, NOW.plus(LATER));
        audit.forget();
        assertThat(audit.take(WEB)).isEmpty();
    }

    @Test
    void hostThatWasJustGivenASpecMayNotHaveReadItYet() {
        put(defined(WEB, H1), NOW);
        audit.view(status("0"), evaluations, NOW);
        put(defined(new ContainerName("db"), H1), NOW.plus(LATER).minusSeconds(1));
        assertThat(audit.view(status("0"), evaluations, NOW.plus(LATER))).isEmpty();
    }

    @Test
    void openRemovalIsPublishedAgainForAnUnnamedContainer() {
        put(deleted(WEB, false), NOW);
        assertThat(toldAgain(status("0", WEB), WEB)).containsExactly(Map.entry(H1, false));
    }

    @Test
    void openRemovalIsPublishedAgainEvenIfAllSpecsAreRead() {
        var db = new ContainerName("db");
        put(defined(db, H1), NOW);
        put(deleted(WEB, false), NOW);
        HostStatus status = status(digestOf(db));
        assertThat(toldAgain(status, WEB)).containsExactly(Map.entry(H1, false));
        assertThat(audit.take(db)).isEmpty();
        put(deleted(WEB, true), NOW.plus(LATER));
        assertThat(audit.view(status, evaluations, NOW.plus(LATER.multipliedBy(9))))
                .isEmpty();
    }

    @Test
    void containerThatIsNotToBeThereMayBeRemoved() {
        put(deleted(WEB, true), NOW);
        assertThat(toldAgain(status("0", WEB), WEB)).containsExactly(Map.entry(H1, true));
        var db = new ContainerName("db");
        put(defined(db, H2), NOW.plus(LATER));
        audit.view(status("0", db), evaluations, NOW.plus(LATER.multipliedBy(4)));
        assertThat(audit.take(db)).containsExactly(Map.entry(H1, true));
    }

    @Test
    void containerThatNoEvaluationKnowsIsLeftAlone() {
        assertThat(toldAgain(status("0", WEB), WEB)).isEmpty();
    }

    @Test
    void moreThanAFewContainersAreLeftToAnOperator() {
        var names = List.of("a", "b", "c", "d").stream().map(ContainerName::new).toList();
        names.forEach(name -> put(deleted(name, true), NOW));
        audit.view(status("0", names.toArray(ContainerName[]::new)), evaluations, NOW);
        assertThat(audit.view(status("0", names.toArray(ContainerName[]::new)), evaluations, NOW.plus(LATER)))
                .isEmpty();
    }

    @Test
    void openRemovalIsRepeatedEachWeek() {
        var releasingHost = new Evaluation.ReleasingHost(H1, new CommandId("x1"), null, null, null, null);
        assertThat(SpecsAudit.isToBeRepeated(releasingHost, NOW)).isTrue();
        assertThat(SpecsAudit.isToBeRepeated(releasingHost.again(NOW), NOW.plus(Duration.ofDays(6))))
                .isFalse();
        assertThat(SpecsAudit.isToBeRepeated(releasingHost.again(NOW), NOW.plus(Duration.ofDays(7))))
                .isTrue();
    }

    private record Alone() implements FleetSnapshot {
        @Override
        public Optional<HostName> place(
                SortedMap<String, String> hostSelector, @Nullable HostName last, ResourceDemand demand) {
            return Optional.empty();
        }

        @Override
        public List<DefinitionProblem> clashes(ContainerSpec spec) {
            return List.of();
        }

        @Override
        public Systems.BuildProgress system(ContainerName container, long revision, SystemSource source) {
            return new Systems.PendingSystem();
        }

        @Override
        public Instant now() {
            return NOW;
        }
    }
}
