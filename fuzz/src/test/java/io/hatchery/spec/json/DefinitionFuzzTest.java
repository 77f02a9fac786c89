package io.hatchery.spec.json;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.hatchery.spec.ContainerDefinition;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Generation;
import io.hatchery.spec.HostName;
import io.hatchery.spec.ProfileName;
import io.hatchery.spec.option.DefinitionProblem;
import io.hatchery.spec.option.EvaluationResult;
import io.hatchery.spec.option.Evaluator;
import java.util.List;
import java.util.Map;

/** Definitions in JSON and YAML: each is refused with a message, or evaluated to a spec that a runner reads and accepts. */
class DefinitionFuzzTest {
    private static final ContainerName NAME = new ContainerName("web");
    private static final ProfileName PROFILE = new ProfileName("base");

    @FuzzTest(maxDuration = "5s")
    void definition(byte[] input) throws UnreadableException {
        ContainerDefinition definition;
        try {
            definition = new ContainerDefinition(Json.readYamlObject(input));
        } catch (UnreadableException e) {
            return;
        }
        try {
            evaluate(Json.read(input, ContainerDefinition.class));
        } catch (UnreadableException e) {
            // It is YAML.
        }
        evaluate(definition);
    }

    private static void evaluate(ContainerDefinition definition) throws UnreadableException {
        List<DefinitionProblem> _ = Evaluator.checkProfile(PROFILE, definition);
        EvaluationResult result = Evaluator.evaluate(NAME, definition, Map.of(PROFILE, definition));
        if (result instanceof EvaluationResult.Bad bad) {
            if (bad.problems().isEmpty()) {
                throw new AssertionError("it is refused without a reason");
            }
            bad.problems().forEach(DefinitionProblem::format);
            return;
        }
        if (((EvaluationResult.Good) result).source() != null) {
            return; // its system is not built, so there is no spec yet
        }
        ContainerSpec spec = ((EvaluationResult.Good) result).at(new HostName("h1"), new Generation(1));
        ContainerSpec read = Json.read(Json.bytes(spec), ContainerSpec.class);
        if (!read.equals(spec)) {
            throw new AssertionError("a runner reads another spec: " + read + " in place of " + spec);
        }
        List<DefinitionProblem> problems = Evaluator.checkSpec(read);
        if (!problems.isEmpty()) {
            throw new AssertionError("a runner refuses the spec: " + problems);
        }
    }
}
