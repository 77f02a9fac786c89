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
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/**
 * Kafka.
 *
 * @param vertx whose contexts are called back
 * @param config how to reach it
 */
public record KafkaBus(Vertx vertx, BusConfig config) implements Bus {
    private static final long PATIENCE_SECONDS = 30;

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
            // A reader of committed records gets an end before the first transaction under way, whatever lies beyond
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
    public Future<PartitionExtent> extent(String topic) {
        return vertx.executeBlocking(() -> {
            try (var admin = Admin.create(config.admin())) {
                var partition = new TopicPartition(topic, 0);
                var described =
                        admin.describeTopics(List.of(topic)).allTopicNames().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
                String id = described.values().iterator().next().topicId().toString();
                return new PartitionExtent(
                        id,
                        offset(admin, partition, OffsetSpec.earliest()),
                        offset(admin, partition, OffsetSpec.latest()));
            } catch (ExecutionException | TimeoutException e) {
                throw new BusException("cannot describe topic " + topic, e);
            }
        });
    }

    private static long offset(Admin admin, TopicPartition partition, OffsetSpec spec)
            throws ExecutionException, InterruptedException, TimeoutException {
        return admin.listOffsets(Map.of(partition, spec))
                .partitionResult(partition)
                .get(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .offset();
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
