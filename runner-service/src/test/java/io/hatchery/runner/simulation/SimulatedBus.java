package io.hatchery.runner.simulation;

import io.hatchery.bus.Bus;
import io.hatchery.bus.BusException;
import io.hatchery.bus.BusRecord;
import io.hatchery.bus.Follower;
import io.hatchery.bus.PartitionExtent;
import io.hatchery.bus.PartitionReader;
import io.hatchery.bus.Publisher;
import io.hatchery.protocol.Topic;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/** Kafka as one process meets it. */
final class SimulatedBus implements Bus {
    private static final long SOONEST = 300;
    private static final long LATEST = 30_000;
    private static final Duration API_TIMEOUT = Duration.ofSeconds(60);
    private static final int MOST_POLLED = 20;

    private final World world;
    private final SimulatedKafka kafka;
    private final World.Actor process;
    private final Edge edge;
    private final Mutation mutation;
    private final List<SimulatedPublisher> senders = new ArrayList<>();
    private boolean cutOff;

    SimulatedBus(World world, SimulatedKafka kafka, World.Actor process, Edge edge, Mutation mutation) {
        this.world = world;
        this.kafka = kafka;
        this.process = process;
        this.edge = edge;
        this.mutation = mutation;
    }

    /** Whether this process alone cannot reach the broker. */
    void setCutOff(boolean now) {
        cutOff = now;
    }

    private boolean isAway() {
        return cutOff || kafka.isAway();
    }

    private long latency() {
        return world.between(SOONEST, LATEST);
    }

    /** What was on its way when the process ended is there or not, but never a later record without an earlier one. */
    void processEnded() {
        senders.forEach(SimulatedPublisher::processEnded);
    }

    @Override
    public Future<Void> ensure(Collection<Topic> topics) {
        return call("ensures its topics", () -> Future.<Void>succeededFuture());
    }

    /** Calls the broker, which may not be there. */
    private <T> Future<T> call(String what, Supplier<Future<T>> work) {
        edge.check();
        Promise<T> promise = Promise.promise();
        boolean away = isAway();
        world.after(away ? API_TIMEOUT.toNanos() / 1000 : latency(), process, what, () -> {
            if (isAway()) {
                promise.fail(
                        world.random.nextBoolean()
                                ? new BusException("the broker does not answer")
                                : new TimeoutException("the broker does not answer"));
            } else {
                work.get().onComplete(promise);
            }
        });
        return promise.future();
    }

    @Override
    public Future<Map<Integer, Long>> ends(String topic) {
        return call("asks for ends", () -> {
            var ends = new TreeMap<Integer, Long>();
            kafka.logs(topic).forEach(log -> ends.put(log.name.partition(), log.next));
            return Future.succeededFuture(ends);
        });
    }

    @Override
    public Future<PartitionExtent> extent(String topic) {
        return call("asks for the extent of " + topic, () -> {
            SimulatedLog log = kafka.log(new TopicPartition(topic, 0));
            return Future.succeededFuture(new PartitionExtent(kafka.topicId(topic), 0, log.next));
        });
    }

    @Override
    public Publisher publisher(int patience) {
        var sender = new SimulatedPublisher(world, kafka, process, edge, mutation, patience, this::isAway);
        senders.add(sender);
        return sender;
    }

    @Override
    public Follower follower(String name, Handler<BusRecord> onRecord, Handler<Throwable> onFailure) {
        edge.check();
        return new Following(name, onRecord);
    }

    private final class Following implements Follower {
        private final String name;
        private final Handler<BusRecord> onRecord;
        private final Map<TopicPartition, Long> positions = new HashMap<>();
        private final Map<TopicPartition, Long> goals = new HashMap<>();
        private final List<String> topics = new ArrayList<>();
        private Promise<Void> caughtUp = Promise.promise();
        private boolean closed;
        private boolean polling;

        Following(String name, Handler<BusRecord> onRecord) {
            this.name = name;
            this.onRecord = onRecord;
            kafka.onNews(topic -> {
                if (topic.isEmpty() || topics.contains(topic)) {
                    pollSoon();
                }
                return !closed && !process.isDead();
            });
        }

        @Override
        public Future<Void> follow(Collection<String> topics) {
            return begin(topics);
        }

        @Override
        public Future<Void> followFrom(String topic, Map<Integer, Long> from, Map<Integer, Long> to) {
            if (mutation == Mutation.RESENT_BLINDLY) {
                return Future.succeededFuture();
            }
            return call("follows " + topic + " from " + from, () -> {
                topics.add(topic);
                from.forEach((number, offset) -> {
                    var partition = new TopicPartition(topic, number);
                    positions.put(partition, offset);
                    goals.put(partition, to.getOrDefault(number, 0L));
                });
                pollSoon();
                return caughtUp.future();
            });
        }

