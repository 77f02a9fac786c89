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
    private final List<Goal> goals = new ArrayList<>();

    private record Goal(Map<TopicPartition, Long> ends, Promise<Void> reached) {}

    /** Takes records in two steps, so that the first may take its time. */
    public interface RecordHandler<T> {
        /** Handles what was read, in order. Comes on the thread of the reader, which does not read on meanwhile. */
        T handle(List<BusRecord> records);

        /** Takes what was made of the records. Comes on the context. */
        void take(T handled);
    }

    /**
     * Follows nothing yet.
     *
     * @param name for its thread and in messages
     * @param onRecord gets every record, on the context
     * @param onFailure is called when reading cannot go on, which neither an absent broker nor refused credentials cause
     */
    public TopicFollower(
            Vertx vertx, BusConfig config, String name, Handler<BusRecord> onRecord, Handler<Throwable> onFailure) {
        this(
                vertx,
                config,
                name,
                new RecordHandler<List<BusRecord>>() {
                    @Override
                    public List<BusRecord> handle(List<BusRecord> records) {
                        return records;
                    }

                    @Override
                    public void take(List<BusRecord> records) {
                        records.forEach(onRecord::handle);
                    }
                },
                onFailure);
    }

    /**
     * Follows nothing yet.
     *
     * @param name for its thread and in messages
     * @param handler gets all records
     * @param onFailure is called when reading cannot go on, which neither an absent broker nor refused credentials cause
     */
    public <T> TopicFollower(
            Vertx vertx, BusConfig config, String name, RecordHandler<T> handler, Handler<Throwable> onFailure) {
        this.polling = new Polling(
                vertx,
                name,
                config.consumer(),
                Polling.OnError.RETRY,
                new Polling.BatchHandler<T>() {
                    @Override
                    public T handle(Polling.PolledBatch batch) {
                        var records = new ArrayList<BusRecord>(batch.records().count());
                        batch.records().forEach(record -> records.add(new BusRecord(record, config.authenticator())));
                        return handler.handle(records);
                    }

                    @Override
                    public void take(Polling.PolledBatch batch, T handled) {
                        handler.take(handled);
                        if (!goals.isEmpty()) {
                            checkGoals(batch.positions());
                        }
                    }
                },
                onFailure);
        polling.watch(Set.of());
    }

    @Override
    public Future<Void> follow(Collection<String> topics) {
        var fromStart = new HashMap<String, Map<Integer, Long>>();
        topics.forEach(topic -> fromStart.put(topic, Map.of()));
        return follow(fromStart);
    }

    /**
     * Follows these topics too, each partition from the offset that is given, or from its start.
     *
     * @return completes when everything that is there now was handed over; fails, and changes nothing, with {@link GoneException} if a
     *     partition does not have that offset, or with {@link BusException} if a topic does not exist
     */
    public Future<Void> follow(Map<String, Map<Integer, Long>> from) {
        return polling.with(consumer -> {
                    Set<TopicPartition> added = Polling.partitionsOf(consumer, List.copyOf(from.keySet()));
                    added.removeAll(consumer.assignment());
                    // Asked before anything changes: a call that fails can be repeated.
                    Map<TopicPartition, Long> starts = consumer.beginningOffsets(added);
                    Map<TopicPartition, Long> ends = consumer.endOffsets(added);
                    added.forEach(partition -> {
                        Long position =
                                from.getOrDefault(partition.topic(), Map.of()).get(partition.partition());
                        if (position == null) {
                            return;
                        }
                        if (position < starts.getOrDefault(partition, 0L)
                                || position > ends.getOrDefault(partition, 0L)) {
                            throw new GoneException(partition + " has no offset " + position + " any more");
                        }
                        starts.put(partition, position);
                    });
                    assign(consumer, added);
                    starts.forEach(consumer::seek);
                    return ends;
                })
                .compose(this::awaitEnds);
    }

    private static void assign(Consumer<byte[], byte[]> consumer, Set<TopicPartition> added) {
        var all = new HashSet<>(consumer.assignment());
        all.addAll(added);
        consumer.assign(all);
    }

    /**
     * Follows these topics, those again that are followed already: they were deleted and created again.
     *
     * @param from for each topic the offset at which its only partition is read on; one that it does not have is its start
     * @return completes when they are followed, before anything of them was handed over; fails, and changes nothing, if one of
     *     them does not exist
     */
    public Future<Void> followAnew(Map<String, Long> from) {
        Map<String, Long> positions = Map.copyOf(from);
        return polling.with(consumer -> {
            var added = new HashSet<TopicPartition>();
            for (String topic : positions.keySet()) {
                var infos = consumer.partitionsFor(topic, PATIENCE);
                if (infos == null || infos.isEmpty()) {
                    throw new BusException("topic " + topic
                            + " does not exist: start a service, which creates it, or check kafka.bootstrap.servers");
                }
                infos.forEach(info -> added.add(new TopicPartition(topic, info.partition())));
            }
            Map<TopicPartition, Long> starts = consumer.beginningOffsets(added, PATIENCE);
            Map<TopicPartition, Long> ends = consumer.endOffsets(added, PATIENCE);
            assign(consumer, added);
            starts.forEach((partition, start) -> {
                long position = partition.partition() == 0 ? positions.getOrDefault(partition.topic(), 0L) : 0;
                boolean isThere = position >= start && position <= ends.getOrDefault(partition, 0L);
                consumer.seek(partition, isThere ? position : start);
            });
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
                    return null;
                })
                .map(done -> {
                    goals.forEach(goal -> goal.ends.keySet().removeIf(partition -> names.contains(partition.topic())));
                    checkGoals(Map.of());
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
        watchGoals();
        return polling.with(consumer -> Polling.knownPositions(consumer, present(consumer, ends.keySet())))
                .compose(positions -> {
                    checkGoals(positions);
                    return reached.future();
                });
    }

    private static Set<TopicPartition> present(Consumer<byte[], byte[]> consumer, Set<TopicPartition> partitions) {
        var present = new HashSet<>(partitions);
        present.retainAll(consumer.assignment());
        return present;
    }

    private void watchGoals() {
        var watched = new HashSet<TopicPartition>();
        goals.forEach(goal -> watched.addAll(goal.ends.keySet()));
        polling.watch(watched);
    }

    private void checkGoals(Map<TopicPartition, Long> positions) {
        boolean isOneNearer = false;
        for (Goal goal : List.copyOf(goals)) {
            isOneNearer |=
                    goal.ends.entrySet().removeIf(end -> positions.getOrDefault(end.getKey(), 0L) >= end.getValue());
            if (goal.ends.isEmpty()) {
                goals.remove(goal);
                isOneNearer = true;
                goal.reached.tryComplete();
            }
        }
        if (isOneNearer) {
            watchGoals();
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
