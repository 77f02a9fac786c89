package io.hatchery.config;

import io.hatchery.spec.ContainerDefinition;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ProfileName;
import io.hatchery.spec.option.EvaluationResult;
import io.hatchery.spec.option.Evaluator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Evaluates definitions on all processors before their turn comes: an evaluation is a pure function, while placement and ports are
 * decided in order. Not thread-safe itself.
 */
final class AdvanceEvaluations implements DefinitionEvaluator {
    /** A definition to evaluate. */
    record AdvanceCandidate(ContainerName name, ContainerDefinition definition) {}

    /** So many results that nobody asked for, such as those of refused definitions, are kept at most. */
    private static final int MAX_UNUSED = 5_000;

    private record AdvanceResult(AdvanceCandidate candidate, EvaluationResult of) {}

    private final Map<ProfileName, ContainerDefinition> profiles;

    /** By the very definition, until they are asked for. */
    private final IdentityHashMap<ContainerDefinition, AdvanceResult> results = new IdentityHashMap<>();

    /**
     * @param profiles the present profiles; {@link #forget} follows each change
     */
    AdvanceEvaluations(Map<ProfileName, ContainerDefinition> profiles) {
        this.profiles = profiles;
    }

    /** Evaluates definitions for {@link #evaluate}. */
    void evaluateAhead(List<AdvanceCandidate> candidates) {
        if (results.size() > MAX_UNUSED) {
            results.clear();
        }
        List<AdvanceResult> evaluated = candidates.parallelStream()
                .map(this::result)
                .flatMap(Optional::stream)
                .toList();
        evaluated.forEach(result -> results.put(result.candidate().definition(), result));
    }

    private Optional<AdvanceResult> result(AdvanceCandidate candidate) {
        try {
            return Optional.of(new AdvanceResult(
                    candidate, Evaluator.evaluate(candidate.name(), candidate.definition(), profiles)));
        } catch (RuntimeException | StackOverflowError e) {
            return Optional.empty(); // it fails again in its turn, which concerns this container alone
        }
    }

    /** Forgets all results, since a profile has changed. */
    void forget() {
        results.clear();
    }

    @Override
    public EvaluationResult evaluate(ContainerName name, ContainerDefinition definition) {
        AdvanceResult ahead = results.remove(definition);
        return ahead != null && ahead.candidate().name().equals(name)
                ? ahead.of()
                : Evaluator.evaluate(name, definition, profiles);
    }
}
