package io.hatchery.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hatchery.protocol.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

/** How answers and reviews share transactions. */
class LoopSessionTest {
    private static final TransactionalLoop.LoopPlan PLAN = new TransactionalLoop.LoopPlan(
            Topics.DEFINITIONS.name(), List.of(Topics.EVALUATIONS.name()), "group", "instance");

    /** A log whose source holds what a test puts there, one batch for each poll. */
    private static final class FakeLog implements TransactionalLog {
        final Deque<Batch> source = new ArrayDeque<>();
        final List<List<String>> transactions = new ArrayList<>();
        final List<Map<Integer, Long>> offsets = new ArrayList<>();
        boolean ownershipChanged = true;
        private long next;

        void write(String... keys) {
            var records = new ArrayList<BusRecord>();
            for (String key : keys) {
                records.add(new BusRecord(new ConsumerRecord<>(
                        Topics.DEFINITIONS.name(), 0, next++, key.getBytes(StandardCharsets.UTF_8), new byte[0])));
            }
            source.add(new Batch(records, Map.of(0, next)));
        }

        @Override
        public void begin() {}

        @Override
        public Batch poll(boolean waits) {
            return source.isEmpty() ? new Batch(List.of(), Map.of()) : source.poll();
        }

        @Override
        public boolean isWaiting() {
            return !source.isEmpty() || ownershipChanged;
        }

        @Override
        public boolean hasOwnershipChanged() {
            boolean changed = ownershipChanged;
            ownershipChanged = false;
            return changed;
        }

        @Override
        public Set<Integer> owned() {
            return Set.of(0);
        }

        @Override
        public int partitionCount() {
            return 1;
        }

        @Override
        public void readViews(boolean settled, Consumer<List<BusRecord>> onRecords) {}

        @Override
        public void transact(Collection<ProducerRecord<byte[], byte[]>> records, Map<Integer, Long> committed) {
            transactions.add(records.stream()
                    .map(record -> new String(record.key(), StandardCharsets.UTF_8))
                    .toList());
            offsets.add(Map.copyOf(committed));
        }

        @Override
        public void close() {}
    }

    /** Answers each record with its key. Has a given number of reviews, and calls back in each. */
    private static final class Echo implements TransactionalLoop.RecordProcessor {
        int reviews;
        Consumer<Integer> beforeReview = number -> {};
        private int reviewed;

        @Override
        public void view(BusRecord record) {}

        @Override
        public void own(Set<Integer> partitions, int of) {}

        @Override
        public TransactionalLoop.ProcessingResult process(BusRecord record) {
            return new TransactionalLoop.ProcessingResult(List.of(message(record.key())), null);
        }

        @Override
        public Optional<List<Message>> review() {
            if (reviewed == reviews) {
                return Optional.empty();
            }
            beforeReview.accept(reviewed);
            return Optional.of(List.of(message("review-" + reviewed++)));
        }

        @Override
        public List<Message> tooLarge(String excess) {
            return List.of();
        }

        private static Message message(String key) {
            return Message.of(Topics.EVALUATIONS.name(), key, Map.of(), null, "/config-service/test", Instant.EPOCH);
        }
    }

    private final FakeLog log = new FakeLog();
    private final Echo echo = new Echo();
    private final LoopSession session = new LoopSession(PLAN, log, echo, () -> {});

    private void cycle() {
        session.poll();
        session.look();
        session.answer();
    }

    @Test
    void answersAreWrittenBeforeReviews() {
        echo.reviews = 3;
        log.write("a", "b");
        cycle();
        assertThat(log.transactions).containsExactly(List.of("a", "b"), List.of("review-0", "review-1", "review-2"));
    }

    @Test
    void waitingRecordEndsTheReviewsAndIsAnsweredInTheirTransaction() {
        echo.reviews = 10 * LoopSession.MIN_REVIEWS;
        int last = 3 * LoopSession.MIN_REVIEWS;
        echo.beforeReview = number -> {
            if (number == last) {
                log.write("waiting");
            }
        };
        cycle();
        assertThat(log.transactions).as("nothing is written before the answer").isEmpty();

        cycle();
        assertThat(log.transactions.getFirst())
                .hasSize(last + 2)
                .startsWith("review-0")
                .endsWith("review-" + last, "waiting");
        assertThat(log.offsets.getFirst()).containsEntry(0, 1L);
    }

    @Test
    void recordsThatAlwaysWaitDoNotHoldUpAllReviews() {
        echo.reviews = 2 * LoopSession.MIN_REVIEWS;
        for (String key : Arrays.asList("a", "b", "c", "d")) {
            log.write(key);
        }
        for (int i = 0; i < 4; i++) {
            cycle();
        }
        assertThat(log.transactions.stream().flatMap(List::stream)).contains("review-" + (echo.reviews - 1));
    }

    @Test
    void reviewsThatAreNotWrittenEndWithTheOwnership() {
        cycle();
        echo.reviews = 10 * LoopSession.MIN_REVIEWS;
        echo.beforeReview = number -> log.ownershipChanged = number > LoopSession.MIN_REVIEWS;
        cycle();
        session.poll();
        assertThatThrownBy(session::look)
                .isInstanceOf(BusException.class)
                .hasMessageContaining("the owner has changed");
        assertThat(log.transactions).isEmpty();
    }

    @Test
    void fullTransactionOfAllRecordsIsFollowedByNoEmptyOne() {
        String[] keys = new String[LoopTransaction.MAX_RECORDS];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = "k" + i;
        }
        log.write(keys);
        cycle();
        assertThat(log.transactions).hasSize(1);
    }
}
