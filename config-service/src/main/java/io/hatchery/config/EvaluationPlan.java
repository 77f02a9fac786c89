package io.hatchery.config;

import io.hatchery.protocol.Evaluation;
import io.hatchery.spec.ContainerSpec;
import org.jspecify.annotations.Nullable;

/**
 * What follows from looking at a definition.
 *
 * @param evaluation what became of it
 * @param published the spec that a host is to be given; null if none changed
 * @param withdrawn a spec that was never given to its host, which is not to wait for it; null if none is
 * @param overtaken an open removal that {@code removal} replaces on the same host; it is published once more before that one, since
 *     the host's topic may have lost it and its operation has an outcome of its own; null if none is replaced
 * @param removal the host that is to drop its spec, and by which operation; null if none is
 */
record EvaluationPlan(
        Evaluation evaluation,
        @Nullable ContainerSpec published,
        @Nullable ContainerSpec withdrawn,
        Evaluation.@Nullable ReleasingHost overtaken,
        Evaluation.@Nullable ReleasingHost removal) {
    /** A plan that gives no host anything: only the evaluation changes. */
    static EvaluationPlan of(Evaluation evaluation) {
        return new EvaluationPlan(evaluation, null, null, null, null);
    }
}
