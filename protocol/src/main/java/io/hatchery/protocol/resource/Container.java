package io.hatchery.protocol.resource;

import io.hatchery.protocol.Evaluation;
import io.hatchery.spec.ContainerDefinition;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Generation;
import io.hatchery.spec.HostName;
import io.hatchery.spec.SpecChange;
import io.hatchery.spec.option.DefinitionProblem;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A container with its definition, evaluation, spec and status.
 *
 * @param host the host that runs it or will run it; null if there is none
 * @param generation the generation of the spec in force, or of the last spec; null if there never was a spec
 * @param revision the revision of the definition in force; null before it is evaluated
 * @param definition the definition in force; null if none is known
 * @param evaluation the result of the evaluation; null before it is evaluated
 * @param spec the spec in force; null if there is none
 */
@RecordBuilder
public record Container(
        ContainerName name,
        @Nullable HostName host,
        @Nullable Generation generation,
        @Nullable Long revision,
        @Nullable ContainerDefinition definition,
        @Nullable EvaluationSummary evaluation,
        @Nullable ContainerSpec spec,
        CurrentStatus status)
        implements ContainerBuilder.With {
    /**
     * The result of an evaluation.
     *
     * @param errors all errors of the definition; empty unless it failed
     * @param change the difference of the spec from the previous one; null for the first spec
     * @param releasingHost the host that must release the container before another gets it; null if none must
     */
    public record EvaluationSummary(
            Evaluation.State state,
            List<DefinitionProblem> errors,
            @Nullable SpecChange change,
            Evaluation.@Nullable ReleasingHost releasingHost) {}
}
