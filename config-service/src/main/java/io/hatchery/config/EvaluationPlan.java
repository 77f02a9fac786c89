package io.hatchery.config;

import io.hatchery.protocol.Evaluation;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.json.Json;
import org.jspecify.annotations.Nullable;

/** The changes that follow from an evaluation. Not thread-safe. */
final class EvaluationPlan {
    private final Evaluation evaluation;
    private final @Nullable ContainerSpec published;
    private final @Nullable ContainerSpec withdrawn;
    private final Evaluation.@Nullable ReleasingHost overtaken;
    private final Evaluation.@Nullable ReleasingHost removal;

    /** The evaluation as JSON, which its size, its record and the views need; null before it is needed. */
    private byte @Nullable [] json;

    /**
     * @param evaluation the new evaluation
     * @param published the spec to publish; null if it did not change
     * @param withdrawn a spec that was never published and no longer waits for its host; null if there is none
     * @param overtaken an open removal that {@code removal} replaces on the same host; it is published once more before that one, since
     *     the host's topic may have lost it and its operation has an outcome of its own; null if none is replaced
     * @param removal the host that must remove the container, and the operation; null if there is none
     */
    EvaluationPlan(
            Evaluation evaluation,
            @Nullable ContainerSpec published,
            @Nullable ContainerSpec withdrawn,
            Evaluation.@Nullable ReleasingHost overtaken,
            Evaluation.@Nullable ReleasingHost removal) {
        this.evaluation = evaluation;
        this.published = published;
        this.withdrawn = withdrawn;
        this.overtaken = overtaken;
        this.removal = removal;
    }

    /** A plan that changes only the evaluation. */
    static EvaluationPlan of(Evaluation evaluation) {
        return new EvaluationPlan(evaluation, null, null, null, null);
    }

    Evaluation evaluation() {
        return evaluation;
    }

    @Nullable
    ContainerSpec published() {
        return published;
    }

    @Nullable
    ContainerSpec withdrawn() {
        return withdrawn;
    }

    Evaluation.@Nullable ReleasingHost overtaken() {
        return overtaken;
    }

    Evaluation.@Nullable ReleasingHost removal() {
        return removal;
    }

    /** The evaluation as JSON. The same array each time, which nobody may change. */
    byte[] json() {
        byte[] written = json;
        if (written == null) {
            written = Json.bytes(evaluation);
            json = written;
        }
        return written;
    }
}
