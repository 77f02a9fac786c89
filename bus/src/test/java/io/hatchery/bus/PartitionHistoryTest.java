package io.hatchery.bus;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

class PartitionHistoryTest {
    private final PartitionHistory history = new PartitionHistory();

    private void add(String key, int partition) {
        history.add(new BusRecord(
                new ConsumerRecord<>("t", partition, 0, key.getBytes(StandardCharsets.UTF_8), new byte[0])));
    }

    private void addPlaced(int keys, int partitions) {
        for (int i = 0; i < keys; i++) {
            String key = "c" + i;
            add(key, Partitioning.partitionOf(key.getBytes(StandardCharsets.UTF_8), partitions));
        }
    }

    @Test
    void emptyHistoryFitsAnyNumberOfPartitions() {
        assertThatCode(() -> history.requireFits(4)).doesNotThrowAnyException();
    }

    @Test
    void numberThatKeysWerePlacedOverFits() {
        addPlaced(50, 4);
        assertThatCode(() -> history.requireFits(4)).doesNotThrowAnyException();
    }

    @Test
    void anotherNumberIsRefusedWithTheRightOne() {
        addPlaced(50, 4);
        assertThatThrownBy(() -> history.requireFits(8))
                .isInstanceOf(TopicMismatchException.class)
                .hasMessageContaining("set topics.partitions to 4");
    }

    @Test
    void fewStrayRecordsDecideNothing() {
        addPlaced(50, 4);
        add("stray", 3);
        add("another", 2);
        assertThatCode(() -> history.requireFits(4)).doesNotThrowAnyException();
    }

    @Test
    void sampleOfALargeFleetIsAsRight() {
        addPlaced(20 * PartitionHistory.COUNTED, 12);
        assertThatCode(() -> history.requireFits(12)).doesNotThrowAnyException();
        assertThatThrownBy(() -> history.requireFits(6)).hasMessageContaining("set topics.partitions to 12");
        assertThatThrownBy(() -> history.requireFits(24)).hasMessageContaining("set topics.partitions to 12");
    }
}
