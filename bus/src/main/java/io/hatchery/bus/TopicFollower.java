package io.hatchery.bus;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads whole topics, outside any consumer group, and knows when it has read all that was there when it began: what a view of
 * a compacted topic is folded from. Every partition's records come in order, and on the context that made this.
 */
public final class TopicFollower implements Follower {
    /** How long a question about topics that may be gone holds up the reading of the others. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Polling polling;
    private final Handler<BusRecord> onRecord;
    private final List<Goal> goals = new ArrayList<>();

    private record Goal(Map<TopicPartition, Long> ends, Promise<Void> reached) {}

    /**
     * Follows nothing yet.
     *
     * @param name for its thread and in messages
     * @param onRecord gets every record
     * @param onFailure is called when reading cannot go on, which neither an absent broker nor refused credentials cause
     */
    public TopicFollower(
            Vertx vertx, BusConfig config, String name, Handler<BusRecord> onRecord, Handler<Throwable> onFailure) {
        this.onRecord = onRecord;
        this.polling = new Polling(vertx, name, config.consumer(), Polling.OnError.RETRY, this::take, onFailure);
    }

    @Override
    public Future<Void> follow(Collection<String> topics) {
        List<String> names = List.copyOf(topics);
        return polling.with(consumer -> {
                    Set<TopicPartition> added = Polling.partitionsOf(consumer, names);
                    added.removeAll(consumer.assignment());
                    // Asked before anything changes: a call that fails can be repeated.
                    Map<TopicPartition, Long> ends = consumer.endOffsets(added);
                    assignFromStart(consumer, added);
                    return ends;
                })
                .compose(this::awaitEnds);
    }

    private static void assignFromStart(Consumer<byte[], byte[]> consumer, Set<TopicPartition> added) {
        var all = new HashSet<>(consumer.assignment());
        all.addAll(added);
        consumer.assign(all);
        consumer.seekToBeginning(added);
    }

    /**
     * Follows these topics from their start, those again that are followed already: they were deleted and created again.
     *
     * @return completes when they are followed, before anything of them was handed over; fails, and changes nothing, if one of
     *     them does not exist
     */
    public Future<Void> followAnew(Collection<String> topics) {
        List<String> names = List.copyOf(topics);
        return polling.with(consumer -> {
            var added = new HashSet<TopicPartition>();
            for (String topic : names) {
                var infos = consumer.partitionsFor(topic, PATIENCE);
                if (infos == null || infos.isEmpty()) {
                    throw new BusException("topic " + topic
                            + " does not exist: start a service, which creates it, or check kafka.bootstrap.servers");
                }
                infos.forEach(info -> added.add(new TopicPartition(topic, info.partition())));
            }
            assignFromStart(consumer, added);
            return null;
        });
    }

    /** Follows these topics no longer; those that are not followed are passed over. */
    public Future<Void> unfollow(Collection<String> topics) {
        Set<String> names = Set.copyOf(topics);
        return polling.with(consumer -> {
                    var kept = new HashSet<>(consumer.assignment());
                    kept.removeIf(partition -> names.contains(partition.topic()));
                    consumer.assign(kept);
                    return Polling.knownPositions(consumer);
                })
                .map(positions -> {
                    goals.forEach(goal -> goal.ends.keySet().removeIf(partition -> names.contains(partition.topic())));
                    checkGoals(positions);
                    return null;
                });
    }

    @Override
    public Future<Void> followFrom(String topic, Map<Integer, Long> from, Map<Integer, Long> to) {
        return polling.with(consumer -> {
                    var goal = new HashMap<TopicPartition, Long>();
                    from.keySet()
                            .forEach(partition ->
                                    goal.put(new TopicPartition(topic, partition), to.getOrDefault(partition, 0L)));
                    var all = new HashSet<>(consumer.assignment());
                    all.addAll(goal.keySet());
                    consumer.assign(all);
                    from.forEach((partition, offset) -> consumer.seek(new TopicPartition(topic, partition), offset));
                    return goal;
                })
                .compose(this::awaitEnds);
    }

    @Override
    public Future<Void> catchUp() {
        return polling.with(consumer -> consumer.endOffsets(consumer.assignment(), PATIENCE))
                .compose(this::awaitEnds);
    }

    private Future<Void> awaitEnds(Map<TopicPartition, Long> ends) {
        Promise<Void> reached = Promise.promise();
        goals.add(new Goal(new HashMap<>(ends), reached));
        return polling.with(Polling::knownPositions).compose(positions -> {
            checkGoals(positions);
            return reached.future();
        });
    }

    private void take(Polling.PolledBatch batch) {
        for (var record : batch.records()) {
            onRecord.handle(new BusRecord(record));
        }
        if (!goals.isEmpty()) {
            checkGoals(batch.positions());
        }
    }

    private void checkGoals(Map<TopicPartition, Long> positions) {
        for (Goal goal : List.copyOf(goals)) {
            goal.ends.entrySet().removeIf(end -> positions.getOrDefault(end.getKey(), 0L) >= end.getValue());
            if (goal.ends.isEmpty()) {
                goals.remove(goal);
                goal.reached.tryComplete();
            }
        }
    }

    static Map<TopicPartition, Long> positions(Consumer<byte[], byte[]> consumer) {
        var positions = new HashMap<TopicPartition, Long>();
        for (TopicPartition partition : consumer.assignment()) {
            positions.put(partition, consumer.position(partition));
        }
        return positions;
    }

    /** Where each followed topic is read on. */
    public Future<Offsets> offsets() {
        return polling.with(consumer -> {
            var byTopic = new TreeMap<String, TreeMap<Integer, Long>>();
            positions(consumer)
                    .forEach((partition, next) -> byTopic.computeIfAbsent(partition.topic(), t -> new TreeMap<>())
                            .put(partition.partition(), next));
            var offsets = new TreeMap<String, List<Long>>();
            byTopic.forEach((topic, next) -> offsets.put(topic, List.copyOf(next.values())));
            return new Offsets(offsets);
        });
    }

    @Override
    public Future<Void> close() {
        return polling.close();
    }
}
