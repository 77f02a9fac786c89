package io.hatchery.config;

import io.hatchery.protocol.Evaluation;
import io.hatchery.protocol.Headers;
import io.hatchery.spec.ContainerName;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The revision that the author of a change means to replace. Pure. */
final class ExpectedRevision {
    /** What an author expects who expects that there is no definition yet. */
    static final long NONE = Long.parseLong(Headers.NO_REVISION);

    private ExpectedRevision() {}

    /** Why a change is refused; null if it is not. */
    static @Nullable String refusal(@Nullable Evaluation before, @Nullable Long expected) {
        boolean exists = before != null && before.state() != Evaluation.State.DELETED;
        long actual = before != null && exists ? before.revision() : NONE;
        if (expected == null || expected == actual) {
            return null;
        }
        return exists
                ? "it expects to replace revision " + expected + ", but revision " + actual
                        + " is in force: read it again and redo the change"
                : "it expects to replace revision " + expected + ", but there is no definition";
    }

    /** What follows from a refused change: what was in force stays. */
    static EvaluationPlan refused(ContainerName name, @Nullable Evaluation before, long revision, String refusal) {
        Evaluation evaluation = before == null
                ? new Evaluation(
                        name,
                        Evaluation.State.DELETED,
                        NONE,
                        revision,
                        refusal,
                        null,
                        null,
                        null,
                        null,
                        null,
                        List.of(),
                        null,
                        List.of())
                : new Evaluation(
                        name,
                        before.state(),
                        before.revision(),
                        revision,
                        refusal,
                        before.generation(),
                        before.definition(),
                        before.spec(),
                        before.change(),
                        before.releasingHost(),
                        before.errors(),
                        before.built(),
                        before.systems());
        return EvaluationPlan.of(evaluation);
    }
}
