package io.hatchery.bus;

import io.hatchery.bus.authentication.RecordAuthenticator;
import io.hatchery.protocol.Groups;
import io.hatchery.protocol.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A member of a group on Kafka, of which one is active and the others stand by. */
final class KafkaTransactionalLog implements TransactionalLog, ConsumerRebalanceListener {
    private static final Logger LOG = LoggerFactory.getLogger(KafkaTransactionalLog.class);
    private static final Duration IDLE = Duration.ofMillis(200);
    private static final Duration VIEW = Duration.ofMillis(1);
    private static final Duration CLOSING = Duration.ofSeconds(5);

    /** As many small definitions as one transaction takes; large ones are bounded by {@link #MAX_FETCHED}. */
    private static final String MAX_POLLED = "2000";

    /** The most records of viewed topics that are taken at once. */
    private static final String MAX_VIEWED = "5000";

    /** The least time between two looks for records of the source while reviews are under way. */
    private static final Duration LOOK_INTERVAL = Duration.ofMillis(10);

    /**
     * Records wait for as long for others of their partition; a commit sends all at once. Otherwise the producer sends many small
     * batches, and a broker without replicas flushes each to its disk.
     */
    private static final String LINGER_MILLIS = "1000";

    /** A transaction that begins before the broker has ended the last one in all partitions is tried again after this time. */
    private static final String RETRY_MILLIS = "10";

    /** The most bytes of a batch; a transaction reaches hundreds of partitions, whose batches share 32 MiB. */
    private static final String BATCH_BYTES = Integer.toString(64 << 10);

    /** The most bytes that are fetched at once and wait to be polled. */
    private static final String MAX_FETCHED = Integer.toString(16 << 20);

    /** How long reading the views may make no progress before the session fails. */
    private static final Duration STALLED = Duration.ofSeconds(60);

    private static final Duration PROGRESS_LOGGED = Duration.ofSeconds(10);

    private final TransactionalLoop.LoopPlan plan;
    private final RecordAuthenticator authenticator;
    private final Duration stalled;
    private final int partitions;
    private final KafkaConsumer<byte[], byte[]> source;
    private final KafkaConsumer<byte[], byte[]> views;
    private final KafkaConsumer<byte[], byte[]> ends;
    private final KafkaProducer<byte[], byte[]> producer;
    private final Set<String> located = new HashSet<>(); // at most the topics of the fleet

    /** The offsets that this member has written to views and has not read there yet. */
    private final Map<TopicPartition, Set<Long>> written = new HashMap<>();

    private boolean ownershipChanged;
    private PolledSource last = PolledSource.NOTHING;

    /** What was polled while reviews were under way; null if that is nothing. */
    private @Nullable PolledSource ahead;

    private long looked = System.nanoTime();

    /**
     * What one poll gave.
     *
     * @param member as what this process polled; null if it is no member
     * @param positions where the source is read on after it, for each partition of this member
     */
    private record PolledSource(
            Batch batch, @Nullable ConsumerGroupMetadata member, Map<TopicPartition, OffsetAndMetadata> positions) {
        private static final PolledSource NOTHING = new PolledSource(new Batch(List.of(), Map.of()), null, Map.of());
    }

    KafkaTransactionalLog(BusConfig config, TransactionalLoop.LoopPlan plan) {
        this(config, plan, STALLED);
    }

