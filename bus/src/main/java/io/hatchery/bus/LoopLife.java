package io.hatchery.bus;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One life of a {@link TransactionalLoop}, from reading the views to the first failure: poll, look, answer, and again. */
public final class LoopLife implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LoopLife.class);
    private static final TransactionalLog.Batch NOTHING = new TransactionalLog.Batch(List.of(), Map.of());

    private final TransactionalLoop.Plan plan;
    private final TransactionalLog log;
    private final TransactionalLoop.Judge judge;
    private final Runnable ready;
    private TransactionalLog.Batch batch = NOTHING;
    private boolean hasWritten;

    /**
     * Has done nothing yet.
     *
     * @param ready is run each time it has caught up with the views and owns its partitions
     */
    public LoopLife(TransactionalLoop.Plan plan, TransactionalLog log, TransactionalLoop.Judge judge, Runnable ready) {
        this.plan = plan;
        this.log = log;
        this.judge = judge;
        this.ready = ready;
    }

    /** Joins the group. */
    public void begin() {
        log.begin();
    }

    /** Takes what is next of the source. */
    public void poll() {
        batch = log.poll();
    }

    /** Sees what has changed around it, whatever came before that batch included. */
    public void look() {
        boolean ownershipChanged = log.hasOwnershipChanged();
        // What it wrote itself is not always to be seen yet, and must not be seen after something newer that it knows.
        log.readViews(ownershipChanged || hasWritten, judge::view);
        hasWritten = false;
        if (ownershipChanged) {
            judge.own(log.owned(), log.partitionCount());
            ready.run();
        }
    }

    /** Judges the batch and writes what follows. */
    public void answer() {
        var writing = new ArrayList<ProducerRecord<byte[], byte[]>>();
        boolean judged = false;
        for (BusRecord record : batch.records()) {
            judged = true;
            TransactionalLoop.Verdict verdict = isMisplaced(record) ? misplaced() : judge.judge(record);
            verdict.messages().forEach(message -> writing.add(message.toRecord()));
            if (verdict.unreadable() != null) {
                LOG.warn("{} goes to the dead letters: {}", record.position().text(), verdict.unreadable());
                writing.add(KafkaPublisher.deadLetter(record, plan.group(), verdict.unreadable()));
            }
        }
        judge.review().forEach(message -> writing.add(message.toRecord()));
        if (judged || !writing.isEmpty()) {
            log.transact(writing, batch.next());
            hasWritten = true;
        }
        batch = NOTHING;
    }

    private boolean isMisplaced(BusRecord record) {
        byte[] key = record.raw().key();
        return key != null && Partitioning.partitionOf(key, log.partitionCount()) != record.partition();
    }

    private static TransactionalLoop.Verdict misplaced() {
        return new TransactionalLoop.Verdict(
                List.of(),
                "its key belongs to another partition: write with the murmur2 partitioner (kcat.conf sets it), or its"
                        + " revisions would not be monotonic");
    }

    @Override
    public void close() {
        log.close();
    }
}
