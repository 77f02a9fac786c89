package io.hatchery.bus;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** A member of a group on Kafka. */
final class KafkaTransactionalLog implements TransactionalLog, ConsumerRebalanceListener {
    private static final Duration IDLE = Duration.ofMillis(200);
    private static final Duration VIEW = Duration.ofMillis(1);
    private static final Duration CLOSING = Duration.ofSeconds(5);

    private final TransactionalLoop.Plan plan;
    private final KafkaConsumer<byte[], byte[]> source;
    private final KafkaConsumer<byte[], byte[]> views;
    private final KafkaConsumer<byte[], byte[]> ends;
    private final KafkaProducer<byte[], byte[]> producer;
    private boolean ownershipChanged;
    private @Nullable Integer partitions;

    KafkaTransactionalLog(BusConfig config, TransactionalLoop.Plan plan) {
        this.plan = plan;
        Map<String, Object> consuming = new HashMap<>(config.consumer());
        this.views = new KafkaConsumer<>(consuming);
        Map<String, Object> uncommitted = new HashMap<>(consuming);
        uncommitted.put("isolation.level", "read_uncommitted");
        this.ends = new KafkaConsumer<>(uncommitted);
        consuming.put("group.id", plan.group());
        consuming.put("group.instance.id", plan.instance());
        consuming.put("session.timeout.ms", "10000");
        consuming.put("heartbeat.interval.ms", "2000");
        this.source = new KafkaConsumer<>(consuming);
        Map<String, Object> producing = new HashMap<>(config.producer(15_000));
        producing.put("transactional.id", plan.group() + "-" + plan.instance());
        producing.put("transaction.timeout.ms", "15000");
        this.producer = new KafkaProducer<>(producing);
    }

    @Override
    public void begin() {
        producer.initTransactions();
        views.assign(Polling.partitionsOf(views, plan.views()));
        views.seekToBeginning(views.assignment());
        source.subscribe(List.of(plan.source()), this);
    }

    @Override
    public Batch poll() {
        ConsumerRecords<byte[], byte[]> polled = source.poll(IDLE);
        var records = new ArrayList<BusRecord>();
        polled.forEach(raw -> records.add(new BusRecord(raw)));
        var next = new HashMap<Integer, Long>();
        for (TopicPartition partition : polled.partitions()) {
            next.put(partition.partition(), source.position(partition));
        }
        return new Batch(records, next);
    }

    @Override
    public boolean hasOwnershipChanged() {
        boolean changed = ownershipChanged;
        ownershipChanged = false;
        return changed;
    }

    @Override
    public Set<Integer> owned() {
        var owned = new TreeSet<Integer>();
        source.assignment().forEach(p -> owned.add(p.partition()));
        return owned;
    }

    @Override
    public int partitionCount() {
        Integer known = partitions;
        if (known == null) {
            known = source.partitionsFor(plan.source()).size();
            partitions = known;
        }
        return known;
    }

    @Override
    public void readViews(boolean settled, Consumer<BusRecord> onRecord) {
        // A reader of committed records is told an end before the first transaction that is still under way. Its
        // decision may
        // have been taken and its offsets be visible, for each partition learns of it by itself (KIP-98).
        Map<TopicPartition, Long> goal = (settled ? ends : views).endOffsets(views.assignment());
        boolean behind = true;
        while (behind) {
            views.poll(VIEW).forEach(record -> onRecord.accept(new BusRecord(record)));
            behind = goal.entrySet().stream().anyMatch(end -> views.position(end.getKey()) < end.getValue());
        }
    }

    @Override
    public void transact(Collection<ProducerRecord<byte[], byte[]>> records, Map<Integer, Long> offsets) {
        producer.beginTransaction();
        for (var record : records) {
            // A failure shows again, and is thrown, at the commit.
            var _ = producer.send(record);
        }
        var positions = new HashMap<TopicPartition, OffsetAndMetadata>();
        offsets.forEach((partition, next) ->
                positions.put(new TopicPartition(plan.source(), partition), new OffsetAndMetadata(next)));
        producer.sendOffsetsToTransaction(positions, source.groupMetadata());
        producer.commitTransaction();
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> assigned) {
        ownershipChanged = true;
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> revoked) {
        ownershipChanged = true;
    }

    @Override
    public void close() {
        producer.close(CLOSING);
        for (var consumer : List.of(source, views, ends)) {
            consumer.close(CloseOptions.timeout(CLOSING));
        }
    }
}