    /**
     * @param stalled how long reading the views may make no progress
     */
    KafkaTransactionalLog(BusConfig config, TransactionalLoop.LoopPlan plan, Duration stalled) {
        this.plan = plan;
        this.stalled = stalled;
        this.partitions = config.partitions();
        this.authenticator = config.authenticator();
        Map<String, Object> consuming = new HashMap<>(config.consumer());
        Map<String, Object> viewing = new HashMap<>(consuming);
        viewing.put("max.poll.records", MAX_VIEWED);
        this.views = new KafkaConsumer<>(viewing);
        Map<String, Object> uncommitted = new HashMap<>(consuming);
        uncommitted.put("isolation.level", "read_uncommitted");
        this.ends = new KafkaConsumer<>(uncommitted);
        consuming.put("group.id", plan.group());
        consuming.put("group.instance.id", plan.instance());
        // The assignment by this client's own strategy is a part of the classic protocol alone.
        consuming.put("group.protocol", "classic");
        consuming.put("partition.assignment.strategy", SingleOwnerAssignor.class.getName());
        consuming.put("max.poll.records", MAX_POLLED);
        consuming.put("fetch.max.bytes", MAX_FETCHED);
        consuming.put("session.timeout.ms", "10000");
        consuming.put("heartbeat.interval.ms", "2000");
        this.source = new KafkaConsumer<>(consuming);
        Map<String, Object> producing = new HashMap<>(config.producer(15_000));
        producing.put("transactional.id", Groups.transactionalIdPrefix(plan.group()) + plan.instance());
        producing.put("transaction.timeout.ms", "15000");
        producing.put("linger.ms", LINGER_MILLIS);
        producing.put("retry.backoff.ms", RETRY_MILLIS);
        producing.put("batch.size", BATCH_BYTES);
        producing.put("metadata.max.idle.ms", Long.toString(Duration.ofDays(1).toMillis()));
        this.producer = new KafkaProducer<>(producing);
    }

    @Override
    public void begin() {
        producer.initTransactions();
        // The dead letters first: what was reported is known before it is met again.
        follow(List.of(Topics.DEAD_LETTERS.name()));
        source.subscribe(List.of(plan.source()), this);
    }

    private void follow(Collection<String> topics) {
        Set<TopicPartition> added = Polling.partitionsOf(views, topics);
        added.removeAll(views.assignment());
        if (!added.isEmpty()) {
            var all = new HashSet<>(views.assignment());
            all.addAll(added);
            views.assign(all);
            views.seekToBeginning(added);
        }
    }

    @Override
    public Batch poll(boolean waits) {
        PolledSource known = ahead;
        last = known == null ? read(waits ? IDLE : Duration.ZERO) : known;
        ahead = null;
        looked = System.nanoTime();
        return last.batch();
    }

    @Override
    public boolean isWaiting() {
        if (ahead == null && System.nanoTime() - looked > LOOK_INTERVAL.toNanos()) {
            PolledSource polled = read(Duration.ZERO);
            looked = System.nanoTime();
            if (!polled.batch().records().isEmpty() || ownershipChanged) {
                ahead = polled;
            }
        }
        return ahead != null;
    }

    private PolledSource read(Duration patience) {
        ConsumerRecords<byte[], byte[]> polled = source.poll(patience);
        var records = new ArrayList<BusRecord>(polled.count());
        polled.forEach(raw -> records.add(new BusRecord(raw, authenticator)));
        var positions = new HashMap<TopicPartition, OffsetAndMetadata>();
        for (TopicPartition partition : source.assignment()) {
            positions.put(partition, new OffsetAndMetadata(source.position(partition)));
        }
        var next = new HashMap<Integer, Long>();
        for (TopicPartition partition : polled.partitions()) {
            next.put(partition.partition(), source.position(partition));
        }
        // As it is now: the heartbeat's thread forgets it when this member is no longer one, and a transaction without
        // it would
        // not be fenced.
        return new PolledSource(new Batch(records, next), source.groupMetadata(), positions);
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
        return partitions;
    }

    @Override
    public void readViews(boolean settled, Consumer<List<BusRecord>> onRecords) {
        if (views.assignment().size() == 1) {
            readToEnd(settled, onRecords);
        }
        // Also those partitions that an operator has added meanwhile.
        follow(plan.views());
        readToEnd(settled, onRecords);
    }

    private void readToEnd(boolean settled, Consumer<List<BusRecord>> onRecords) {
        // A reader of committed records gets an end before the first transaction that is still under way. Its
        // decision may
        // have been taken and its offsets be visible, for each partition learns of it by itself (KIP-98).
        Map<TopicPartition, Long> goal = new HashMap<>((settled ? ends : views).endOffsets(views.assignment()));
        long read = 0;
        long sum = -1;
        long moved = System.nanoTime();
        long logged = moved;
        while (!isReached(goal)) {
            var polled = views.poll(VIEW);
            if (!polled.isEmpty()) {
                onRecords.accept(foreign(polled));
                read += polled.count();
            }
            long now = System.nanoTime();
            long positions = goal.keySet().stream().mapToLong(views::position).sum();
            if (positions != sum) {
                sum = positions;
                moved = now;
            } else if (now - moved > stalled.toNanos()) {
                throw new BusException("the topics " + plan.views() + " cannot be read to their end: " + read
                        + " records read, none for " + stalled.toSeconds() + " s, and not there yet: " + goal);
            }
            if (now - logged > PROGRESS_LOGGED.toNanos()) {
                logged = now;
                LOG.info("{} reads its topics: {} records so far", plan.group(), read);
            }
        }
    }

