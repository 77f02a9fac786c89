package io.hatchery.runner.lifecycle;

import static org.assertj.core.api.Assertions.fail;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Some things hold whatever happens in whatever order. {@code -Dseed=S} sets the first of the seeds, {@code -Dcases=N} how many there are; a failure is printed as the
 * shortest list of moves that still fails.
 */
class LifecyclePropertyTest {
    private static final long FIRST_SEED = Long.getLong("seed", 1);
    private static final int SEEDS = Integer.getInteger("cases", 3_000);
    private static final int MOVES = 120;

    @Test
    void everyCommandEndsOnceAndOneRunLivesAtATime() {
        for (long seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
            List<Move> moves = Move.random(seed, MOVES);
            if (failure(moves) != null) {
                explain(seed, moves);
            }
        }
    }

    private static @Nullable AssertionError failure(List<Move> moves) {
        var world = new AnsweringWorld();
        try {
            moves.forEach(world::move);
            world.settle();
            world.check();
            return null;
        } catch (AssertionError e) {
            return e;
        }
    }

    private static void explain(long seed, List<Move> moves) {
        List<Move> shortest = Shrinking.shortest(moves, list -> failure(list) != null);
        AssertionError failure = failure(shortest);
        fail(
                "seed %d (again with -Dseed=%<d) fails after these moves:%n%s%n%s",
                seed,
                shortest.stream().map(Move::toString).collect(Collectors.joining("\n")),
                failure == null ? "" : failure.getMessage());
    }
}
