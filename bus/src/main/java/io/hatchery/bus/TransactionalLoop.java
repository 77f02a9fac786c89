package io.hatchery.bus;

import io.hatchery.protocol.Topics;
import io.hatchery.spec.json.UnreadableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a topic as the one active member of a group, processors its records in the light of other topics read to their end, and
 * writes what follows together with the offsets in one transaction: all of it happens, once, or none. A record that cannot be
 * handled goes to the dead letters. After any failure it starts again from the topics. Runs on a thread of its own.
 */
public final class TransactionalLoop implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TransactionalLoop.class);
    private static final Duration RETRY = Duration.ofSeconds(1);

    /** How many sessions may fail unexpectedly, one after the other, without a record answered between them. */
    static final int MAX_FAILURES = 10;

    /** After this long without an unexpected failure, earlier ones count no more. */
    private static final Duration FORGIVEN = Duration.ofHours(1);

    /** What to do with the records: a new one for each session, since its memory is folded from the topics. */
    public interface RecordProcessor {
        /**
         * These records of a viewed topic or of the source are handed over next, in this order: what does not depend on their order can be done now, on several threads,
         * such as {@link BusRecord#readAhead}. Throws nothing because of a record.
         */
        default void readAhead(List<BusRecord> records) {}

        /**
         * The record of a viewed topic.
         *
         * @throws UnreadableException if it is not what its topic holds; it goes to the dead letters, as after any other
         *     exception
         */
        void view(BusRecord record) throws UnreadableException;

        /**
         * These of so many partitions of the source are now this process's: all or none. Called after the views were read to
         * their end.
         *
         * @throws TopicMismatchException if what the views hold was written for another number of partitions
         */
        void own(Set<Integer> partitions, int of);

        /** What follows from a record of the source. */
        ProcessingResult process(BusRecord record);

        /** What follows for the next thing that changes in the views concern, maybe nothing; empty if there is none left. */
        Optional<List<Message>> review();

        /**
         * What follows from the last {@link #review} cannot be written, which lasts: what to write instead, so that whom it
         * concerns learns why.
         *
         * @param excess what is too large, its size and the limit
         */
        List<Message> tooLarge(String excess);

        /** A record of a viewed topic lies in the wrong partition and goes to the dead letters. */
        default void misplaced(BusRecord record) {}

        /** What else is to be written about a record that goes to the dead letters. */
        default List<Message> refused(BusRecord record, String reason) {
            return List.of();
        }
    }

    /**
     * What follows from a record.
     *
     * @param messages to be written
     * @param unreadable why the record goes to the dead letters; null if it does not
     */
    public record ProcessingResult(
            List<Message> messages, @Nullable String unreadable) {
        /** Keeps an immutable copy of the messages. */
        public ProcessingResult {
            messages = List.copyOf(messages);
        }
    }

    /**
     * What to read and as whom.
     *
     * @param source the topic whose records are processed
     * @param views the topics that are read to their end before any is; always with the dead letters
     * @param group the consumer group
     * @param instance names this process among the group, the same after its restart
     */
    public record LoopPlan(String source, List<String> views, String group, String instance) {
        /** Adds the dead letters, so that what was reported is known, and keeps an immutable copy of the views. */
        public LoopPlan {
            var all = new ArrayList<>(views);
            if (!all.contains(Topics.DEAD_LETTERS.name())) {
                all.add(Topics.DEAD_LETTERS.name());
            }
            views = List.copyOf(all);
        }
    }

    private final BusConfig config;
    private final LoopPlan plan;
    private final Supplier<RecordProcessor> processors;
    private final Runnable ready;
    private final Consumer<Throwable> onFailure;
    private final OversizedRecordIsolation isolation = new OversizedRecordIsolation();
    private final Thread thread;
    private final CountDownLatch closing = new CountDownLatch(1);

    /**
     * Starts it.
     *
     * @param ready is run, on its thread, each time it has caught up with the views and owns its partitions or stands by
     * @param onFailure takes, on its thread, the reason why it ended, unless it was closed
     */
    public TransactionalLoop(
            BusConfig config,
            LoopPlan plan,
            Supplier<RecordProcessor> processors,
            Runnable ready,
            Consumer<Throwable> onFailure) {
        this.config = config;
        this.plan = plan;
        this.processors = processors;
        this.ready = ready;
        this.onFailure = onFailure;
        this.thread =
                Thread.ofPlatform().daemon().name("hatchery-" + plan.group()).start(this::run);
    }

    private void run() {
        try {
            runSessions();
            if (!isClosing()) {
                onFailure.accept(new IllegalStateException(plan.group() + " was interrupted"));
            }
        } catch (Throwable e) { // whatever ends this thread must end its service
            LOG.error("{} cannot continue", plan.group(), e);
            onFailure.accept(e);
        }
    }

    private void runSessions() {
        int failures = 0;
        long lastFailure = System.nanoTime();
        while (!isClosing()) {
            long answered = 0;
            try {
                // Before the clients of the log, which nobody would close if this failed.
                RecordProcessor processor = processors.get();
                try (var session =
                        new LoopSession(plan, new KafkaTransactionalLog(config, plan), processor, ready, isolation)) {
                    try {
                        runSession(session);
                    } finally {
                        answered = session.answered();
                    }
                }
            } catch (KafkaException | BusException e) {
                LOG.warn("{} starts again from the topics after: {}", plan.group(), e.getMessage(), e);
            } catch (TopicMismatchException e) {
                throw e;
            } catch (RuntimeException e) {
                boolean isForgiven = answered > 0 || System.nanoTime() - lastFailure > FORGIVEN.toNanos();
                failures = isForgiven ? 1 : failures + 1;
                lastFailure = System.nanoTime();
                if (failures >= MAX_FAILURES) {
                    throw new IllegalStateException(
                            plan.group() + " failed " + failures + " times without answering a record, at last with: "
                                    + e,
                            e);
                }
                LOG.error("{} starts again after an unexpected failure", plan.group(), e);
            }
            pause();
        }
    }

    private void runSession(LoopSession session) {
        session.begin();
        while (!isClosing()) {
            session.poll();
            session.look();
            session.answer();
        }
    }

    private boolean isClosing() {
        return closing.getCount() == 0 || Thread.currentThread().isInterrupted();
    }

    private void pause() {
        try {
            boolean _ = closing.await(RETRY.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closing.countDown();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
