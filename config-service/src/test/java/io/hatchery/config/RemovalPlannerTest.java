package io.hatchery.config;

import static io.hatchery.config.PlannedContainers.DELETION;
import static io.hatchery.config.PlannedContainers.H1;
import static io.hatchery.config.PlannedContainers.WEB;
import static io.hatchery.config.PlannedContainers.define;
import static io.hatchery.config.PlannedContainers.deleted;
import static io.hatchery.config.PlannedContainers.first;
import static io.hatchery.config.PlannedContainers.moving;
import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.Evaluation;
import io.hatchery.protocol.Evaluation.ReleasingHost;
import io.hatchery.protocol.Evaluation.State;
import io.hatchery.spec.Generation;
import org.junit.jupiter.api.Test;

class RemovalPlannerTest {
    @Test
    void deletionOfAContainerThatNeverWasRemovesNothing() {
        EvaluationPlan plan = RemovalPlanner.delete(WEB, null, 3, null, DELETION);
        assertThat(plan.removal()).isNull();
        assertThat(plan.withdrawn()).isNull();
        assertThat(plan.evaluation().state()).isEqualTo(State.DELETED);
        assertThat(plan.evaluation().generation()).isNull();
        assertThat(plan.evaluation().releasingHost()).isNull();
    }

    @Test
    void deletionOfAContainerWithoutSpecRemovesNothing() {
        Evaluation unplaced =
                define(null, "{boot: true}", 3, TestSnapshot.choosing(null)).evaluation();
        assertThat(RemovalPlanner.delete(WEB, unplaced, 4, null, DELETION).removal())
                .isNull();
    }

    @Test
    void deletionRemovesItFromItsHost() {
        EvaluationPlan plan = RemovalPlanner.delete(WEB, first(), 6, null, DELETION);
        assertThat(plan.removal())
                .extracting(ReleasingHost::host, ReleasingHost::operation)
                .containsExactly(H1, DELETION);
        assertThat(plan.withdrawn()).isNull();
        assertThat(plan.overtaken()).isNull();
        assertThat(plan.evaluation().releasingHost()).isEqualTo(plan.removal());
        assertThat(plan.evaluation().revision()).isEqualTo(6);
        assertThat(plan.evaluation().definition()).isNull();
        assertThat(plan.evaluation().generation()).isEqualTo(Generation.FIRST);
    }

    @Test
    void deletionWhileItMovesRemovesItFromTheOldHostAndWithdrawsItFromTheNew() {
        Evaluation moving = moving();
        EvaluationPlan plan = RemovalPlanner.delete(WEB, moving, 7, null, DELETION);
        assertThat(plan.removal())
                .extracting(ReleasingHost::host, ReleasingHost::operation)
                .containsExactly(H1, DELETION);
        assertThat(plan.withdrawn()).isEqualTo(moving.spec());
        assertThat(plan.overtaken()).isEqualTo(moving.releasingHost());
    }

    @Test
    void containerThatIsDefinedAgainOnItsHostIsRemovedThereFirst() {
        EvaluationPlan plan = define(deleted(), "{boot: true}", 7, TestSnapshot.choosing(H1));
        assertThat(plan.evaluation().releasingHost()).isNull();
        assertThat(plan.removal()).isEqualTo(deleted().releasingHost());
        assertThat(plan.published()).isEqualTo(plan.evaluation().spec());
    }

    @Test
    void deletionOfADeletedContainerKeepsTheRemovalUnderWay() {
        Evaluation deleted = deleted();
        EvaluationPlan plan = RemovalPlanner.delete(WEB, deleted, 7, null, new CommandId("second"));
        assertThat(plan.removal()).isNull();
        assertThat(plan.evaluation().releasingHost()).isEqualTo(deleted.releasingHost());
    }

    @Test
    void releaseOfADeletedContainerLeavesItDeleted() {
        EvaluationPlan plan = RemovalPlanner.release(deleted());
        assertThat(plan.evaluation().state()).isEqualTo(State.DELETED);
        assertThat(plan.evaluation().releasingHost()).isNull();
        assertThat(plan.published()).isNull();
    }

    @Test
    void releaseKeepsAllElse() {
        Evaluation before = moving();
        assertThat(RemovalPlanner.release(before).evaluation())
                .usingRecursiveComparison()
                .ignoringFields("state", "releasingHost")
                .isEqualTo(before);
    }

    @Test
    void releaseAfterAFailedDefinitionLeavesItFailed() {
        Evaluation failed =
                define(moving(), "{boot: 7}", 7, TestSnapshot.choosing(H1)).evaluation();
        assertThat(RemovalPlanner.release(failed).evaluation().state()).isEqualTo(State.FAILED);
        assertThat(RemovalPlanner.release(failed).evaluation().errors()).isEqualTo(failed.errors());
    }
}
