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
 * @param removal the host that is to drop its spec, and by which operation; null if none is
 */
record EvaluationPlan(
        Evaluation evaluation,
        @Nullable ContainerSpec published,
        @Nullable ContainerSpec withdrawn,
        Evaluation.@Nullable ReleasingHost removal) {}
