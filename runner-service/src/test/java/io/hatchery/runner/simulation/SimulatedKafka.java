package io.hatchery.runner.simulation;

import io.hatchery.bus.Partitioning;
import io.hatchery.protocol.Headers;
import io.hatchery.protocol.Topic;
import io.hatchery.protocol.Topics;
import io.hatchery.spec.HostName;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;

/** What Kafka guarantees, and no more: order within a partition, and that what was acknowledged is there. */
final class SimulatedKafka {
    static final int SHARED_PARTITIONS = 3;

    private final World world;
    private final Map<String, List<Log>> topics = new LinkedHashMap<>();
    private final Map<String, Long> committed = new HashMap<>();
    private final Map<String, Integer> generations = new HashMap<>();
    private final List<Predicate<String>> wakes = new ArrayList<>();
    private final List<Consumer<ConsumerRecord<byte[], byte[]>>> witnesses = new ArrayList<>();
    private boolean away;
    private int absences;

    /** One partition. */
    static final class Log {
        final TopicPartition name;
        final boolean compacted;
        final List<Entry> entries = new ArrayList<>();
        long next;

        Log(TopicPartition name, boolean compacted) {
            this.name = name;
            this.compacted = compacted;
        }
    }

    /** {@code visible} is when the partition learns that its transaction was committed. */
    record Entry(ConsumerRecord<byte[], byte[]> record, long visible) {}

    SimulatedKafka(World world, List<HostName> hosts) {
        this.world = world;
        Topics.ofTheFleet().forEach(this::create);
        hosts.forEach(host -> Topics.of(host).forEach(this::create));
    }

    private void create(Topic topic) {
        var logs = new ArrayList<Log>();
        for (int i = 0; i < (topic.isShared() ? SHARED_PARTITIONS : 1); i++) {
            logs.add(new Log(new TopicPartition(topic.name(), i), topic.isCompacted()));
        }
        topics.put(topic.name(), logs);
    }

    /** The id of a topic, which another one of its name does not have. */
    String topicId(String topic) {
        return "id-" + generations.getOrDefault(topic, 0);
    }

    boolean isAway() {
        return away;
    }

    void setAway(boolean now) {
        away = now;
        absences += now ? 1 : 0;
        world.note(now ? "-- the broker is away" : "-- the broker is back");
        if (!now) {
            wake("");
        }
    }

    /** How often it has been away. */
    int absences() {
        return absences;
    }

    /** Sees every record as it is written. */
    void witness(Consumer<ConsumerRecord<byte[], byte[]>> witness) {
        witnesses.add(witness);
    }

    /** Is called with a topic whenever there may be something new to read in it, and with "" for any, until it says false. */
    void onNews(Predicate<String> wake) {
        wakes.add(wake);
    }

    /** Lets those look who follow that topic. */
    void wake(String topic) {
        wakes.removeIf(wake -> !wake.test(topic));
    }

    List<Log> logs(String topic) {
        return topics.getOrDefault(topic, List.of());
    }

    Log log(TopicPartition partition) {
        return logs(partition.topic()).get(partition.partition());
    }

    /** The partition that a producer sends this key to. */
    static int partitionOf(byte[] key, int of) {
        return Partitioning.partitionOf(key, of);
    }

    /** Writes a record. */
    ConsumerRecord<byte[], byte[]> append(ProducerRecord<byte[], byte[]> record, long visible) {
        List<Log> logs = logs(record.topic());
        byte[] key = record.key() == null ? new byte[0] : record.key();
        Integer asked = record.partition();
        Log log = logs.get(asked == null ? partitionOf(key, logs.size()) : asked);
        var written = new ConsumerRecord<>(
                record.topic(),
                log.name.partition(),
                log.next++,
                world.instant().toEpochMilli(),
                TimestampType.LOG_APPEND_TIME,
                key.length,
                0,
                record.key(),
                record.value(),
                new RecordHeaders(record.headers()),
                Optional.empty());
        log.entries.add(new Entry(written, visible));
        if (world.isTraced()) {
            world.note("   = " + record.topic() + "/" + written.partition() + "/" + written.offset() + " "
                    + new String(key, StandardCharsets.UTF_8) + " "
                    + (record.value() == null
                            ? "(deleted)"
                            : new String(record.value(), StandardCharsets.UTF_8).replaceAll("\\s+", " "))
                    + idOf(written));
        }
        witnesses.forEach(witness -> witness.accept(written));
        wake(record.topic());
        return written;
    }

