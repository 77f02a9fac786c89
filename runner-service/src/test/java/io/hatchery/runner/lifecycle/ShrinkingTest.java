package io.hatchery.runner.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ShrinkingTest {
    @Test
    void onlyWhatTheFailureNeedsIsKept() {
        List<Integer> numbers = IntStream.range(0, 100).boxed().toList();
        assertThat(Shrinking.shortest(numbers, list -> list.containsAll(List.of(3, 50, 99))))
                .containsExactly(3, 50, 99);
    }

    @Test
    void failureWithoutMovesShrinksToNoMoves() {
        assertThat(Shrinking.shortest(List.of(1, 2, 3), list -> true)).isEmpty();
    }
}
