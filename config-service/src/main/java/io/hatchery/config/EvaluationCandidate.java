package io.hatchery.config;

import io.hatchery.protocol.Evaluation;
import io.hatchery.protocol.Evaluation.Built;
import io.hatchery.protocol.Evaluation.GivenSystem;
import io.hatchery.spec.ContainerDefinition;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Generation;
import io.hatchery.spec.option.DefinitionProblem;
import io.hatchery.spec.option.Evaluator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A definition that is to be evaluated, and what was in force before it.
 *
 * @param before the last evaluation; null if there was none
 * @param definition null if it was deleted or is too large to be kept
 * @param revision the definition's
 * @param evaluatedRevision the revision that was last looked at
 */
record EvaluationCandidate(
        ContainerName name,
        @Nullable Evaluation before,
        @Nullable ContainerDefinition definition,
        long revision,
        long evaluatedRevision) {
    /** What was evaluated before, to be evaluated again. */
    static EvaluationCandidate again(Evaluation before) {
        return new EvaluationCandidate(
                before.container(), before, before.definition(), before.revision(), before.evaluatedRevision());
    }

    @Nullable
    Generation generation() {
        return before == null ? null : before.generation();
    }

    @Nullable
    ContainerSpec lastSpec() {
        return before == null ? null : before.spec();
    }

    Evaluation.@Nullable ReleasingHost releasingHost() {
        return before == null ? null : before.releasingHost();
    }

    @Nullable
    Built lastBuilt() {
        return before == null ? null : before.built();
    }

    List<GivenSystem> systems() {
        return before == null ? List.of() : before.systems();
    }

    /** Whether the definition was evaluated before. */
    boolean isSameRevision() {
        return before != null && before.revision() == revision;
    }

    /** It fails: the last good spec stays in force until a better definition comes. */
    EvaluationPlan failed(List<DefinitionProblem> problems, @Nullable Built built) {
        boolean isTooLarge = definition != null && Evaluator.isTooLarge(definition);
        EvaluationCandidate kept = isTooLarge ? withoutDefinition() : this;
        return kept.keepingSpec(Evaluation.State.FAILED, problems, built);
    }

    /** The last good spec stays in force, for the time being or until a better definition comes. */
    EvaluationPlan keepingSpec(Evaluation.State state, List<DefinitionProblem> problems, @Nullable Built built) {
        var evaluation = new Evaluation(
                name,
                state,
                revision,
                evaluatedRevision,
                null,
                generation(),
                definition,
                lastSpec(),
                before == null ? null : before.change(),
                releasingHost(),
                problems,
                built,
                systems());
        return EvaluationPlan.of(evaluation);
    }

    private EvaluationCandidate withoutDefinition() {
        return new EvaluationCandidate(name, before, null, revision, evaluatedRevision);
    }
}
