package io.hatchery.spec.option;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.spec.ContainerDefinition;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ProfileName;
import io.hatchery.spec.json.Json;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DefinitionLimitsTest {
    private static final ContainerName WEB = new ContainerName("web");

    private static ObjectNode boot() {
        return Json.object().put("boot", true);
    }

    private static List<DefinitionProblem> problems(
            ObjectNode definition, Map<ProfileName, ContainerDefinition> profiles) {
        return Evaluator.evaluate(WEB, new ContainerDefinition(definition), profiles)
                        instanceof EvaluationResult.Bad bad
                ? bad.problems()
                : List.of();
    }

    /** Profiles with environment variables of so many bytes each. */
    private static Map<ProfileName, ContainerDefinition> profiles(int count, int bytes) {
        var profiles = new HashMap<ProfileName, ContainerDefinition>();
        for (int i = 0; i < count; i++) {
            ObjectNode options = Json.object();
            var environment = options.putObject("environment");
            for (int part = 0; part < 4; part++) {
                environment.put("V" + i + "_" + part, "x".repeat(bytes / 4));
            }
            profiles.put(new ProfileName("p" + i), new ContainerDefinition(options));
        }
        return profiles;
    }

    private static ObjectNode naming(int profiles) {
        ObjectNode definition = boot();
        var names = definition.putArray("profiles");
        for (int i = 0; i < profiles; i++) {
            names.add("p" + i);
        }
        return definition;
    }

    @Test
    void errorsAreListedUpToTheBoundAndCounted() {
        ObjectNode definition = boot();
        for (int i = 0; i < 200; i++) {
            definition.put("wrong" + i, i);
        }
        List<DefinitionProblem> problems = problems(definition, Map.of());
        assertThat(problems).hasSize(DefinitionLimits.MAX_ERRORS + 1);
        assertThat(problems.getLast().message()).isEqualTo("and 150 more errors");
        assertThat(Evaluator.checkAlone(WEB, new ContainerDefinition(definition)))
                .hasSize(problems.size());
        assertThat(Evaluator.checkProfile(new ProfileName("p"), new ContainerDefinition(definition)))
                .hasSize(problems.size());
    }

    @Test
    void evaluationEndsAtTheMaximumOfErrors() {
        ObjectNode definition = boot();
        for (int i = 0; i < 20_000; i++) {
            definition.put("k" + i, 1);
        }
        List<DefinitionProblem> problems = problems(definition, Map.of());
        assertThat(problems).hasSize(DefinitionLimits.MAX_ERRORS + 1);
        assertThat(problems.getLast().message()).isEqualTo("and at least 1000 more errors");
    }

    @Test
    void wrongElementsAndNamesAreBoundedToo() {
        ObjectNode definition = boot();
        var list = definition.putArray("tmpfs");
        var attributes = definition.putObject("environment");
        for (int i = 0; i < 5_000; i++) {
            list.add(i);
            attributes.put("1 " + i, "x");
        }
        List<DefinitionProblem> problems = problems(definition, Map.of());
        assertThat(problems).hasSize(DefinitionLimits.MAX_ERRORS + 1);
        assertThat(problems.getLast().message()).startsWith("and at least 1000 more");
    }

    @Test
    void definitionOverTheLimitNamesItsSizeAndTheLimit() {
        ObjectNode definition = boot().put("description", "x".repeat(DefinitionLimits.MAX_BYTES));
        assertThat(problems(definition, Map.of()))
                .singleElement()
                .satisfies(problem -> assertThat(problem.message())
                        .isEqualTo("it has 262174 bytes as JSON, and at most 262144 are allowed"));
        assertThat(Evaluator.checkAlone(WEB, new ContainerDefinition(definition)))
                .hasSize(1);
        assertThat(Evaluator.checkProfile(new ProfileName("p"), new ContainerDefinition(definition)))
                .hasSize(1);
    }

    @Test
    void tooLargeProfileFailsContainersThatNameIt() {
        var profiles = profiles(1, DefinitionLimits.MAX_BYTES);
        assertThat(problems(naming(1), profiles)).singleElement().satisfies(problem -> {
            assertThat(problem.origin()).isEqualTo("profile p0");
            assertThat(problem.message()).contains("at most 262144");
        });
        assertThat(problems(boot(), profiles)).isEmpty();
    }

    @Test
    void mergedDefinitionOverTheLimitIsRefused() {
        var profiles = profiles(6, 200_000);
        assertThat(problems(naming(4), profiles)).isEmpty();
        assertThat(problems(naming(6), profiles))
                .singleElement()
                .satisfies(problem -> assertThat(problem.message())
                        .startsWith("merged with its profiles it has 1200")
                        .endsWith("at most 1048576 are allowed"));
    }

    @Test
    void profilesOfAContainerAreBounded() {
        int most = DefinitionLimits.MAX_PROFILES;
        var profiles = profiles(most + 1, 4);
        assertThat(problems(naming(most), profiles)).isEmpty();
        assertThat(problems(naming(most + 1), profiles))
                .singleElement()
                .satisfies(problem -> assertThat(problem.message()).contains("names 33 profiles"));
    }

    @Test
    void textsOfAProblemAreCut() {
        var problem = new DefinitionProblem(
                "p".repeat(10_000), "v".repeat(10_000), "o".repeat(10_000), "m".repeat(10_000), "r");
        assertThat(problem.path()).hasSize(DefinitionProblem.MAX_PATH + 1);
        assertThat(problem.value()).hasSize(DefinitionProblem.MAX_PATH + 1);
        assertThat(problem.origin()).hasSize(DefinitionProblem.MAX_PATH + 1);
        assertThat(problem.message()).hasSize(DefinitionProblem.MAX_TEXT + 1);
    }
}
