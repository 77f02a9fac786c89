package io.hatchery.config;

import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.Evaluation;
import io.hatchery.protocol.EvaluationBuilder;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.Generation;
import io.hatchery.spec.HostName;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Plans the removal of a container from a host, and what follows its confirmation. Pure. */
final class RemovalPlanner {
    private RemovalPlanner() {}

    /**
     * Plans the deletion of a definition; the parameters are those of {@link EvaluationPlanner#define}.
     *
     * @param operation the id of the deletion
     */
    static EvaluationPlan delete(
            ContainerName name,
            @Nullable Evaluation before,
            long revision,
            @Nullable Long expected,
            CommandId operation) {
        String refusal = ExpectedRevision.refusal(before, expected);
        if (refusal != null) {
            return ExpectedRevision.refused(name, before, revision, refusal);
        }
        Generation generation = before == null ? null : before.generation();
        HostName holder = before == null || before.spec() == null ? null : holder(before);
        var removal =
                holder == null ? null : new Evaluation.ReleasingHost(holder, operation, generation, null, null, null);
        var evaluation = EvaluationBuilder.builder()
                .container(name)
                .state(Evaluation.State.DELETED)
                .revision(revision)
                .evaluatedRevision(revision)
                .generation(generation)
                .releasingHost(removal != null || before == null ? removal : before.releasingHost())
                .errors(List.of())
                .systems(List.of())
                .build();
        return new EvaluationPlan(
                evaluation,
                null,
                before == null || before.isPublished() ? null : before.spec(),
                before == null || removal == null ? null : before.releasingHost(),
                removal);
    }

    /**
     * Adds the options of a deletion to its plan.
     *
     * @param purge whether the root is deleted too
     * @param requestedBy the principal that requested it; null if unknown
     */
    static EvaluationPlan requested(EvaluationPlan deletion, boolean purge, @Nullable String requestedBy, Instant now) {
        Evaluation.ReleasingHost removal = deletion.removal();
        if (removal == null) {
            return deletion;
        }
        var full = new Evaluation.ReleasingHost(
                removal.host(),
                removal.operation(),
                removal.generation(),
                purge ? Boolean.TRUE : null,
                requestedBy,
                now);
        Evaluation evaluation = deletion.evaluation();
        return new EvaluationPlan(
                evaluation.withReleasingHost(full),
                deletion.published(),
                deletion.withdrawn(),
                deletion.overtaken(),
                full);
    }

    /** Plans what waited for the confirmation of a removal. */
    static EvaluationPlan release(Evaluation before) {
        var state = before.state() == Evaluation.State.MOVING ? Evaluation.State.EVALUATED : before.state();
        return new EvaluationPlan(before.withState(state).withReleasingHost(null), before.spec(), null, null, null);
    }

    /** The evaluation with the open removal published again. */
    static Evaluation repeat(Evaluation before, Evaluation.ReleasingHost releasingHost, Instant now) {
        return before.withReleasingHost(releasingHost.again(now));
    }

    /** The host that may have the container; null if there is none. */
    private static @Nullable HostName holder(Evaluation before) {
        if (before.releasingHost() != null) {
            return before.releasingHost().host();
        }
        return before.spec() == null ? null : before.spec().host();
    }
}
