package io.hatchery.config;

import static io.hatchery.config.PlannedContainers.BROKEN;
import static io.hatchery.config.PlannedContainers.DELETION;
import static io.hatchery.config.PlannedContainers.H1;
import static io.hatchery.config.PlannedContainers.READY;
import static io.hatchery.config.PlannedContainers.WEB;
import static io.hatchery.config.PlannedContainers.define;
import static io.hatchery.config.PlannedContainers.definition;
import static io.hatchery.config.PlannedContainers.first;
import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.config.system.Systems;
import io.hatchery.protocol.Evaluation;
import io.hatchery.protocol.Evaluation.GivenSystem;
import io.hatchery.protocol.Evaluation.State;
import io.hatchery.spec.ContainerDefinition;
import io.hatchery.spec.Generation;
import io.hatchery.spec.ProfileName;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ContainerSystemsTest {
    private static Evaluation built(
            @Nullable Evaluation before, String yaml, long revision, Systems.BuildProgress system) {
        return define(before, yaml, revision, TestSnapshot.building(H1, system)).evaluation();
    }

    @Test
    void firstRevisionIsRememberedWithItsTime() {
        Evaluation evaluation = built(null, "{config: a}", 4, READY);
        assertThat(evaluation.systems())
                .containsExactly(new GivenSystem(Generation.FIRST, "/nix/store/a", 4, TestSnapshot.NOW, null));
        assertThat(evaluation.built().path()).isEqualTo("/nix/store/a");
    }

    @Test
    void specThatKeepsItIsNotRememberedAgain() {
        Evaluation first = built(null, "{config: a}", 4, READY);
        Evaluation second = built(first, "{config: a, stopTimeout: 7}", 5, READY);
        assertThat(second.generation()).isEqualTo(new Generation(2));
        assertThat(second.systems()).isEqualTo(first.systems());
    }

    @Test
    void containerWithoutOneIsNotRemembered() {
        assertThat(first().systems()).isEmpty();
        assertThat(first().built()).isNull();
    }

    @Test
    void sourceThatFailedIsNotBuiltAgainForTheSameRevision() {
        Evaluation failed = built(null, "{config: a}", 4, BROKEN);
        assertThat(failed.state()).isEqualTo(State.FAILED);
        EvaluationPlan again = EvaluationPlanner.again(
                failed,
                definition("{config: a}"),
                DefinitionEvaluator.over(Map.of()),
                TestSnapshot.building(H1, READY));
        assertThat(again.evaluation()).isEqualTo(failed);
    }

    @Test
    void sourceThatFailedIsBuiltAgainForANewRevision() {
        Evaluation failed = built(null, "{config: a}", 4, BROKEN);
        assertThat(built(failed, "{config: a}", 5, READY).state()).isEqualTo(State.EVALUATED);
    }

    @Test
    void profileThatChangesTheSourceIsBuiltForTheSameRevision() {
        var base = new ProfileName("base");
        ContainerDefinition own = definition("{profiles: [base]}");
        Evaluation before = EvaluationPlanner.define(
                        WEB,
                        null,
                        own,
                        4,
                        null,
                        DefinitionEvaluator.over(Map.of(base, definition("{config: a}"))),
                        TestSnapshot.building(H1, READY))
                .evaluation();
        Evaluation after = EvaluationPlanner.again(
                        before,
                        own,
                        DefinitionEvaluator.over(Map.of(base, definition("{config: b}"))),
                        TestSnapshot.building(H1, new Systems.SystemReady("/nix/store/b")))
                .evaluation();
        assertThat(after.built().path()).isEqualTo("/nix/store/b");
    }

    @Test
    void brokenDefinitionKeepsWhatWasBuilt() {
        Evaluation first = built(null, "{config: a}", 4, READY);
        Evaluation broken = built(first, "{boot: 7}", 5, READY);
        assertThat(broken.built()).isEqualTo(first.built());
        assertThat(broken.systems()).isEqualTo(first.systems());
    }

    @Test
    void deletedContainerIsForgotten() {
        Evaluation first = built(null, "{config: a}", 4, READY);
        assertThat(RemovalPlanner.delete(WEB, first, 5, null, DELETION)
                        .evaluation()
                        .systems())
                .isEmpty();
    }
}
