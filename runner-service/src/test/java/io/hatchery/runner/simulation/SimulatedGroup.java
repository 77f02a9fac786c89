package io.hatchery.runner.simulation;

import io.hatchery.bus.BusRecord;
import io.hatchery.bus.TransactionalLog;
import io.hatchery.bus.TransactionalLoop;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;

/** A consumer group whose members write in transactions: one that was rebalanced away cannot commit any more. */
final class SimulatedGroup {
    private static final long LATEST_MARK = 50_000;
    private static final long VERY_LATE_MARK = 5_000_000;
    private static final int MOST_POLLED = 4;

    private final World world;
    private final SimulatedKafka kafka;
    private final TransactionalLoop.LoopPlan plan;
    private final Map<String, Member> members = new LinkedHashMap<>();
    private int generation;

    SimulatedGroup(World world, SimulatedKafka kafka, TransactionalLoop.LoopPlan plan) {
        this.world = world;
        this.kafka = kafka;
        this.plan = plan;
    }

    /** Gives all partitions to one member, mostly the one that had them, and each member another generation. */
    void rebalance() {
        generation++;
        var all = new ArrayList<>(members.values());
        Member before = all.stream()
                .filter(member -> !member.assigned.isEmpty())
                .findFirst()
                .orElse(null);
        all.forEach(member -> member.assigned.clear());
        if (!all.isEmpty()) {
            // A member that was restarted does not know any more that it was the owner.
            boolean keeps = before != null && world.random.nextBoolean();
            Member owner = keeps ? before : all.get(world.random.nextInt(all.size()));
            for (int i = 0; i < kafka.logs(plan.source()).size(); i++) {
                owner.assigned.add(i);
            }
        }
        world.note("-- the group is rebalanced: generation " + generation);
    }

    /** Each partition learns by itself that a transaction is over, now and then much later than others. */
    private long markDelay() {
        return world.between(0, world.random.nextInt(10) == 0 ? VERY_LATE_MARK : LATEST_MARK);
    }

    void leave(String name) {
        if (members.remove(name) != null) {
            rebalance();
        }
    }

    TransactionalLog member(String name, Edge edge, Mutation mutation) {
        return new Member(name, edge, mutation);
    }

    private final class Member implements TransactionalLog {
        private final String name;
        private final Edge edge;
        private final Mutation mutation;
        private final Set<Integer> assigned = new TreeSet<>();
        private final Map<Integer, Long> positions = new HashMap<>();
        private final Map<TopicPartition, Long> viewed = new HashMap<>();
        private final Map<TopicPartition, Set<Long>> written = new HashMap<>();
        private Set<Integer> owned = Set.of();
        private int seen = -1;
        private boolean ownershipChanged;

        Member(String name, Edge edge, Mutation mutation) {
            this.name = name;
            this.edge = edge;
            this.mutation = mutation;
        }

        private void call(String what) {
            edge.before(what);
            if (kafka.isAway()) {
                throw new TimeoutException("the broker does not answer");
            }
        }

        @Override
        public void begin() {
            call("join");
            members.put(name, this);
            rebalance();
        }

        @Override
        public Batch poll(boolean waits) {
            call("poll");
            if (members.get(name) != this) {
                throw new ProducerFencedException("another has taken its place");
            }
            if (seen != generation) {
                seen = generation;
                owned = new TreeSet<>(assigned);
                ownershipChanged = true;
                positions.clear();
                owned.forEach(p -> positions.put(p, kafka.committed(plan.group(), partition(p))));
            }
            var records = new ArrayList<BusRecord>();
            var next = new HashMap<Integer, Long>();
            for (int p : owned) {
                var found =
                        kafka.read(partition(p), positions.getOrDefault(p, 0L), 1 + world.random.nextInt(MOST_POLLED));
                for (var record : found) {
                    records.add(new BusRecord(record));
                    positions.put(p, record.offset() + 1);
                    next.put(p, record.offset() + 1);
                }
            }
            return new Batch(records, next);
        }

        private TopicPartition partition(int number) {
            return new TopicPartition(plan.source(), number);
        }

        @Override
        public boolean isWaiting() {
            return seen != generation
                    || owned.stream()
                            .anyMatch(p -> !kafka.read(partition(p), positions.getOrDefault(p, 0L), 1)
                                    .isEmpty());
        }

        @Override
        public boolean hasOwnershipChanged() {
            boolean changed = ownershipChanged;
            ownershipChanged = false;
            return changed;
        }

        @Override
        public Set<Integer> owned() {
            return owned;
        }

        @Override
        public int partitionCount() {
            return SimulatedKafka.SHARED_PARTITIONS;
        }

        @Override
        public void readViews(boolean settled, Consumer<List<BusRecord>> onRecords) {
            call("read views");
            for (String topic : plan.views()) {
                if (settled && mutation != Mutation.VIEWS_NOT_SETTLED) {
                    kafka.settle(topic);
                }
                for (SimulatedLog log : kafka.logs(topic)) {
                    var records = new ArrayList<BusRecord>();
                    for (var record : kafka.read(log.name, viewed.getOrDefault(log.name, 0L), Integer.MAX_VALUE)) {
                        viewed.put(log.name, record.offset() + 1);
                        if (!written.getOrDefault(log.name, Set.of()).contains(record.offset())) {
                            records.add(new BusRecord(record));
                        }
                    }
                    onRecords.accept(records);
                }
            }
        }

        @Override
        public void transact(Collection<ProducerRecord<byte[], byte[]>> records, Map<Integer, Long> offsets) {
            call("transaction");
            if (seen != generation || members.get(name) != this) {
                throw new ProducerFencedException("the group has been rebalanced");
            }
            world.check(!owned.isEmpty(), () -> name + " stands by and writes");
            if (records.stream().anyMatch(SimulatedKafka::isTooLarge)) {
                throw new RecordTooLargeException("larger than max.message.bytes");
            }
            if (world.happens(Fault.TRANSACTION_ABORTED)) {
                if (mutation == Mutation.TRANSACTION_IN_PARTS) {
                    records.stream().limit(2).forEach(record -> kafka.append(record, 0));
                }
                throw new TimeoutException("aborted");
            }
            var partitions = new HashSet<TopicPartition>();
            var visible = new HashMap<TopicPartition, Long>();
            var offsetsOf = new HashMap<TopicPartition, Set<Long>>();
            for (var record : records) {
                TopicPartition to = kafka.log(record).name;
                partitions.add(to);
                long at = visible.computeIfAbsent(to, p -> world.now() + markDelay());
                long offset = kafka.append(record, at).offset();
                offsetsOf.computeIfAbsent(to, p -> new HashSet<>()).add(offset);
            }
            kafka.mark(partitions);
            offsets.forEach((p, offset) -> kafka.commit(plan.group(), partition(p), offset));
            if (world.happens(Fault.TRANSACTION_COMMITTED_UNHEARD)) {
                throw new TimeoutException("it took too long");
            }
            offsetsOf.forEach((to, own) ->
                    written.computeIfAbsent(to, p -> new HashSet<>()).addAll(own));
            edge.afterwards("transaction");
        }

        @Override
        public void close() {
            // It leaves by its session's end.
        }
    }
}
