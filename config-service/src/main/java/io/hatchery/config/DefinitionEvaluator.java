package io.hatchery.config;

import io.hatchery.spec.ContainerDefinition;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ProfileName;
import io.hatchery.spec.option.EvaluationResult;
import io.hatchery.spec.option.Evaluator;
import java.util.Map;

/** Evaluates definitions over the present profiles. */
@FunctionalInterface
interface DefinitionEvaluator {
    /** The result for a definition, which depends on nothing else than the definition and the profiles. */
    EvaluationResult evaluate(ContainerName name, ContainerDefinition definition);

    /** Evaluates over these profiles when it is asked. */
    static DefinitionEvaluator over(Map<ProfileName, ContainerDefinition> profiles) {
        return (name, definition) -> Evaluator.evaluate(name, definition, profiles);
    }
}
