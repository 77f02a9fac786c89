package io.hatchery.bus;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class OffsetsTest {
    private static Offsets of(Map<String, List<Long>> offsets) {
        return new Offsets(new TreeMap<>(offsets));
    }

    @Test
    void readOfOnePartitionSkipsTheOthers() {
        Offsets from = of(Map.of("events", List.of(1L, 2L, 3L), "hosts", List.of(4L)));
        Offsets to = of(Map.of("events", List.of(10L, 20L, 30L), "hosts", List.of(40L)));
        assertThat(from.inPartition("events", 1, to))
                .isEqualTo(of(Map.of("events", List.of(10L, 2L, 30L), "hosts", List.of(4L))));
    }

    @Test
    void topicThatIsNotReadStaysAsItIs() {
        Offsets from = of(Map.of("hosts", List.of(4L)));
        assertThat(from.inPartition("events", 0, from)).isEqualTo(from);
    }
}
