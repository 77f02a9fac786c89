package io.hatchery.bus;

import io.hatchery.protocol.Headers;
import io.hatchery.protocol.Topics;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * The dead letter for a record that could not be handled: its bytes, origin and the reason. A record that is too large for the
 * topic, for instance one that was sent compressed, is cut, since a dead letter that cannot be written would stop its reader.
 */
final class DeadLetter {
    /** The most bytes of a value that are kept. */
    static final int MAX_VALUE = 1 << 20;

    /** The most bytes of a key that are kept. */
    static final int MAX_KEY = 64 << 10;

    /** The most bytes of all headers of the record; if they have more, none is kept. */
    static final int MAX_HEADERS = 64 << 10;

    /** The most characters of a reason. */
    static final int MAX_REASON = 4_000;

    private DeadLetter() {}

    static ProducerRecord<byte[], byte[]> of(BusRecord record, String reader, String reason) {
        ConsumerRecord<byte[], byte[]> raw = record.raw();
        int headers = 0;
        for (Header header : raw.headers()) {
            headers += header.key().length() + (header.value() == null ? 0 : header.value().length);
        }
        boolean keepsHeaders = headers <= MAX_HEADERS;
        var letter = new ProducerRecord<byte[], byte[]>(
                Topics.DEAD_LETTERS.name(),
                null,
                cut(raw.key(), MAX_KEY),
                cut(raw.value(), MAX_VALUE),
                keepsHeaders ? raw.headers() : null);
        int size = length(raw.key()) + length(raw.value()) + headers;
        if (!keepsHeaders || length(raw.key()) > MAX_KEY || length(raw.value()) > MAX_VALUE) {
            add(letter, Headers.ORIGINAL_SIZE, Integer.toString(size));
        }
        add(letter, Headers.ORIGIN, record.position().text());
        add(letter, Headers.READER, reader);
        add(letter, Headers.REASON, reason.length() <= MAX_REASON ? reason : reason.substring(0, MAX_REASON) + "…");
        return letter;
    }

    private static int length(byte @Nullable [] bytes) {
        return bytes == null ? 0 : bytes.length;
    }

    private static byte @Nullable [] cut(byte @Nullable [] bytes, int most) {
        return bytes == null || bytes.length <= most ? bytes : Arrays.copyOf(bytes, most);
    }

    private static void add(ProducerRecord<byte[], byte[]> letter, String name, String value) {
        letter.headers().add(name, value.getBytes(StandardCharsets.UTF_8));
    }
}
