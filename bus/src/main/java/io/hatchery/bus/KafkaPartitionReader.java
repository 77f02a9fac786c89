package io.hatchery.bus;

import io.hatchery.bus.authentication.RecordAuthenticator;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** Reads a topic's single partition from Kafka. */
final class KafkaPartitionReader implements PartitionReader {
    private final Polling polling;
    private final TopicPartition partition;
    private final RecordAuthenticator authenticator;
    private Handler<List<BusRecord>> batches = batch -> {};

    KafkaPartitionReader(Vertx vertx, BusConfig config, String topic, String group, Handler<Throwable> onFailure) {
        this.partition = new TopicPartition(topic, 0);
        this.authenticator = config.authenticator();
        Map<String, Object> settings = new HashMap<>(config.consumer());
        settings.put("group.id", group);
        this.polling =
                new Polling(vertx, group, settings, Polling.OnError.RETRY, Polling.onContext(this::take), onFailure);
    }

    private void take(Polling.PolledBatch batch) {
        var records = new ArrayList<BusRecord>();
        batch.records().forEach(raw -> records.add(new BusRecord(raw, authenticator)));
        batches.handle(records);
    }

    @Override
    public String name() {
        return partition.toString();
    }

    @Override
    public Future<OptionalLong> committed() {
        return polling.with(consumer -> {
            var committed = consumer.committed(Set.of(partition)).get(partition);
            return committed == null ? OptionalLong.empty() : OptionalLong.of(committed.offset());
        });
    }

    @Override
    public Future<Void> start(long offset, Handler<List<BusRecord>> onBatch) {
        batches = onBatch;
        return polling.with(consumer -> {
            consumer.assign(Set.of(partition));
            consumer.seek(partition, offset);
            return null;
        });
    }

    @Override
    public Future<Void> commit(long offset) {
        return polling.with(consumer -> {
            consumer.commitSync(Map.of(partition, new OffsetAndMetadata(offset)));
            return null;
        });
    }

    @Override
    public Future<Void> setPaused(boolean paused) {
        return polling.with(consumer -> {
            if (paused) {
                consumer.pause(Set.of(partition));
            } else {
                consumer.resume(Set.of(partition));
            }
            return null;
        });
    }

    @Override
    public Future<Void> close() {
        return polling.close();
    }
}
