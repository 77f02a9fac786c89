package io.hatchery.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.hatchery.config.system.Systems;
import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.Evaluation;
import io.hatchery.spec.ContainerDefinition;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Generation;
import io.hatchery.spec.HostName;
import io.hatchery.spec.Payload;
import io.hatchery.spec.ProfileName;
import io.hatchery.spec.SystemSource;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import io.hatchery.spec.option.DefinitionLimits;
import io.hatchery.spec.option.DefinitionProblem;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class EvaluationPlannerTest {
    private static final ContainerName WEB = new ContainerName("web");
    private static final HostName H1 = new HostName("h1");
    private static final HostName H2 = new HostName("h2");
    private static final CommandId DELETION = new CommandId("deletion");

    private static ContainerDefinition definition(String yaml) {
        try {
            return new ContainerDefinition(Json.readYamlObject(yaml.getBytes(StandardCharsets.UTF_8)));
        } catch (UnreadableException e) {
            throw new AssertionError(e);
        }
    }

    private static EvaluationPlan define(
            @Nullable Evaluation before, String yaml, long revision, @Nullable Long expected) {
        return EvaluationPlanner.define(
                WEB, before, definition(yaml), revision, expected, DefinitionEvaluator.over(Map.of()), alone(H1));
    }

    @Test
    void specIsPublishedOnceWithANewGenerationIfItDiffers() {
        EvaluationPlan first = define(null, "{boot: true}", 5, null);
        assertThat(first.evaluation().state()).isEqualTo(Evaluation.State.EVALUATED);
        assertThat(first.published()).isEqualTo(first.evaluation().spec());
        assertThat(first.evaluation().generation()).isEqualTo(Generation.FIRST);

        EvaluationPlan same = define(first.evaluation(), "{boot: true, stopTimeout: 180}", 6, null);
        assertThat(same.published()).isNull();
        assertThat(same.evaluation().revision()).isEqualTo(6);
        assertThat(same.evaluation().generation()).isEqualTo(Generation.FIRST);

        EvaluationPlan changed = define(same.evaluation(), "{boot: true, stopTimeout: 10}", 7, null);
        assertThat(changed.evaluation().generation()).isEqualTo(new Generation(2));
        assertThat(changed.published()).isNotNull();
    }

    @Test
    void failedEvaluationKeepsTheLastGoodSpecInForce() {
        Evaluation good = define(null, "{boot: true}", 5, null).evaluation();
        EvaluationPlan failed = define(good, "{boot: 7}", 6, null);
        assertThat(failed.published()).isNull();
        assertThat(failed.removal()).isNull();
        assertThat(failed.evaluation().state()).isEqualTo(Evaluation.State.FAILED);
        assertThat(failed.evaluation().spec()).isEqualTo(good.spec());
        assertThat(failed.evaluation().errors()).isNotEmpty();
    }

    @Test
    void definitionThatExpectsAnotherRevisionChangesNothing() {
        Evaluation good = define(null, "{boot: true}", 5, null).evaluation();
        EvaluationPlan refused = define(good, "{boot: true, tmpfs: [/x]}", 6, 4L);
        assertThat(refused.published()).isNull();
        assertThat(refused.evaluation().refusal()).contains("revision 5 is in force");
        assertThat(refused.evaluation().revision()).isEqualTo(5);
        assertThat(refused.evaluation().evaluatedRevision()).isEqualTo(6);
        assertThat(define(refused.evaluation(), "{boot: true, tmpfs: [/x]}", 7, 5L)
                        .published())
                .isNotNull();
        assertThat(define(null, "{boot: true}", 8, 3L).evaluation().refusal()).contains("there is no definition");
        assertThat(define(good, "{boot: true}", 9, ExpectedRevision.NONE)
                        .evaluation()
                        .refusal())
                .isNotNull();
        assertThat(RemovalPlanner.delete(WEB, good, 10, 1L, DELETION).removal()).isNull();
    }

    @Test
    void openRemovalKeepsItsRequestAndPublicationTime() {
        Evaluation first = define(null, "{boot: true}", 5, null).evaluation();
        Instant now = Instant.parse("2026-01-01T00:00:00Z");
        EvaluationPlan deleted =
                RemovalPlanner.requested(RemovalPlanner.delete(WEB, first, 6, null, DELETION), true, "ann", now);
        var releasingHost = new Evaluation.ReleasingHost(H1, DELETION, Generation.FIRST, true, "ann", now);
        assertThat(deleted.removal()).isEqualTo(releasingHost);
        assertThat(deleted.evaluation().releasingHost()).isEqualTo(releasingHost);
        Instant later = now.plusSeconds(1);
        Evaluation again = RemovalPlanner.repeat(deleted.evaluation(), releasingHost, later);
        assertThat(again.releasingHost()).isEqualTo(releasingHost.again(later));
        assertThat(again.state()).isEqualTo(Evaluation.State.DELETED);
    }

    @Test
    void generationsNeverStartAnew() {
        Evaluation first = define(null, "{boot: true}", 5, null).evaluation();
        EvaluationPlan deleted = RemovalPlanner.delete(WEB, first, 6, null, DELETION);
        assertThat(deleted.removal())
                .extracting(Evaluation.ReleasingHost::host, Evaluation.ReleasingHost::operation)
                .containsExactly(H1, DELETION);
        assertThat(deleted.evaluation().spec()).isNull();
        EvaluationPlan again = define(deleted.evaluation(), "{boot: true}", 7, null);
        assertThat(again.evaluation().generation()).isEqualTo(new Generation(2));
    }

    @Test
    void containerStaysOnItsHostUnlessItsDefinitionNamesAnother() {
        Evaluation placed = define(null, "{boot: true}", 5, null).evaluation();
        EvaluationPlan sticky = EvaluationPlanner.define(
                WEB,
                placed,
                definition("{boot: true, tmpfs: [/x]}"),
                6,
                null,
                DefinitionEvaluator.over(Map.of()),
                alone(H2));
        assertThat(sticky.published().host()).isEqualTo(H1);
        EvaluationPlan moved = define(placed, "{boot: true, host: h2}", 7, null);
        assertThat(moved.removal().host()).isEqualTo(H1);
        assertThat(moved.published()).isNull();
        assertThat(moved.evaluation().state()).isEqualTo(Evaluation.State.MOVING);
        EvaluationPlan released = RemovalPlanner.release(moved.evaluation());
        assertThat(released.published().host()).isEqualTo(H2);
        assertThat(released.evaluation().state()).isEqualTo(Evaluation.State.EVALUATED);
        assertThat(released.evaluation().isPublished()).isTrue();
    }

    @Test
    void specChangedDuringAMoveIsPublishedAfterTheRelease() {
        Evaluation placed = define(null, "{boot: true}", 5, null).evaluation();
        Evaluation moving = define(placed, "{boot: true, host: h2}", 6, null).evaluation();
        EvaluationPlan changed = define(moving, "{boot: true, host: h3}", 7, null);
        assertThat(changed.published()).isNull();
        assertThat(changed.removal()).isNull();
        assertThat(changed.evaluation().releasingHost()).isEqualTo(moving.releasingHost());
        EvaluationPlan failed = define(moving, "{boot: 7}", 8, null);
        assertThat(RemovalPlanner.release(failed.evaluation()).published()).isEqualTo(moving.spec());
    }

    @Test
    void containerMovedBackIsPublishedAtOnce() {
        Evaluation placed = define(null, "{boot: true}", 5, null).evaluation();
        Evaluation moving = define(placed, "{boot: true, host: h2}", 6, null).evaluation();
        EvaluationPlan back = define(moving, "{boot: true, host: h1}", 7, null);
        assertThat(back.published().host()).isEqualTo(H1);
        assertThat(back.evaluation().releasingHost()).isNull();
        assertThat(back.evaluation().generation()).isEqualTo(new Generation(3));
    }

    @Test
    void containerDefinedElsewhereAfterDeletionWaitsForItsRelease() {
        Evaluation placed = define(null, "{boot: true}", 5, null).evaluation();
        Evaluation deleted =
                RemovalPlanner.delete(WEB, placed, 6, null, DELETION).evaluation();
        EvaluationPlan elsewhere = define(deleted, "{boot: true, host: h2}", 7, null);
        assertThat(elsewhere.published()).isNull();
        assertThat(elsewhere.evaluation().releasingHost())
                .extracting(Evaluation.ReleasingHost::host, Evaluation.ReleasingHost::operation)
                .containsExactly(H1, DELETION);
        EvaluationPlan again = RemovalPlanner.delete(WEB, elsewhere.evaluation(), 8, null, new CommandId("second"));
        assertThat(again.removal())
                .extracting(Evaluation.ReleasingHost::host, Evaluation.ReleasingHost::operation)
                .containsExactly(H1, new CommandId("second"));
    }

    @Test
    void withoutAReadyHostItWaitsAndIsPlacedLater() {
        EvaluationPlan waiting = EvaluationPlanner.define(
                WEB, null, definition("{boot: true}"), 5, null, DefinitionEvaluator.over(Map.of()), alone(null));
        assertThat(waiting.evaluation().state()).isEqualTo(Evaluation.State.UNPLACED);
        EvaluationPlan placed = EvaluationPlanner.again(
                waiting.evaluation(), definition("{boot: true}"), DefinitionEvaluator.over(Map.of()), alone(H1));
        assertThat(placed.published()).isNotNull();
        assertThat(placed.evaluation().revision()).isEqualTo(5);
    }

    @Test
    void changedProfileChangesTheSpec() {
        var base = new ProfileName("base");
        ContainerDefinition own = definition("{boot: true, profiles: [base]}");
        Evaluation before = EvaluationPlanner.define(
                        WEB,
                        null,
                        own,
                        5,
                        null,
                        DefinitionEvaluator.over(Map.of(base, definition("{tmpfs: [/a]}"))),
                        alone(H1))
                .evaluation();
        assertThat(EvaluationPlanner.again(
                                before,
                                own,
                                DefinitionEvaluator.over(Map.of(base, definition("{tmpfs: [/a]}"))),
                                alone(null))
                        .evaluation())
                .isEqualTo(before);
        EvaluationPlan changed = EvaluationPlanner.again(
                before, own, DefinitionEvaluator.over(Map.of(base, definition("{tmpfs: [/b]}"))), alone(null));
        assertThat(changed.published().tmpfs()).containsExactly("/b");
        assertThat(changed.evaluation().generation()).isEqualTo(new Generation(2));
    }

    /** No other containers, and that host; null for none. */
    private static FleetSnapshot alone(@Nullable HostName host) {
        return among(host, List.of());
    }

    private static FleetSnapshot among(@Nullable HostName host, List<Evaluation> others) {
        return among(host, others, new Systems.PendingSystem());
    }

    /** One host, and such a progress of whatever is to be built. */
    private static FleetSnapshot with(Systems.BuildProgress system) {
        return among(H1, List.of(), system);
    }

    private static FleetSnapshot among(@Nullable HostName host, List<Evaluation> others, Systems.BuildProgress system) {
        return new FleetSnapshot() {
            @Override
            public Optional<HostName> place(
                    SortedMap<String, String> hostSelector, @Nullable HostName last, ResourceDemand demand) {
                return Optional.ofNullable(last == null ? host : last);
            }

            @Override
            public List<DefinitionProblem> clashes(ContainerSpec spec) {
                return TestSnapshot.portsOf(others).clashes(spec);
            }

            @Override
            public Systems.BuildProgress system(ContainerName container, long revision, SystemSource source) {
                return system;
            }

            @Override
            public Instant now() {
                return Instant.EPOCH;
            }
        };
    }

    @Test
    void hostPortIsForwardedToOneContainer() {
        var api = new ContainerName("api");
        var definition = definition("{boot: true, privateNetwork: true, forwardPorts: [{hostPort: 80}]}");
        Evaluation first = EvaluationPlanner.define(
                        api, null, definition, 1, null, DefinitionEvaluator.over(Map.of()), alone(H1))
                .evaluation();

        Evaluation here = EvaluationPlanner.define(
                        WEB, null, definition, 2, null, DefinitionEvaluator.over(Map.of()), among(H1, List.of(first)))
                .evaluation();
        assertThat(here.state()).isEqualTo(Evaluation.State.FAILED);
        assertThat(here.errors().getFirst().format())
                .isEqualTo(
                        "containers.web.forwardPorts: host h1 forwards that port to container api, got tcp 80 (in the"
                                + " placement); choose another hostPort or another host");

        Evaluation elsewhere = EvaluationPlanner.define(
                        WEB, null, definition, 2, null, DefinitionEvaluator.over(Map.of()), among(H2, List.of(first)))
                .evaluation();
        assertThat(elsewhere.state()).isEqualTo(Evaluation.State.EVALUATED);
        var other = definition("{boot: true, privateNetwork: true, forwardPorts: [{hostPort: 80, protocol: udp}]}");
        assertThat(EvaluationPlanner.define(
                                WEB,
                                null,
                                other,
                                2,
                                null,
                                DefinitionEvaluator.over(Map.of()),
                                among(H1, List.of(first)))
                        .evaluation()
                        .state())
                .isEqualTo(Evaluation.State.EVALUATED);
        assertThat(EvaluationPlanner.again(here, definition, DefinitionEvaluator.over(Map.of()), alone(H1))
                        .evaluation()
                        .state())
                .isEqualTo(Evaluation.State.EVALUATED);
    }

    private static Evaluation evaluated(
            @Nullable Evaluation before, String yaml, long revision, Systems.BuildProgress system) {
        return EvaluationPlanner.define(
                        WEB, before, definition(yaml), revision, null, DefinitionEvaluator.over(Map.of()), with(system))
                .evaluation();
    }

    private static Evaluation again(Evaluation before, Systems.BuildProgress system) {
        return EvaluationPlanner.again(before, before.definition(), DefinitionEvaluator.over(Map.of()), with(system))
                .evaluation();
    }

    @Test
    void lastGoodSpecIsInForceWhileASystemIsBuilt() {
        Evaluation first = evaluated(null, "{config: a}", 1, new Systems.SystemReady("/nix/store/a"));
        assertThat(first.spec().payload()).isEqualTo(new Payload.SystemPath("/nix/store/a"));

        Evaluation building = evaluated(first, "{config: b}", 2, new Systems.PendingSystem());
        assertThat(building.state()).isEqualTo(Evaluation.State.BUILDING);
        assertThat(building.spec()).isEqualTo(first.spec());

        Evaluation failed =
                again(building, new Systems.Failed(List.of(new DefinitionProblem("p", null, "o", "m", "r"))));
        assertThat(failed.state()).isEqualTo(Evaluation.State.FAILED);
        assertThat(failed.spec()).isEqualTo(first.spec());
        assertThat(again(failed, new Systems.SystemReady("/nix/store/b"))).isEqualTo(failed);

        Evaluation built = again(building, new Systems.SystemReady("/nix/store/b"));
        assertThat(built.state()).isEqualTo(Evaluation.State.EVALUATED);
        assertThat(built.generation()).isEqualTo(new Generation(2));
        assertThat(built.systems())
                .extracting(Evaluation.GivenSystem::path)
                .containsExactly("/nix/store/a", "/nix/store/b");
    }

    @Test
    void revisionIsEvaluatedOnce() {
        Evaluation first = evaluated(null, "{config: a}", 1, new Systems.SystemReady("/nix/store/a"));
        assertThat(again(first, new Systems.SystemReady("/nix/store/other"))).isEqualTo(first);
        assertThat(evaluated(first, "{config: a}", 2, new Systems.SystemReady("/nix/store/other"))
                        .generation())
                .isEqualTo(new Generation(2));
    }

    @Test
    void systemEndsWithTheFirstSpecThatDoesNotHaveIt() {
        Evaluation first = evaluated(null, "{path: /nix/store/a}", 1, new Systems.PendingSystem());
        Evaluation root = evaluated(first, "{boot: true}", 2, new Systems.PendingSystem());
        Evaluation changed = evaluated(root, "{boot: true, stopTimeout: 7}", 3, new Systems.PendingSystem());
        Evaluation second = evaluated(changed, "{path: /nix/store/a}", 4, new Systems.PendingSystem());
        assertThat(second.systems())
                .extracting(Evaluation.GivenSystem::generation, Evaluation.GivenSystem::until)
                .containsExactly(tuple(new Generation(1), new Generation(2)), tuple(new Generation(4), null));
        assertThat(second.systemOf(new Generation(3))).isEmpty();
        assertThat(second.systemOf(new Generation(7))).contains(second.systems().getLast());
    }

    @Test
    void soManySystemsAreRemembered() {
        Evaluation last = null;
        for (int i = 1; i <= Evaluation.KEPT_SYSTEMS + 2; i++) {
            last = evaluated(last, "{path: /nix/store/" + i + "}", i, new Systems.PendingSystem());
        }
        assertThat(last.systems()).hasSize(Evaluation.KEPT_SYSTEMS);
        assertThat(last.systems().getLast().path()).isEqualTo("/nix/store/" + (Evaluation.KEPT_SYSTEMS + 2));
    }

    @Test
    void definitionThatIsTooLargeFailsAndIsNotCopied() {
        Evaluation good = define(null, "{boot: true}", 5, null).evaluation();
        String large = "{boot: true, description: " + "x".repeat(DefinitionLimits.MAX_BYTES) + "}";
        EvaluationPlan failed = define(good, large, 6, null);
        assertThat(failed.published()).isNull();
        assertThat(failed.removal()).isNull();
        assertThat(failed.evaluation().state()).isEqualTo(Evaluation.State.FAILED);
        assertThat(failed.evaluation().revision()).isEqualTo(6);
        assertThat(failed.evaluation().definition()).isNull();
        assertThat(failed.evaluation().spec()).isEqualTo(good.spec());
        assertThat(failed.evaluation().errors().getFirst().message()).contains("at most 262144 are allowed");
        assertThat(RemovalPlanner.delete(WEB, failed.evaluation(), 7, 6L, DELETION)
                        .removal())
                .as("the host has the container still")
                .isNotNull();
        assertThat(define(failed.evaluation(), "{boot: true, tmpfs: [/x]}", 7, 6L)
                        .published())
                .isNotNull();
    }

    @Test
    void evaluationThatIsTooLargeFailsWithTheLastSpecInForce() {
        Evaluation good = define(null, "{boot: true}", 5, null).evaluation();
        EvaluationPlan changed = define(good, "{boot: true, description: " + "x".repeat(3_000) + "}", 6, null);
        assertThat(EvaluationPlanner.within(100_000, changed, good)).isSameAs(changed);
        EvaluationPlan failed = EvaluationPlanner.within(3_000, changed, good);
        assertThat(failed.published()).isNull();
        assertThat(failed.evaluation().state()).isEqualTo(Evaluation.State.FAILED);
        assertThat(failed.evaluation().definition()).isNull();
        assertThat(failed.evaluation().spec()).isEqualTo(good.spec());
        assertThat(failed.evaluation().errors().getFirst().message()).contains("at most 3000 are allowed");
    }

    @Test
    void evaluationThatBreaksDownKeepsWhatIsInForce() {
        Evaluation good = define(null, "{boot: true}", 5, null).evaluation();
        Evaluation broken = EvaluationPlanner.broken(good).evaluation();
        assertThat(broken.state()).isEqualTo(Evaluation.State.FAILED);
        assertThat(broken.spec()).isEqualTo(good.spec());
        assertThat(EvaluationPlanner.broken(broken).evaluation()).isEqualTo(broken);
    }
}
