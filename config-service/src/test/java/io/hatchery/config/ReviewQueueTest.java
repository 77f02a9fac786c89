package io.hatchery.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.spec.ContainerName;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ReviewQueueTest {
    private final ReviewQueue queue = new ReviewQueue();

    private static List<ContainerName> names(String prefix, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new ContainerName(prefix + i))
                .toList();
    }

    private List<ContainerName> take(int count) {
        var taken = new ArrayList<ContainerName>();
        for (int i = 0; i < count; i++) {
            taken.add(queue.take());
        }
        return taken;
    }

    @Test
    void containerIsTakenOnce() {
        queue.addUrgent(names("a", 2));
        queue.addUrgent(new ContainerName("a1"));
        queue.addBulk(names("a", 3));
        assertThat(take(3)).containsExactlyInAnyOrderElementsOf(names("a", 3));
        assertThat(queue.take()).isNull();
    }

    @Test
    void containerThatSomethingWaitsForIsTakenBeforeTheMany() {
        queue.addBulk(names("b", 1_000));
        queue.addUrgent(new ContainerName("a"));
        assertThat(take(2)).contains(new ContainerName("a"));
    }

    @Test
    void manyAdvanceWhileOthersKeepArriving() {
        queue.addBulk(names("b", 10));
        int bulk = 0;
        for (int i = 0; i < 10 * ReviewQueue.TURNS; i++) {
            queue.addUrgent(new ContainerName("a" + i));
            bulk += String.valueOf(queue.take()).startsWith("b") ? 1 : 0;
        }
        assertThat(bulk).isEqualTo(10);
    }

    @Test
    void orderOfArrivalIsKept() {
        queue.addBulk(names("b", 5));
        assertThat(take(5)).isEqualTo(names("b", 5));
    }
}
