package io.hatchery.config;

import static io.hatchery.config.PlannedContainers.DELETION;
import static io.hatchery.config.PlannedContainers.H1;
import static io.hatchery.config.PlannedContainers.H2;
import static io.hatchery.config.PlannedContainers.H3;
import static io.hatchery.config.PlannedContainers.define;
import static io.hatchery.config.PlannedContainers.definition;
import static io.hatchery.config.PlannedContainers.deleted;
import static io.hatchery.config.PlannedContainers.first;
import static io.hatchery.config.PlannedContainers.moving;
import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.Evaluation;
import io.hatchery.protocol.Evaluation.ReleasingHost;
import io.hatchery.protocol.Evaluation.State;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.Generation;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Where a spec is placed, and what it changes. */
class PlacedSpecTest {
    @Test
    void namedHostComesBeforeAllElse() {
        EvaluationPlan plan = define(null, "{boot: true, host: h3}", 1, TestSnapshot.choosing(H1));
        assertThat(plan.published().host()).isEqualTo(H3);
    }

    @Test
    void sameRevisionStaysWhereItIs() {
        EvaluationPlan again = EvaluationPlanner.again(
                first(),
                definition("{boot: true, stopTimeout: 7}"),
                DefinitionEvaluator.over(Map.of()),
                TestSnapshot.choosing(H2));
        assertThat(again.published().host()).isEqualTo(H1);
    }

    @Test
    void newRevisionGoesWhereItIsPlaced() {
        EvaluationPlan moved = define(first(), "{boot: true}", 6, TestSnapshot.choosing(H2));
        assertThat(moved.evaluation().spec().host()).isEqualTo(H2);
        assertThat(moved.evaluation().state()).isEqualTo(State.MOVING);
        assertThat(moved.removal())
                .extracting(ReleasingHost::host, ReleasingHost::operation)
                .containsExactly(H1, new CommandId("moved/web/2"));
        assertThat(moved.withdrawn()).isNull();
    }

    @Test
    void containerWithoutHostNamesTheLabelsThatNoHostHas() {
        Evaluation unplaced = define(null, "{boot: true, hostSelector: {zone: north}}", 1, TestSnapshot.choosing(null))
                .evaluation();
        assertThat(unplaced.state()).isEqualTo(State.UNPLACED);
        assertThat(unplaced.errors())
                .singleElement()
                .satisfies(problem -> assertThat(problem.format())
                        .contains("containers.web.hostSelector", "north", "no ready host has these labels"));
    }

    @Test
    void containerWithoutHostAndLabelsHasNoError() {
        Evaluation unplaced =
                define(null, "{boot: true}", 1, TestSnapshot.choosing(null)).evaluation();
        assertThat(unplaced.errors()).isEmpty();
        assertThat(unplaced.definition()).isNotNull();
    }

    @Test
    void unplacedContainerStillWaitsForItsOldHost() {
        Evaluation unplaced = define(deleted(), "{boot: true}", 7, TestSnapshot.choosing(null))
                .evaluation();
        assertThat(unplaced.releasingHost())
                .extracting(ReleasingHost::host, ReleasingHost::operation)
                .containsExactly(H1, DELETION);
        assertThat(unplaced.generation()).isEqualTo(Generation.FIRST);
    }

    @Test
    void moveToAThirdHostWithdrawsTheSecond() {
        Evaluation moving = moving();
        EvaluationPlan third = define(moving, "{boot: true, host: h3}", 7, TestSnapshot.choosing(H1));
        assertThat(third.withdrawn()).isEqualTo(moving.spec());
        assertThat(third.evaluation().releasingHost()).isEqualTo(moving.releasingHost());
    }

    @Test
    void changeWhileItMovesWithdrawsNothing() {
        EvaluationPlan changed =
                define(moving(), "{boot: true, host: h2, stopTimeout: 7}", 7, TestSnapshot.choosing(H1));
        assertThat(changed.withdrawn()).isNull();
        assertThat(changed.published()).isNull();
        assertThat(changed.evaluation().state()).isEqualTo(State.MOVING);
    }

    @Test
    void changeThatIsNoneWhileItMovesPublishesNothing() {
        EvaluationPlan same = define(moving(), "{boot: true, host: h2}", 7, TestSnapshot.choosing(H1));
        assertThat(same.published()).isNull();
        assertThat(same.evaluation().generation()).isEqualTo(new Generation(2));
    }

    private static final String FORWARDS = "{boot: true, privateNetwork: true, forwardPorts: [{hostPort: 80}]}";

    private static Evaluation api() {
        return EvaluationPlanner.define(
                        new ContainerName("api"),
                        null,
                        definition(FORWARDS),
                        1,
                        null,
                        DefinitionEvaluator.over(Map.of()),
                        TestSnapshot.choosing(H1))
                .evaluation();
    }

    @Test
    void portsThatClashKeepTheLastSpecInForce() {
        Evaluation before = first();
        EvaluationPlan clashing = define(before, FORWARDS, 6, TestSnapshot.beside(H1, api()));
        assertThat(clashing.published()).isNull();
        assertThat(clashing.evaluation().state()).isEqualTo(State.FAILED);
        assertThat(clashing.evaluation().spec()).isEqualTo(before.spec());
        assertThat(clashing.evaluation().generation()).isEqualTo(before.generation());
    }

    @Test
    void firstSpecChangesNothing() {
        assertThat(first().change()).isNull();
    }

    @Test
    void changeIsAgainstTheSpecBefore() {
        Evaluation changed = define(first(), "{boot: true, tmpfs: [/x], stopTimeout: 7}", 6, TestSnapshot.choosing(H1))
                .evaluation();
        assertThat(changed.change().restart()).containsExactly("tmpfs");
        assertThat(changed.change().live()).containsExactly("stopTimeout");
    }

    @Test
    void changeOnTheSameHostRemovesNothing() {
        EvaluationPlan changed = define(first(), "{boot: true, tmpfs: [/x]}", 6, TestSnapshot.choosing(H1));
        assertThat(changed.published()).isNotNull();
        assertThat(changed.removal()).isNull();
        assertThat(changed.withdrawn()).isNull();
    }

    @Test
    void changeStaysUntilTheNext() {
        Evaluation changed = define(first(), "{boot: true, stopTimeout: 7}", 6, TestSnapshot.choosing(H1))
                .evaluation();
        Evaluation same = define(changed, "{boot: true, stopTimeout: 7}", 7, TestSnapshot.choosing(H1))
                .evaluation();
        assertThat(same.change()).isEqualTo(changed.change());
        Evaluation failed =
                define(changed, "{boot: 7}", 8, TestSnapshot.choosing(H1)).evaluation();
        assertThat(failed.change()).isEqualTo(changed.change());
    }

    @Test
    void failedFirstDefinitionHasNothingInForce() {
        Evaluation failed =
                define(null, "{boot: 7}", 1, TestSnapshot.choosing(H1)).evaluation();
        assertThat(failed.spec()).isNull();
        assertThat(failed.generation()).isNull();
        assertThat(failed.systems()).isEmpty();
        assertThat(failed.built()).isNull();
    }
}