    private static String idOf(ConsumerRecord<byte[], byte[]> record) {
        var id = record.headers().lastHeader(Headers.ID);
        return id == null ? "" : " #" + new String(id.value(), StandardCharsets.UTF_8);
    }

    /** A transaction ends in a partition, which takes an offset of it. */
    void mark(Set<TopicPartition> partitions) {
        partitions.forEach(partition -> log(partition).next++);
    }

    /** What a reader of committed records gets from there on: nothing beyond a transaction that is not known to be over. */
    List<ConsumerRecord<byte[], byte[]>> read(TopicPartition partition, long from, int most) {
        var records = new ArrayList<ConsumerRecord<byte[], byte[]>>();
        List<Entry> entries = log(partition).entries;
        for (int i = firstAt(entries, from); i < entries.size() && records.size() < most; i++) {
            Entry entry = entries.get(i);
            if (entry.visible > world.now()) {
                world.after(entry.visible - world.now(), null, "", () -> wake(partition.topic()));
                break;
            }
            records.add(entry.record);
        }
        return records;
    }

    private static int firstAt(List<Entry> entries, long offset) {
        int low = 0;
        int high = entries.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (entries.get(middle).record.offset() < offset) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Waits, in no time, until every transaction is known to be over. */
    void settle(String topic) {
        for (Log log : logs(topic)) {
            log.entries.replaceAll(entry -> entry.visible > world.now() ? new Entry(entry.record, 0) : entry);
        }
    }

    long committed(String group, TopicPartition partition) {
        return committed.getOrDefault(group + " " + partition, 0L);
    }

    void commit(String group, TopicPartition partition, long offset) {
        world.note("   = " + group + " commits " + partition + " at " + offset);
        committed.put(group + " " + partition, offset);
    }

    /** The broker forgets what a group has committed, as it does a week after the group's last member has gone. */
    void forgetOffsets() {
        committed.clear();
    }

    /** A topic is deleted and created again. */
    void recreate(String topic) {
        generations.merge(topic, 1, Integer::sum);
        logs(topic).forEach(log -> {
            log.entries.clear();
            log.next = 0;
        });
        committed.keySet().removeIf(name -> name.endsWith(" " + topic + "-0"));
        wake(topic);
    }

    /** A topic loses its last records, from an offset on. */
    void truncate(String topic, long offset) {
        logs(topic).forEach(log -> {
            log.entries.removeIf(entry -> entry.record.offset() >= offset);
            log.next = Math.min(log.next, offset);
        });
        wake(topic);
    }

    /** Compacts everything, deletions included, that is not the newest record of its key or is older than that. */
    void expire(Duration age) {
        long before = world.instant().minus(age).toEpochMilli();
        for (List<Log> logs : topics.values()) {
            for (Log log : logs) {
                if (log.compacted) {
                    compact(log, before);
                    log.entries.removeIf(entry -> entry.record.value() == null && entry.record.timestamp() < before);
                }
            }
        }
    }

    /** Drops what newer records of the same key have replaced, but for deletions and what was written in the last hour. */
    void compact() {
        for (List<Log> logs : topics.values()) {
            for (Log log : logs) {
                if (log.compacted) {
                    compact(log, world.instant().minusSeconds(3600).toEpochMilli());
                }
            }
        }
    }

    private static void compact(Log log, long before) {
        var seen = new HashSet<String>();
        var kept = new ArrayList<Entry>();
        for (Entry entry : log.entries.reversed()) {
            boolean newest = seen.add(keyOf(entry.record));
            if (newest || entry.record.value() == null || entry.record.timestamp() > before) {
                kept.add(entry);
            }
        }
        log.entries.clear();
        log.entries.addAll(kept.reversed());
    }

    static String keyOf(ConsumerRecord<byte[], byte[]> record) {
        return record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8);
    }

    /** The last record of every key of a topic. */
    Map<String, ConsumerRecord<byte[], byte[]>> latest(String topic) {
        var latest = new TreeMap<String, ConsumerRecord<byte[], byte[]>>();
        for (Log log : logs(topic)) {
            log.entries.forEach(entry -> latest.put(keyOf(entry.record), entry.record));
        }
        return latest;
    }
}
