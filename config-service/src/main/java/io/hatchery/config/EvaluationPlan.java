package io.hatchery.config;

import io.hatchery.protocol.Evaluation;
import io.hatchery.spec.ContainerSpec;
import org.jspecify.annotations.Nullable;

/**
 * The changes that follow from an evaluation.
 *
 * @param evaluation the new evaluation
 * @param published the spec to publish; null if it did not change
 * @param withdrawn a spec that was never published and no longer waits for its host; null if there is none
 * @param overtaken an open removal that {@code removal} replaces on the same host; it is published once more before that one, since
 *     the host's topic may have lost it and its operation has an outcome of its own; null if none is replaced
 * @param removal the host that must remove the container, and the operation; null if there is none
 */
record EvaluationPlan(
        Evaluation evaluation,
        @Nullable ContainerSpec published,
        @Nullable ContainerSpec withdrawn,
        Evaluation.@Nullable ReleasingHost overtaken,
        Evaluation.@Nullable ReleasingHost removal) {
    /** A plan that changes only the evaluation. */
    static EvaluationPlan of(Evaluation evaluation) {
        return new EvaluationPlan(evaluation, null, null, null, null);
    }
}
