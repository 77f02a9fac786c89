package io.hatchery.config;

import io.hatchery.protocol.Evaluation;
import io.hatchery.protocol.Evaluation.Built;
import io.hatchery.protocol.Evaluation.GivenSystem;
import io.hatchery.protocol.EvaluationBuilder;
import io.hatchery.spec.ContainerDefinition;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Generation;
import io.hatchery.spec.option.DefinitionProblem;
import io.hatchery.spec.option.Evaluator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A definition to evaluate, and the evaluation before it.
 *
 * @param before the last evaluation; null if there was none
 * @param definition null if it is deleted or too large to keep
 * @param revision the revision of the definition
 * @param evaluatedRevision the revision that was evaluated last
 */
record EvaluationCandidate(
        ContainerName name,
        @Nullable Evaluation before,
        @Nullable ContainerDefinition definition,
        long revision,
        long evaluatedRevision) {
    /** The same definition, to be evaluated again. */
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

    /** The evaluation fails; the last good spec stays in force. */
    EvaluationPlan failed(List<DefinitionProblem> problems, @Nullable Built built) {
        boolean isTooLarge = definition != null && Evaluator.isTooLarge(definition);
        EvaluationCandidate kept = isTooLarge ? withoutDefinition() : this;
        return kept.keepingSpec(Evaluation.State.FAILED, problems, built);
    }

    /** The last good spec stays in force, with this state and these errors. */
    EvaluationPlan keepingSpec(Evaluation.State state, List<DefinitionProblem> problems, @Nullable Built built) {
        var evaluation = EvaluationBuilder.builder()
                .container(name)
                .state(state)
                .revision(revision)
                .evaluatedRevision(evaluatedRevision)
                .generation(generation())
                .definition(definition)
                .spec(lastSpec())
                .change(before == null ? null : before.change())
                .releasingHost(releasingHost())
                .errors(problems)
                .built(built)
                .systems(systems())
                .build();
        return EvaluationPlan.of(evaluation);
    }

    private EvaluationCandidate withoutDefinition() {
        return new EvaluationCandidate(name, before, null, revision, evaluatedRevision);
    }
}
