package io.hatchery.bus;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;

/** Reads stretches of topics again. */
public final class LogReader {
    /** A read that gets no record for this long fails, for instance because a topic was deleted meanwhile. */
    private static final Duration TIMEOUT = Duration.ofMinutes(1);

    private final Vertx vertx;
    private final BusConfig config;

    /** Opens nothing: each read has a consumer of its own. */
    public LogReader(Vertx vertx, BusConfig config) {
        this.vertx = vertx;
        this.config = config;
    }

    /**
     * The ids that Kafka gave to topics when they were created: a topic that was deleted and created again has another. Blocks.
     *
     * @throws BusException if the broker does not answer
     */
    public SortedMap<String, String> topicIds(Collection<String> topics) {
        try (var admin = Admin.create(config.admin())) {
            var ids = new TreeMap<String, String>();
            admin.describeTopics(topics)
                    .allTopicNames()
                    .get(30, TimeUnit.SECONDS)
                    .forEach((name, description) ->
                            ids.put(name, description.topicId().toString()));
            return ids;
        } catch (ExecutionException | TimeoutException e) {
            throw new BusException("cannot describe the topics", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BusException("interrupted", e);
        }
    }

    /**
     * Reads the records from some offsets up to others, in order in each partition.
     *
     * @param onRecord takes a record and returns whether to read on
     * @return the offsets to continue from: {@code to} if all records were taken; fails with {@link GoneException} if some no longer
     *     exist, in which case none was taken, or with {@link BusException} if nothing is read for a minute
     */
    public Future<Offsets> read(Offsets from, Offsets to, Predicate<BusRecord> onRecord) {
        Map<TopicPartition, Long> starts = partitions(from);
        Map<TopicPartition, Long> ends = partitions(to);
        ends.keySet().retainAll(starts.keySet());
        ends.entrySet().removeIf(end -> starts.getOrDefault(end.getKey(), 0L) >= end.getValue());
        Promise<Offsets> done = Promise.promise();
        var read = new Offsets[] {from};
        var progress = new boolean[] {true};
        long timer = vertx.setPeriodic(TIMEOUT.toMillis(), tick -> {
            if (!progress[0]) {
                done.tryFail(
                        new BusException("nothing of " + starts.keySet() + " could be read for a minute: try again"));
            }
            progress[0] = false;
        });
        var polling = new Polling(
                vertx,
                "log-reader",
                config.consumer(),
                Polling.OnError.FAIL,
                Polling.onContext(batch -> {
                    progress[0] |= !batch.records().isEmpty();
                    for (var raw : batch.records()) {
                        if (done.future().isComplete()) {
                            return;
                        }
                        if (raw.offset() < ends.getOrDefault(new TopicPartition(raw.topic(), raw.partition()), 0L)) {
                            var record = new BusRecord(raw, config.authenticator());
                            read[0] = read[0].after(record);
                            if (!onRecord.test(record)) {
                                done.tryComplete(read[0]);
                            }
                        }
                    }
                    if (ends.entrySet().stream()
                            .allMatch(e -> batch.positions().getOrDefault(e.getKey(), 0L) >= e.getValue())) {
                        done.tryComplete(to);
                    }
                }),
                done::tryFail);
        polling.with(consumer -> seek(consumer, starts, ends))
                .onFailure(done::tryFail)
                .onSuccess(any -> {
                    if (!any) {
                        done.tryComplete(to);
                    }
                });
        return done.future().eventually(() -> {
            vertx.cancelTimer(timer);
            return polling.close();
        });
    }

    private static boolean seek(
            Consumer<byte[], byte[]> consumer, Map<TopicPartition, Long> starts, Map<TopicPartition, Long> ends) {
        consumer.beginningOffsets(starts.keySet()).forEach((partition, first) -> {
            if (Offsets.FIRST_THERE_IS.equals(starts.get(partition))) {
                starts.put(partition, first);
            } else if (starts.getOrDefault(partition, 0L) < first) {
                throw new GoneException(partition + " begins at offset " + first + " now");
            }
        });
        consumer.endOffsets(starts.keySet()).forEach((partition, last) -> {
            if (starts.getOrDefault(partition, 0L) > last) {
                throw new GoneException(partition + " ends at offset " + last + " now: it was truncated");
            }
        });
        consumer.assign(ends.keySet());
        ends.keySet().forEach(partition -> consumer.seek(partition, starts.getOrDefault(partition, 0L)));
        return !ends.isEmpty();
    }

    private static Map<TopicPartition, Long> partitions(Offsets offsets) {
        var partitions = new HashMap<TopicPartition, Long>();
        offsets.next().forEach((topic, list) -> {
            for (int i = 0; i < list.size(); i++) {
                partitions.put(new TopicPartition(topic, i), list.get(i));
            }
        });
        return partitions;
    }
}
