package io.hatchery.config;

import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.Evaluation;
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
     * A definition was deleted; the parameters are those of {@link EvaluationPlanner#define}.
     *
     * @param operation what the deletion is known by
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
        var evaluation = new Evaluation(
                name,
                Evaluation.State.DELETED,
                revision,
                revision,
                null,
                generation,
                null,
                null,
                null,
                removal != null || before == null ? removal : before.releasingHost(),
                List.of(),
                null,
                List.of());
        return new EvaluationPlan(
                evaluation,
                null,
                before == null || before.isPublished() ? null : before.spec(),
                before == null || removal == null ? null : before.releasingHost(),
                removal);
    }

    /**
     * A deletion with its options.
     *
     * @param purge whether the root goes as well
     * @param requestedBy who requested it; null if unknown
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
                withReleasingHost(evaluation, evaluation.state(), full),
                deletion.published(),
                deletion.withdrawn(),
                deletion.overtaken(),
                full);
    }

    /** The old host has confirmed the removal: what waited for the confirmation takes effect. */
    static EvaluationPlan release(Evaluation before) {
        var state = before.state() == Evaluation.State.MOVING ? Evaluation.State.EVALUATED : before.state();
        return new EvaluationPlan(withReleasingHost(before, state, null), before.spec(), null, null, null);
    }

    /** The open removal is published again; nothing else changes. */
    static Evaluation repeat(Evaluation before, Evaluation.ReleasingHost releasingHost, Instant now) {
        return withReleasingHost(before, before.state(), releasingHost.again(now));
    }

    /** The host that may have something of a container which has a spec. */
    private static @Nullable HostName holder(Evaluation before) {
        if (before.releasingHost() != null) {
            return before.releasingHost().host();
        }
        return before.spec() == null ? null : before.spec().host();
    }

    private static Evaluation withReleasingHost(
            Evaluation before, Evaluation.State state, Evaluation.@Nullable ReleasingHost releasingHost) {
        return new Evaluation(
                before.container(),
                state,
                before.revision(),
                before.evaluatedRevision(),
                before.refusal(),
                before.generation(),
                before.definition(),
                before.spec(),
                before.change(),
                releasingHost,
                before.errors(),
                before.built(),
                before.systems());
    }
}
