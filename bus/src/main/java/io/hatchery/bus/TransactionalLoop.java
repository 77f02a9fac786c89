package io.hatchery.bus;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a topic as one of a group, judges its records in the light of other topics read to their end, and writes what follows
 * together with the offsets in one transaction: all of it happens, once, or none. After any failure it starts anew from what
 * the topics say. Runs on a thread of its own.
 */
public final class TransactionalLoop implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TransactionalLoop.class);
    private static final Duration IDLE = Duration.ofMillis(200);
    private static final Duration VIEW = Duration.ofMillis(1);
    private static final Duration RETRY = Duration.ofSeconds(1);

    /** What to do with the records: a new one for each beginning, since its memory is what the topics say. */
    public interface Judge {
        /** The record of a viewed topic. */
        void view(BusRecord record);

        /** These of so many partitions of the source are now this process's. Called after the views were read to their end. */
        void own(Set<Integer> partitions, int of);

        /** What follows from a record of the source. */
        Verdict judge(BusRecord record);

        /** What follows from changes in the views. */
        List<Message> review();
    }

    /**
     * What follows from a record.
     *
     * @param messages to be written
     * @param unreadable why the record goes to the dead letters; null if it does not
     */
    public record Verdict(List<Message> messages, @Nullable String unreadable) {
        /** Keeps an immutable copy of the messages. */
        public Verdict {
            messages = List.copyOf(messages);
        }
    }

    /**
     * What to read and as whom.
     *
     * @param source the topic whose records are judged
     * @param views the topics that are read to their end before any is
     * @param group the consumer group
     * @param instance names this process among the group, the same after its restart
     */
    public record Plan(String source, List<String> views, String group, String instance) {
        /** Keeps an immutable copy of the views. */
        public Plan {
            views = List.copyOf(views);
        }
    }

    private final BusConfig config;
    private final Plan plan;
    private final Supplier<Judge> judges;
    private final Runnable ready;
    private final Thread thread;
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile boolean closing;

    /** Starts it; {@code ready} is run, on its thread, each time it has caught up with the views and owns its partitions. */
    public TransactionalLoop(BusConfig config, Plan plan, Supplier<Judge> judges, Runnable ready) {
        this.config = config;
        this.plan = plan;
        this.judges = judges;
        this.ready = ready;
        this.thread =
                Thread.ofPlatform().daemon().name("hatchery-" + plan.group()).start(this::runAnew);
    }

    private void runAnew() {
        try {
            while (!closing) {
                try (var run = new Run(judges.get())) {
                    run.go();
                } catch (KafkaException | BusException e) {
                    LOG.warn("{} starts anew from what the topics say, after: {}", plan.group(), e.getMessage(), e);
                    Thread.sleep(RETRY);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            closed.countDown();
        }
    }

    @Override
    public void close() {
        closing = true;
        try {
            closed.await();
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** One life, from reading the views to the first failure. */
    private final class Run implements AutoCloseable, ConsumerRebalanceListener {
        private final Judge judge;
        private final KafkaConsumer<byte[], byte[]> source;
        private final KafkaConsumer<byte[], byte[]> views;
        private final KafkaProducer<byte[], byte[]> producer;
        private boolean ownershipChanged;
        private @Nullable Integer partitions;

        Run(Judge judge) {
            this.judge = judge;
            Map<String, Object> consuming = new HashMap<>(config.consumer());
            this.views = new KafkaConsumer<>(consuming);
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

        void go() {
            producer.initTransactions();
            views.assign(Polling.partitionsOf(views, plan.views()));
            views.seekToBeginning(views.assignment());
            source.subscribe(List.of(plan.source()), this);
            while (!closing) {
                ConsumerRecords<byte[], byte[]> records = source.poll(IDLE);
                readViews();
                if (ownershipChanged) {
                    ownershipChanged = false;
                    judge.own(owned(), partitionCount());
                    ready.run();
                }
                step(records);
            }
        }

        private Set<Integer> owned() {
            var owned = new TreeSet<Integer>();
            source.assignment().forEach(p -> owned.add(p.partition()));
            return owned;
        }

        private void readViews() {
            Map<TopicPartition, Long> ends = views.endOffsets(views.assignment());
            boolean behind = true;
            while (behind) {
                views.poll(VIEW).forEach(record -> judge.view(new BusRecord(record)));
                behind = ends.entrySet().stream().anyMatch(end -> views.position(end.getKey()) < end.getValue());
            }
        }

        private void step(ConsumerRecords<byte[], byte[]> records) {
            var verdicts = new ArrayList<Map.Entry<BusRecord, Verdict>>();
            for (var raw : records) {
                var record = new BusRecord(raw);
                verdicts.add(Map.entry(record, isMisplaced(record) ? misplaced() : judge.judge(record)));
            }
            List<Message> reviewed = judge.review();
            if (verdicts.isEmpty() && reviewed.isEmpty()) {
                return;
            }
            producer.beginTransaction();
            for (var verdict : verdicts) {
                write(verdict.getKey(), verdict.getValue());
            }
            reviewed.forEach(message -> send(message.toRecord()));
            var offsets = new HashMap<TopicPartition, OffsetAndMetadata>();
            for (TopicPartition partition : records.partitions()) {
                offsets.put(partition, new OffsetAndMetadata(source.position(partition)));
            }
            producer.sendOffsetsToTransaction(offsets, source.groupMetadata());
            producer.commitTransaction();
        }

        private void write(BusRecord record, Verdict verdict) {
            verdict.messages().forEach(message -> send(message.toRecord()));
            if (verdict.unreadable() != null) {
                LOG.warn("{} goes to the dead letters: {}", record.position().text(), verdict.unreadable());
                send(KafkaPublisher.deadLetter(record, plan.group(), verdict.unreadable()));
            }
        }

        private void send(org.apache.kafka.clients.producer.ProducerRecord<byte[], byte[]> record) {
            // A failure shows again, and is thrown, at the commit.
            var _ = producer.send(record);
        }

        private boolean isMisplaced(BusRecord record) {
            byte[] key = record.raw().key();
            return key != null && Partitioning.partitionOf(key, partitionCount()) != record.partition();
        }

        private int partitionCount() {
            Integer known = partitions;
            if (known == null) {
                known = source.partitionsFor(plan.source()).size();
                partitions = known;
            }
            return known;
        }

        private Verdict misplaced() {
            return new Verdict(
                    List.of(),
                    "its key belongs to another partition: write with the murmur2 partitioner (kcat.conf sets it), or its"
                            + " revisions would not be monotonic");
        }

        @Override
        public void onPartitionsAssigned(java.util.Collection<TopicPartition> assigned) {
            ownershipChanged = true;
        }

        @Override
        public void onPartitionsRevoked(java.util.Collection<TopicPartition> revoked) {
            ownershipChanged = true;
        }

        @Override
        public void close() {
            var timeout = Duration.ofSeconds(5);
            producer.close(timeout);
            source.close(org.apache.kafka.clients.consumer.CloseOptions.timeout(timeout));
            views.close(org.apache.kafka.clients.consumer.CloseOptions.timeout(timeout));
        }
    }
}
