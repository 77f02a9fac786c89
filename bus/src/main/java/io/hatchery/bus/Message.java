package io.hatchery.bus;

import io.hatchery.protocol.Headers;
import io.hatchery.protocol.Topics;
import io.hatchery.spec.json.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * A record to be written.
 *
 * @param topic where to
 * @param key its key
 * @param value its value, written as JSON; null deletes the key
 * @param json the value as JSON, if it was written before; null if not
 * @param headers its headers
 */
public record Message(
        String topic,
        String key,
        @Nullable Object value,
        @Nullable Bytes json,
        Map<String, String> headers) {
    /** Keeps an immutable copy of the headers. */
    public Message {
        headers = Map.copyOf(headers);
    }

    /**
     * A message with CloudEvents headers.
     *
     * @param id identifies it; null for a new random one
     * @param source the service that writes it
     * @param now when
     */
    public static Message of(
            String topic, String key, @Nullable Object value, @Nullable String id, String source, Instant now) {
        var headers = new TreeMap<String, String>();
        headers.put(Headers.SPEC_VERSION, "1.0");
        headers.put(Headers.ID, id == null ? UUID.randomUUID().toString() : id);
        headers.put(Headers.TYPE, "io.hatchery." + (value == null ? "deletion" : typeOf(value)));
        headers.put(Headers.SOURCE, source);
        headers.put(Headers.TIME, now.toString());
        return new Message(topic, key, value, null, headers);
    }

    private static String typeOf(Object value) {
        Class<?> type = value.getClass();
        return (type.getEnclosingClass() == null ? "" : type.getEnclosingClass().getSimpleName() + ".")
                + type.getSimpleName();
    }

    /** This message with one more header; a null value adds none. */
    public Message with(String header, @Nullable String headerValue) {
        if (headerValue == null) {
            return this;
        }
        var more = new TreeMap<>(headers);
        more.put(header, headerValue);
        return new Message(topic, key, value, json, more);
    }

    /**
     * This message, whose value need not be written as JSON again.
     *
     * @param written the JSON of the value, which nobody changes any more
     */
    public Message writtenAs(byte[] written) {
        return new Message(topic, key, value, Bytes.wrap(written), headers);
    }

    /**
     * As Kafka takes it. The partition is named, since a partitioner would count those that an operator has added meanwhile.
     *
     * @param sharedPartitions over how many partitions the keys of shared topics are placed
     */
    public ProducerRecord<byte[], byte[]> toRecord(int sharedPartitions) {
        byte[] keyBytes = key.getBytes(StandardCharsets.UTF_8);
        Integer partition = Topics.isShared(topic) ? Partitioning.partitionOf(keyBytes, sharedPartitions) : null;
        var record = new ProducerRecord<byte[], byte[]>(topic, partition, keyBytes, valueBytes());
        headers.forEach((name, text) -> record.headers().add(name, text.getBytes(StandardCharsets.UTF_8)));
        return record;
    }

    private byte @Nullable [] valueBytes() {
        if (value == null) {
            return null;
        }
        return json == null ? Json.bytes(value) : json.get();
    }
}
