package io.hatchery.runner.lifecycle;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Shortens a list that makes a test fail, so that the failure can be read. */
final class Shrinking {
    private Shrinking() {}

    /** A list from which no single element can be removed without the failure going away; {@code fails} holds for it. */
    static <T> List<T> shortest(List<T> failing, Predicate<List<T>> fails) {
        List<T> shortest = failing;
        int size = Math.max(1, failing.size() / 2);
        while (true) {
            List<T> shorter = withoutChunks(shortest, size, fails);
            boolean changed = shorter.size() < shortest.size();
            shortest = shorter;
            if (!changed && size == 1) {
                return shortest;
            }
            size = changed ? size : size / 2;
        }
    }

    private static <T> List<T> withoutChunks(List<T> failing, int size, Predicate<List<T>> fails) {
        List<T> kept = failing;
        int from = 0;
        while (from < kept.size()) {
            var without = new ArrayList<>(kept);
            without.subList(from, Math.min(from + size, kept.size())).clear();
            if (fails.test(without)) {
                kept = without;
            } else {
                from += size;
            }
        }
        return kept;
    }
}
