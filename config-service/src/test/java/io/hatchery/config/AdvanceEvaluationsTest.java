package io.hatchery.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.spec.ContainerDefinition;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ProfileName;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.option.EvaluationResult;
import io.hatchery.spec.option.Evaluator;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AdvanceEvaluationsTest {
    private static final ProfileName BASE = new ProfileName("base");

    private final Map<ProfileName, ContainerDefinition> profiles = new HashMap<>();
    private final AdvanceEvaluations evaluations = new AdvanceEvaluations(profiles);

    private static ContainerDefinition definition(String json) throws Exception {
        return Json.read(json.getBytes(StandardCharsets.UTF_8), ContainerDefinition.class);
    }

    private static AdvanceEvaluations.AdvanceCandidate candidate(int number) throws Exception {
        String json = number % 3 == 0 ? "{\"profiles\":[\"base\"]}" : "{\"boot\":true,\"profiles\":[\"base\"]}";
        return new AdvanceEvaluations.AdvanceCandidate(new ContainerName("c" + number), definition(json));
    }

    @Test
    void resultsAreThoseOfTheEvaluator() throws Exception {
        profiles.put(BASE, definition("{\"tmpfs\":[\"/a\"]}"));
        var candidates = IntStream.range(0, 200)
                .mapToObj(number -> {
                    try {
                        return candidate(number);
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                })
                .toList();
        evaluations.evaluateAhead(candidates);
        for (var candidate : candidates) {
            assertThat(evaluations.evaluate(candidate.name(), candidate.definition()))
                    .isEqualTo(Evaluator.evaluate(candidate.name(), candidate.definition(), profiles));
        }
    }

    @Test
    void changedProfileReplacesWhatWasEvaluatedAhead() throws Exception {
        profiles.put(BASE, definition("{\"tmpfs\":[\"/a\"]}"));
        var candidate = candidate(1);
        evaluations.evaluateAhead(List.of(candidate));
        profiles.put(BASE, definition("{\"tmpfs\":[\"/b\"]}"));
        evaluations.forget();
        assertThat(tmpfs(evaluations.evaluate(candidate.name(), candidate.definition())))
                .isEqualTo("[\"/b\"]");
    }

    @Test
    void resultIsForItsContainerAlone() throws Exception {
        profiles.put(BASE, definition("{}"));
        var candidate = candidate(1);
        evaluations.evaluateAhead(List.of(candidate));
        var other = new ContainerName("other");
        assertThat(((EvaluationResult.Good) evaluations.evaluate(other, candidate.definition())).name())
                .isEqualTo(other);
    }

    private static String tmpfs(EvaluationResult result) {
        return ((EvaluationResult.Good) result).values().get("tmpfs").toString();
    }
}
