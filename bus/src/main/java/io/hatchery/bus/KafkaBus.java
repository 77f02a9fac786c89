package io.hatchery.bus;

import io.hatchery.protocol.Topic;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.KafkaConsumer;

/**
 * Kafka.
 *
 * @param vertx whose contexts are called back
 * @param config how to reach it
 */
public record KafkaBus(Vertx vertx, BusConfig config) implements Bus {
    @Override
    public Future<Void> ensure(Collection<Topic> topics) {
        return vertx.executeBlocking(() -> {
            try (var setup = new TopicSetup(config)) {
                setup.ensure(topics);
            }
            return null;
        });
    }

    @Override
    public Future<Map<Integer, Long>> ends(String topic) {
        return vertx.executeBlocking(() -> {
            // A reader of committed records is told an end before the first transaction under way, whatever lies beyond
            // it.
            var settings = new HashMap<>(config.consumer());
            settings.put("isolation.level", "read_uncommitted");
            try (var consumer = new KafkaConsumer<byte[], byte[]>(settings)) {
                var ends = new TreeMap<Integer, Long>();
                consumer.endOffsets(Polling.partitionsOf(consumer, List.of(topic)))
                        .forEach((partition, end) -> ends.put(partition.partition(), end));
                return ends;
            }
        });
    }

    @Override
    public Publisher publisher(int patience) {
        return new KafkaPublisher(vertx, config, patience);
    }

    @Override
    public Follower follower(String name, Handler<BusRecord> onRecord, Handler<Throwable> onFailure) {
        return new TopicFollower(vertx, config, name, onRecord, onFailure);
    }

    @Override
    public PartitionReader partition(String topic, String group, Handler<Throwable> onFailure) {
        return new KafkaPartitionReader(vertx, config, topic, group, onFailure);
    }
}
