package io.hatchery.bus;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
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
                try (var life = new LoopLife(plan, new KafkaTransactionalLog(config, plan), judges.get(), ready)) {
                    life.begin();
                    while (!closing) {
                        life.poll();
                        life.look();
                        life.answer();
                    }
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
}
