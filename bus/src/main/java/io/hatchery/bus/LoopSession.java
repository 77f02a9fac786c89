package io.hatchery.bus;

import io.hatchery.protocol.Topics;
import io.hatchery.spec.json.UnreadableException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One session of a {@link TransactionalLoop}, from reading the views to the first failure: poll, look, answer, and again. */
public final class LoopSession implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LoopSession.class);
    private static final TransactionalLog.Batch NOTHING = new TransactionalLog.Batch(List.of(), Map.of());

    /**
     * The most reviews between two polls, so that membership and views are looked after meanwhile. A record of the source ends them
     * sooner.
     */
    static final int MAX_REVIEWS = 1_000;

    /** So many reviews come between two polls although records of the source wait, so that many of these do not hold up all reviews. */
    static final int MIN_REVIEWS = 300;

    private final TransactionalLoop.LoopPlan plan;
    private final TransactionalLog log;
    private final TransactionalLoop.RecordProcessor processor;
    private final Runnable ready;
    private final OversizedRecordIsolation isolation;
    private final RejectedViewRecords refusedViews;
    private final Map<Integer, Long> committed = new HashMap<>();
    private TransactionalLog.Batch batch = NOTHING;

    /** The results of reviews that a record of the source has ended, and that are written with its answer. */
    private LoopTransaction pending = new LoopTransaction();

    private boolean isReviewPending;
    private boolean isMemoryDoubtful;
    private long answered;

    /**
     * Has done nothing yet.
     *
     * @param ready is run each time it has caught up with the views and owns its partitions
     */
    public LoopSession(
            TransactionalLoop.LoopPlan plan,
            TransactionalLog log,
            TransactionalLoop.RecordProcessor processor,
            Runnable ready) {
        this(plan, log, processor, ready, new OversizedRecordIsolation());
    }

    LoopSession(
            TransactionalLoop.LoopPlan plan,
            TransactionalLog log,
            TransactionalLoop.RecordProcessor processor,
            Runnable ready,
            OversizedRecordIsolation isolation) {
        this.plan = plan;
        this.log = log;
        this.processor = processor;
        this.ready = ready;
        this.isolation = isolation;
        this.refusedViews = new RejectedViewRecords(plan.group());
    }

    /** Joins the group. */
    public void begin() {
        log.begin();
    }

    /** Takes the next batch of the source. */
    public void poll() {
        batch = log.poll(!isReviewPending);
    }

    /** Sees what has changed around it, whatever came before that batch included. */
    public void look() {
        boolean ownershipChanged = log.hasOwnershipChanged();
        if (ownershipChanged && !pending.isEmpty()) {
            throw new BusException(
                    "the owner has changed before the results of reviews were written: reading the topics again");
        }
        log.readViews(ownershipChanged, this::viewAll);
        if (ownershipChanged) {
            committed.clear();
            processor.own(log.owned(), log.partitionCount());
            ready.run();
        }
    }

    private void viewAll(List<BusRecord> records) {
        processor.readAhead(records);
        records.forEach(this::view);
    }

    private void view(BusRecord record) {
        if (record.topic().equals(Topics.DEAD_LETTERS.name())) {
            refusedViews.viewLetter(record);
            return;
        }
        String refusal = misplaced(record);
        if (refusal == null) {
            try {
                processor.view(record);
                return;
            } catch (KafkaException | BusException e) {
                throw e;
            } catch (UnreadableException | RuntimeException | StackOverflowError e) {
                refusal = reason(e);
            }
        } else {
            processor.misplaced(record);
        }
        refusedViews.add(record, refusal);
    }

    /** Processes the batch and writes what follows. */
    public void answer() {
        if (log.owned().isEmpty()) {
            // Another member is active, and writes what this one would.
            batch = NOTHING;
            return;
        }
        processor.readAhead(batch.records());
        LoopTransaction transaction = pending;
        pending = new LoopTransaction();
        for (BusRecord record : batch.records()) {
            answer(record, transaction);
            transaction = committedIf(transaction.isFull() || isolation.isActive(), transaction);
        }
        transaction.read(notCommitted(batch.next()));
        boolean isAnswer = !batch.records().isEmpty();
        batch = NOTHING;
        for (RejectedViewRecords.RejectedRecord refused : refusedViews.take()) {
            refuse(refused.record(), refused.reason(), transaction);
            transaction = committedIf(transaction.isFull(), transaction);
        }
        // The clients that wrote the records do not wait for the reviews.
        review(committedIf(isAnswer, transaction));
        if (isMemoryDoubtful) {
            throw new BusException("an answer was too large and was not written: reading the topics again");
        }
    }

    private Map<Integer, Long> notCommitted(Map<Integer, Long> next) {
        var more = new HashMap<>(next);
        more.entrySet().removeAll(committed.entrySet());
        return more;
    }

    /** Reviews, and writes what follows unless a record of the source waits, with whose answer it is then written. */
    private void review(LoopTransaction first) {
        LoopTransaction transaction = first;
        isReviewPending = true;
        for (int i = 0; i < MAX_REVIEWS; i++) {
            if (i >= MIN_REVIEWS && log.isWaiting()) {
                // Answers that are isolated are written alone.
                pending = committedIf(isolation.isActive(), transaction);
                return;
            }
            Optional<List<Message>> messages = processor.review();
            if (messages.isEmpty()) {
                isReviewPending = false;
                break;
            }
            reviewed(records(messages.get())).forEach(transaction::write);
            transaction = committedIf(transaction.isFull(), transaction);
        }
        committedIf(true, transaction);
    }

    /** The messages of a review; if they are too large, those that the processor gives instead. */
    private List<ProducerRecord<byte[], byte[]>> reviewed(List<ProducerRecord<byte[], byte[]>> review) {
        String excess = excess(review);
        if (excess == null) {
            return review;
        }
        LOG.error("the result of a review is too large and is not written: {}", excess);
        var instead = records(processor.tooLarge(excess));
        String again = excess(instead);
        if (again != null) {
            throw new IllegalStateException("the replacement for the result of a review is too large too: " + again);
        }
        return instead;
    }

    private void answer(BusRecord record, LoopTransaction transaction) {
        transaction.answer(record);
        String refusal = misplaced(record);
        if (refusal == null && isolation.isRefused(record.position())) {
            refusal = "what follows from it is larger than the broker takes";
        }
        if (refusal == null) {
            refusal = process(record, transaction);
        }
        if (refusal != null) {
            refuse(record, refusal, transaction);
        }
    }

    /** Writes what follows from a record; returns why it is refused, or null. */
    private @Nullable String process(BusRecord record, LoopTransaction transaction) {
        TransactionalLoop.ProcessingResult result;
        List<ProducerRecord<byte[], byte[]>> records;
        try {
            result = processor.process(record);
            records = records(result.messages());
        } catch (KafkaException | BusException e) {
            throw e;
        } catch (RuntimeException | StackOverflowError e) {
            if (!isExplained(e)) {
                LOG.warn("{} cannot be handled", record.position().text(), e);
            }
            return reason(e);
        }
        String excess = excess(records);
        if (excess != null) {
            isMemoryDoubtful = true;
            return excess;
        }
        records.forEach(transaction::write);
        return result.unreadable();
    }

    private List<ProducerRecord<byte[], byte[]>> records(List<Message> messages) {
        return messages.stream()
                .map(message -> message.toRecord(log.partitionCount()))
                .toList();
    }

    private static @Nullable String excess(List<ProducerRecord<byte[], byte[]>> records) {
        return records.stream()
                .flatMap(record -> RecordSizes.excess(record).stream())
                .findFirst()
                .orElse(null);
    }

    private void refuse(BusRecord record, String reason, LoopTransaction transaction) {
        LOG.warn("{} goes to the dead letters: {}", record.position().text(), reason);
        transaction.write(KafkaPublisher.deadLetter(record, plan.group(), reason));
        records(processor.refused(record, reason)).forEach(transaction::write);
    }

    /** Commits the transaction if that is due; returns the one to go on with. */
    private LoopTransaction committedIf(boolean due, LoopTransaction transaction) {
        if (!due || transaction.isEmpty()) {
            return transaction;
        }
        try {
            log.transact(transaction.records(), transaction.offsets());
        } catch (RecordTooLargeException e) {
            isolation.tooLarge(transaction.answered());
            throw e;
        }
        answered += transaction.answered().size();
        isolation.committed(transaction.answered());
        committed.putAll(transaction.offsets());
        return new LoopTransaction();
    }

    /** How many records of the source are answered and committed. */
    long answered() {
        return answered;
    }

    private @Nullable String misplaced(BusRecord record) {
        return Partitioning.refusal(record, log.partitionCount()).orElse(null);
    }

    private static String reason(Throwable e) {
        if (e instanceof StackOverflowError) {
            return "it is nested too deeply";
        }
        return isExplained(e) && e.getMessage() != null ? e.getMessage() : "it cannot be handled: " + e;
    }

    private static boolean isExplained(Throwable e) {
        return e instanceof UnreadableException || e instanceof IllegalArgumentException;
    }

    @Override
    public void close() {
        log.close();
    }
}