        @Override
        public Future<Void> catchUp() {
            return call("catches up with " + topics, () -> {
                positions.keySet().forEach(partition -> goals.put(partition, kafka.log(partition).next));
                caughtUp = Promise.promise();
                pollSoon();
                return caughtUp.future();
            });
        }

        private Future<Void> begin(Collection<String> added) {
            return call("follows " + added, () -> {
                topics.addAll(added);
                for (String topic : added) {
                    for (SimulatedLog log : kafka.logs(topic)) {
                        positions.put(log.name, 0L);
                        goals.put(log.name, log.next);
                    }
                }
                caughtUp = Promise.promise();
                pollSoon();
                return caughtUp.future();
            });
        }

        private void pollSoon() {
            if (!polling && !closed && !process.isDead() && !positions.isEmpty()) {
                polling = true;
                world.after(latency(), process, "", this::poll);
            }
        }

        private void poll() {
            polling = false;
            if (closed || isAway()) {
                return; // it is woken when the broker is back
            }
            boolean more = false;
            for (var position : positions.entrySet()) {
                if (position.getValue() > kafka.log(position.getKey()).next) {
                    position.setValue(0L); // out of range: a consumer begins anew
                }
                var records = kafka.read(position.getKey(), position.getValue(), 1 + world.random.nextInt(MOST_POLLED));
                for (var record : records) {
                    world.note(process.name + " reads " + name + " "
                            + new BusRecord(record).position().text());
                    position.setValue(record.offset() + 1);
                    onRecord.handle(new BusRecord(record));
                }
                if (records.isEmpty()) {
                    position.setValue(endOf(position.getKey(), position.getValue()));
                }
                more |= !records.isEmpty();
            }
            goals.entrySet().removeIf(goal -> positions.getOrDefault(goal.getKey(), 0L) >= goal.getValue());
            if (goals.isEmpty()) {
                caughtUp.tryComplete();
            }
            if (more || !goals.isEmpty()) {
                pollSoon();
            }
        }

        /** Beyond the marks of transactions and what was compacted, if nothing is held back there. */
        private long endOf(TopicPartition partition, long position) {
            SimulatedLog log = kafka.log(partition);
            boolean heldBack =
                    !log.entries.isEmpty() && log.entries.getLast().record().offset() >= position;
            return heldBack ? position : log.next;
        }

        @Override
        public Future<Void> close() {
            closed = true;
            return Future.succeededFuture();
        }
    }

    @Override
    public PartitionReader partition(String topic, String group, Handler<Throwable> onFailure) {
        edge.check();
        return new Reading(new TopicPartition(topic, 0), group);
    }

    private final class Reading implements PartitionReader {
        private final TopicPartition partition;
        private final String group;
        private Handler<List<BusRecord>> batches = batch -> {};
        private long position;
        private boolean paused;
        private boolean polling;

        Reading(TopicPartition partition, String group) {
            this.partition = partition;
            this.group = group;
        }

        @Override
        public String name() {
            return partition.toString();
        }

        @Override
        public Future<OptionalLong> committed() {
            return call("asks for the offset of " + group, () -> {
                long offset = kafka.committed(group, partition);
                return Future.succeededFuture(offset == 0 ? OptionalLong.empty() : OptionalLong.of(offset));
            });
        }

        @Override
        public Future<Void> start(long offset, Handler<List<BusRecord>> onBatch) {
            return call("begins to read " + partition + " at " + offset, () -> {
                batches = onBatch;
                position = offset;
                kafka.onNews(topic -> {
                    if (topic.isEmpty() || topic.equals(partition.topic())) {
                        pollSoon();
                    }
                    return !process.isDead();
                });
                pollSoon();
                return Future.succeededFuture();
            });
        }

        private void pollSoon() {
            if (!polling && !process.isDead()) {
                polling = true;
                world.after(latency(), process, "", this::poll);
            }
        }

        private void poll() {
            polling = false;
            if (paused || isAway()) {
                return;
            }
            if (position > kafka.log(partition).next) {
                position = 0; // out of range: a consumer begins anew
            }
            var batch = new ArrayList<BusRecord>();
            for (var record : kafka.read(partition, position, 1 + world.random.nextInt(MOST_POLLED))) {
                position = record.offset() + 1;
                batch.add(new BusRecord(record));
                world.note(process.name + " reads " + batch.getLast().position().text());
            }
            if (!batch.isEmpty()) {
                pollSoon();
                batches.handle(batch);
            }
        }

        @Override
        public Future<Void> commit(long offset) {
            edge.before("commit");
            return call("hears of its commit", () -> {
                if (world.happens(Fault.COMMIT_FAILED)) {
                    return Future.failedFuture(new TimeoutException("it took too long"));
                }
                kafka.commit(group, partition, offset);
                return Future.succeededFuture();
            });
        }

        @Override
        public Future<Void> setPaused(boolean now) {
            paused = now;
            pollSoon();
            return Future.succeededFuture();
        }

        @Override
        public Future<Void> close() {
            paused = true;
            return Future.succeededFuture();
        }
    }
}
