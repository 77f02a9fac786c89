package io.hatchery.config;

import io.hatchery.protocol.Evaluation;
import io.hatchery.protocol.EvaluationBuilder;
import io.hatchery.protocol.Headers;
import io.hatchery.spec.ContainerName;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Checks the revision that a change expects to replace. Pure. */
final class ExpectedRevision {
    /** The expected revision of a change that expects no definition. */
    static final long NONE = Long.parseLong(Headers.NO_REVISION);

    private ExpectedRevision() {}

    /** Why a change is refused; null if it is accepted. */
    static @Nullable String refusal(@Nullable Evaluation before, @Nullable Long expected) {
        boolean exists = before != null && before.state() != Evaluation.State.DELETED;
        long actual = before != null && exists ? before.revision() : NONE;
        if (expected == null || expected == actual) {
            return null;
        }
        return exists
                ? "it expects to replace revision " + expected + ", but revision " + actual
                        + " is in force: read the container again and repeat the change"
                : "it expects to replace revision " + expected + ", but there is no definition";
    }

    /** The plan of a refused change: everything in force stays. */
    static EvaluationPlan refused(ContainerName name, @Nullable Evaluation before, long revision, String refusal) {
        Evaluation evaluation = before == null
                ? EvaluationBuilder.builder()
                        .container(name)
                        .state(Evaluation.State.DELETED)
                        .revision(NONE)
                        .evaluatedRevision(revision)
                        .refusal(refusal)
                        .errors(List.of())
                        .systems(List.of())
                        .build()
                : before.withEvaluatedRevision(revision).withRefusal(refusal);
        return EvaluationPlan.of(evaluation);
    }
}
