package io.hatchery.bus;

import io.vertx.core.Future;
import io.vertx.core.Handler;
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
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;

/** Reads stretches of topics that are past, and tells what of them is still there. */
public final class LogReader {
    /** How long a reading that hands nothing over goes on, for instance since a topic was deleted meanwhile. */
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final Vertx vertx;
    private final BusConfig config;

    /** Reads nothing yet. */
    public LogReader(Vertx vertx, BusConfig config) {
        this.vertx = vertx;
        this.config = config;
    }

    /**
     * The ids that Kafka gave to topics when they were created: a topic that was deleted and made anew has another. Blocks.
     *
     * @throws BusException if the broker does not tell
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
     * @return completes when all were handed over; fails with {@link GoneException} if some are no longer there, in which case
     *     none was handed over, or with {@link BusException} if nothing is read for a minute
     */
    public Future<Void> read(Offsets from, Offsets to, Handler<BusRecord> onRecord) {
        Map<TopicPartition, Long> starts = partitions(from);
        Map<TopicPartition, Long> ends = partitions(to);
        ends.keySet().retainAll(starts.keySet());
        ends.entrySet().removeIf(end -> starts.getOrDefault(end.getKey(), 0L) >= end.getValue());
        Promise<Void> done = Promise.promise();
        var progress = new boolean[] {true};
        long timer = vertx.setPeriodic(PATIENCE.toMillis(), tick -> {
            if (!progress[0]) {
                done.tryFail(new BusException("nothing of " + starts.keySet() + " could be read for a minute"));
            }
            progress[0] = false;
        });
        var polling = new Polling(
                vertx,
                "log-reader",
                config.consumer(),
                Polling.OnError.FAIL,
                batch -> {
                    progress[0] |= !batch.records().isEmpty();
                    for (var raw : batch.records()) {
                        if (raw.offset() < ends.getOrDefault(new TopicPartition(raw.topic(), raw.partition()), 0L)) {
                            onRecord.handle(new BusRecord(raw));
                        }
                    }
                    if (ends.entrySet().stream()
                            .allMatch(e -> batch.positions().getOrDefault(e.getKey(), 0L) >= e.getValue())) {
                        done.tryComplete();
                    }
                },
                done::tryFail);
        polling.with(consumer -> seek(consumer, starts, ends))
                .onFailure(done::tryFail)
                .onSuccess(any -> {
                    if (!any) {
                        done.tryComplete();
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
