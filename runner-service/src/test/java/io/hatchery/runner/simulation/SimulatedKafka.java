package io.hatchery.runner.simulation;

import io.hatchery.bus.Partitioning;
import io.hatchery.protocol.Headers;
import io.hatchery.protocol.Topic;
import io.hatchery.protocol.Topics;
import io.hatchery.spec.HostName;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
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

    /** Of a batch with one record, at most. */
    private static final int OVERHEAD = 100;
    /** How long what a group committed is kept: {@code offsets.retention.minutes}. */
    private static final Duration OFFSETS_KEPT = Duration.ofDays(7);

    private final World world;
    private final Map<String, List<SimulatedLog>> topics = new LinkedHashMap<>();
    private final Map<String, Committed> committed = new HashMap<>();
    private final Map<String, Integer> generations = new HashMap<>();
    private final List<Predicate<String>> wakes = new ArrayList<>();
    private final List<Consumer<ConsumerRecord<byte[], byte[]>>> witnesses = new ArrayList<>();
    private final List<Consumer<ConsumerRecord<byte[], byte[]>>> expired = new ArrayList<>();
    private boolean away;
    private int absences;

    private record Committed(long offset, Instant at) {}

    SimulatedKafka(World world, List<HostName> hosts) {
        this.world = world;
        Topics.ofTheFleet().forEach(this::create);
        hosts.forEach(host -> Topics.of(host).forEach(this::create));
    }

    private void create(Topic topic) {
        var logs = new ArrayList<SimulatedLog>();
        for (int i = 0; i < (topic.isShared() ? SHARED_PARTITIONS : 1); i++) {
            logs.add(new SimulatedLog(topic, i));
        }
        topics.put(topic.name(), logs);
    }

    /** The id of a topic, which another one of its name does not have. */
    String topicId(String topic) {
        return "id-" + generations.getOrDefault(topic, 0);
    }

    /** Someone gives each shared topic one more partition. */
    void grow() {
        world.note("-- each shared topic gets one more partition");
        for (Topic topic : Topics.ofTheFleet()) {
            if (topic.isShared()) {
                List<SimulatedLog> logs = logs(topic.name());
                logs.add(new SimulatedLog(topic, logs.size()));
            }
        }
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

    /** Sees every record that goes since it is too old. */
    void witnessExpiry(Consumer<ConsumerRecord<byte[], byte[]>> witness) {
        expired.add(witness);
    }

    /** Is called with a topic whenever there may be something new to read in it, and with "" for any, until it says false. */
    void onNews(Predicate<String> wake) {
        wakes.add(wake);
    }

    /** Lets those look who follow that topic. */
    void wake(String topic) {
        wakes.removeIf(wake -> !wake.test(topic));
    }

    List<SimulatedLog> logs(String topic) {
        return topics.getOrDefault(topic, List.of());
    }

    SimulatedLog log(TopicPartition partition) {
        return logs(partition.topic()).get(partition.partition());
    }

    /** The partition that a record is for. */
    SimulatedLog log(ProducerRecord<byte[], byte[]> record) {
        List<SimulatedLog> logs = logs(record.topic());
        Integer asked = record.partition();
        byte[] key = record.key() == null ? new byte[0] : record.key();
        // Whatever the topic has: everyone who counts is told how many the fleet was set up with.
        int partitions = Math.min(SHARED_PARTITIONS, logs.size());
        return logs.get(asked == null ? partitionOf(key, partitions) : asked);
    }

    /** Whether the broker refuses it. */
    static boolean isTooLarge(ProducerRecord<byte[], byte[]> record) {
        long size = (record.key() == null ? 0L : record.key().length)
                + (record.value() == null ? 0 : record.value().length);
        for (var header : record.headers()) {
            size += header.key().length() + (header.value() == null ? 0 : header.value().length);
        }
        return size + OVERHEAD > Topic.MAX_MESSAGE_BYTES;
    }

    /** The partition that a producer sends this key to. */
    static int partitionOf(byte[] key, int of) {
        return Partitioning.partitionOf(key, of);
    }

    /** Writes a record. */
    ConsumerRecord<byte[], byte[]> append(ProducerRecord<byte[], byte[]> record, long visible) {
        byte[] key = record.key() == null ? new byte[0] : record.key();
        SimulatedLog log = log(record);
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
        log.entries.add(new SimulatedLog.Entry(written, visible));
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
        SimulatedLog log = log(partition);
        List<SimulatedLog.Entry> entries = log.entries;
        for (int i = log.firstAt(from); i < entries.size() && records.size() < most; i++) {
            SimulatedLog.Entry entry = entries.get(i);
            if (entry.visible() > world.now()) {
                world.after(entry.visible() - world.now(), null, "", () -> wake(partition.topic()));
                break;
            }
            records.add(entry.record());
        }
        return records;
    }

    /** Waits, in no time, until every transaction is known to be over. */
    void settle(String topic) {
        for (SimulatedLog log : logs(topic)) {
            log.entries.replaceAll(
                    entry -> entry.visible() > world.now() ? new SimulatedLog.Entry(entry.record(), 0) : entry);
        }
    }

    long committed(String group, TopicPartition partition) {
        Committed last = committed.get(group + " " + partition);
        return last == null ? 0 : last.offset;
    }

    void commit(String group, TopicPartition partition, long offset) {
        world.note("   = " + group + " commits " + partition + " at " + offset);
        committed.put(group + " " + partition, new Committed(offset, world.instant()));
    }

    /** The broker forgets what a group has committed, as it does a week after the group's last member has gone. */
    void forgetOffsets() {
        committed.clear();
    }

    /** A topic is deleted and created again. */
    void recreate(String topic) {
        world.note("-- " + topic + " is deleted and created again");
        generations.merge(topic, 1, Integer::sum);
        logs(topic).forEach(log -> {
            log.entries.forEach(entry -> gone(entry.record()));
            log.entries.clear();
            log.next = 0;
        });
        committed.keySet().removeIf(name -> name.endsWith(" " + topic + "-0"));
        wake(topic);
    }

    /** A topic loses its last records, from an offset on. */
    void truncate(String topic, long offset) {
        world.note("-- " + topic + " is truncated at " + offset);
        logs(topic).forEach(log -> {
            log.entries.subList(log.firstAt(offset), log.entries.size()).forEach(entry -> gone(entry.record()));
            log.entries.removeIf(entry -> entry.record().offset() >= offset);
            log.next = Math.min(log.next, offset);
        });
        wake(topic);
    }

    /** Drops old records, each in its way, sooner or later. */
    void clean() {
        topics.values()
                .forEach(logs -> logs.forEach(log -> {
                    log.compact(world.instant(), this::gone);
                    log.expire(world.instant(), world.random, this::gone);
                }));
    }

    private void gone(ConsumerRecord<byte[], byte[]> record) {
        expired.forEach(witness -> witness.accept(record));
    }

    /** Drops what groups without members have committed long ago. */
    void expireOffsets(String groupsWithMembers) {
        committed
                .entrySet()
                .removeIf(entry -> !entry.getKey().startsWith(groupsWithMembers)
                        && entry.getValue().at.plus(OFFSETS_KEPT).isBefore(world.instant()));
    }

    /** The last record of every key of a topic. */
    Map<String, ConsumerRecord<byte[], byte[]>> latest(String topic) {
        var latest = new TreeMap<String, ConsumerRecord<byte[], byte[]>>();
        for (SimulatedLog log : logs(topic)) {
            log.entries.forEach(entry -> latest.put(SimulatedLog.keyOf(entry.record()), entry.record()));
        }
        return latest;
    }
}