    /** The records that others wrote. */
    private List<BusRecord> foreign(ConsumerRecords<byte[], byte[]> polled) {
        var records = new ArrayList<BusRecord>(polled.count());
        for (TopicPartition partition : polled.partitions()) {
            Set<Long> own = written.getOrDefault(partition, Set.of());
            for (var record : polled.records(partition)) {
                if (own.isEmpty() || !own.remove(record.offset())) {
                    records.add(new BusRecord(record, authenticator));
                }
            }
        }
        return records;
    }

    private boolean isReached(Map<TopicPartition, Long> goal) {
        goal.entrySet().removeIf(end -> views.position(end.getKey()) >= end.getValue());
        return goal.isEmpty();
    }

    @Override
    public void transact(Collection<ProducerRecord<byte[], byte[]>> records, Map<Integer, Long> offsets) {
        // That of the batch which this answers: one that was polled ahead may be of another generation of the group.
        ConsumerGroupMetadata member = last.member();
        var positions = positions(offsets);
        if (positions.isEmpty() || member == null || member.generationId() < 0) {
            throw new BusException(
                    "this member of " + plan.group() + " owns no partition any more, and therefore writes nothing");
        }
        var tooLarge = new AtomicReference<RecordTooLargeException>();
        var viewed = new ConcurrentLinkedQueue<RecordMetadata>();
        locate(records);
        records.forEach(authenticator::sign);
        producer.beginTransaction();
        try {
            for (var record : records) {
                // A failure shows again, and is thrown, at the commit.
                boolean isViewed = plan.views().contains(record.topic());
                var _ = producer.send(record, (metadata, e) -> {
                    if (e instanceof RecordTooLargeException large) {
                        tooLarge.set(large);
                    } else if (e == null && isViewed) {
                        viewed.add(metadata);
                    }
                });
            }
            producer.sendOffsetsToTransaction(positions, member);
            producer.commitTransaction();
            viewed.forEach(metadata -> written.computeIfAbsent(
                            new TopicPartition(metadata.topic(), metadata.partition()), partition -> new HashSet<>())
                    .add(metadata.offset()));
        } catch (KafkaException e) {
            RecordTooLargeException large = tooLarge.get();
            throw large == null ? e : large;
        }
    }

    /**
     * Asks the broker for the partitions of all new topics at once, before the transaction begins. The producer asks for one topic
     * after the other as it meets them, and a transaction reaches the topics of hundreds of hosts.
     */
    private void locate(Collection<ProducerRecord<byte[], byte[]>> records) {
        var unknown = new TreeSet<String>();
        records.forEach(record -> unknown.add(record.topic()));
        unknown.removeAll(located);
        try (var requests = Executors.newVirtualThreadPerTaskExecutor()) {
            var answers = unknown.stream()
                    .map(topic -> requests.submit(() -> producer.partitionsFor(topic)))
                    .toList();
            for (var answer : answers) {
                answer.get();
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof KafkaException failure
                    ? failure
                    : new BusException("cannot locate the topics " + unknown, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BusException("interrupted", e);
        }
        located.addAll(unknown);
    }

    /** Never empty for an owner: offsets that are committed are what fences a member that was the owner before. */
    private Map<TopicPartition, OffsetAndMetadata> positions(Map<Integer, Long> offsets) {
        var positions = new HashMap<TopicPartition, OffsetAndMetadata>();
        offsets.forEach((partition, next) ->
                positions.put(new TopicPartition(plan.source(), partition), new OffsetAndMetadata(next)));
        if (positions.isEmpty()) {
            positions.putAll(last.positions());
        }
        return positions;
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
