package io.hatchery.protocol.resource;

import io.hatchery.protocol.Evaluation;
import io.hatchery.spec.ContainerDefinition;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Generation;
import io.hatchery.spec.HostName;
import io.hatchery.spec.SpecChange;
import io.hatchery.spec.option.DefinitionProblem;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A container: what was declared, what was made of it, and how it is.
 *
 * @param name its name
 * @param host where it is or will be; null if it is on none
 * @param generation of the spec in force, or of the last one; null if there never was one
 * @param revision of the definition in force; null before it was evaluated
 * @param definition the one in force; null if none is known
 * @param evaluation what came of the definition; null before it was evaluated
 * @param spec the one in force; null if there is none
 * @param status how it is
 */
public record Container(
        ContainerName name,
        @Nullable HostName host,
        @Nullable Generation generation,
        @Nullable Long revision,
        @Nullable ContainerDefinition definition,
        @Nullable EvaluationSummary evaluation,
        @Nullable ContainerSpec spec,
        CurrentStatus status) {
    /**
     * What came of a definition.
     *
     * @param state what came out
     * @param errors everything that is wrong with the definition; empty unless it failed
     * @param change what its spec changed, against the one before; null if it is the first
     * @param releasingHost the host that must release the container before another gets it; null if none must
     */
    public record EvaluationSummary(
            Evaluation.State state,
            List<DefinitionProblem> errors,
            @Nullable SpecChange change,
            Evaluation.@Nullable ReleasingHost releasingHost) {}

    /** A container of which an evaluation is known. */
    public static Container of(Evaluation evaluation, @Nullable HostName host, CurrentStatus status) {
        return new Container(
                evaluation.container(),
                host,
                evaluation.generation(),
                evaluation.revision(),
                evaluation.definition(),
                new EvaluationSummary(
                        evaluation.state(), evaluation.errors(), evaluation.change(), evaluation.releasingHost()),
                evaluation.spec(),
                status);
    }
}
