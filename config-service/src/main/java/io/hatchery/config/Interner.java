package io.hatchery.config;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes equal parts of facts one object, since most containers share host, profiles and limits with others. What is no longer used
 * stays until there are too many; then all is forgotten, which costs memory for a while and nothing else.
 */
final class Interner {
    /** Maximum number of remembered values: hosts, lists of profiles, limits and selectors of the largest fleets. */
    static final int MAX_VALUES = 100_000;

    private final Map<Object, Object> values = new HashMap<>();

    /** The facts with shared parts. */
    EvaluationFacts shared(EvaluationFacts facts) {
        return EvaluationFactsBuilder.builder(facts)
                .host(same(facts.host()))
                .releasing(same(facts.releasing()))
                .demand(one(facts.demand()))
                .profiles(one(facts.profiles()))
                .systems(each(facts.systems()))
                .selector(same(facts.selector()))
                .build();
    }

    private <T> @Nullable T same(@Nullable T value) {
        return value == null ? null : one(value);
    }

    private List<String> each(List<String> paths) {
        return paths.isEmpty() ? paths : paths.stream().map(this::one).toList();
    }

    @SuppressWarnings("unchecked") // a value is kept under itself
    private <T> T one(T value) {
        if (values.size() >= MAX_VALUES) {
            values.clear();
        }
        Object known = values.putIfAbsent(value, value);
        return known == null ? value : (T) known;
    }
}
