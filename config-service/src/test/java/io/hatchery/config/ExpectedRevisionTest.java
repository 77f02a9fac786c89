package io.hatchery.config;

import static io.hatchery.config.PlannedContainers.deleted;
import static io.hatchery.config.PlannedContainers.expecting;
import static io.hatchery.config.PlannedContainers.moving;
import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.protocol.Evaluation;
import io.hatchery.protocol.Evaluation.State;
import org.junit.jupiter.api.Test;

class ExpectedRevisionTest {
    @Test
    void expectationOfNoDefinitionHoldsForUnknownContainer() {
        EvaluationPlan plan = expecting(null, 3, ExpectedRevision.NONE);
        assertThat(plan.evaluation().refusal()).isNull();
        assertThat(plan.published()).isNotNull();
    }

    @Test
    void expectationOfNoDefinitionHoldsForDeletedContainer() {
        assertThat(expecting(deleted(), 7, ExpectedRevision.NONE).published()).isNotNull();
    }

    @Test
    void expectedRevisionOfDeletedDefinitionIsRefused() {
        EvaluationPlan refused = expecting(deleted(), 7, 6);
        assertThat(refused.evaluation().refusal()).contains("there is no definition");
        assertThat(refused.evaluation().state()).isEqualTo(State.DELETED);
    }

    @Test
    void refusalForUnknownContainerLeavesNoRevision() {
        Evaluation refused = expecting(null, 3, 2).evaluation();
        assertThat(refused.state()).isEqualTo(State.DELETED);
        assertThat(refused.revision()).isEqualTo(ExpectedRevision.NONE);
        assertThat(refused.evaluatedRevision()).isEqualTo(3);
        assertThat(refused.generation()).isNull();
        assertThat(expecting(refused, 4, ExpectedRevision.NONE).published()).isNotNull();
    }

    @Test
    void thatIsWrongKeepsEverythingInForce() {
        Evaluation before = moving();
        Evaluation refused = expecting(before, 9, 5).evaluation();
        assertThat(refused)
                .usingRecursiveComparison()
                .ignoringFields("evaluatedRevision", "refusal")
                .isEqualTo(before);
        assertThat(refused.evaluatedRevision()).isEqualTo(9);
        assertThat(refused.refusal()).contains("expects to replace revision 5", "revision 6 is in force");
    }

    @Test
    void expectedRevisionZeroIsTheFirstRevision() {
        assertThat(expecting(null, 3, 0).evaluation().refusal()).contains("revision 0", "there is no definition");
        assertThat(ExpectedRevision.NONE).isEqualTo(-1);
    }
}
