package io.hatchery.bus;

import io.hatchery.protocol.Topic;
import java.util.Optional;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/** How large records are, before they are sent: one that the broker refuses would fail its whole transaction, again and again. */
final class RecordSizes {
    /** Bytes that a batch and a record add to keys, values and headers, with room to spare. */
    private static final int FRAMING = 4 << 10;

    /** The most bytes of a record, a batch of one record being what the broker's limit counts. */
    static final int LIMIT = Topic.MAX_MESSAGE_BYTES - FRAMING;

    private static final int PER_HEADER = 16;

    private RecordSizes() {}

    /** The bytes of a record: key, value and headers. */
    static int of(ProducerRecord<byte[], byte[]> record) {
        int size = length(record.key()) + length(record.value());
        for (Header header : record.headers()) {
            size += header.key().length() + length(header.value()) + PER_HEADER;
        }
        return size;
    }

    /** Why a record cannot be written; empty if it can. */
    static Optional<String> excess(ProducerRecord<byte[], byte[]> record) {
        int size = of(record);
        return size <= LIMIT
                ? Optional.empty()
                : Optional.of("what follows from it for " + record.topic() + " has " + size + " bytes, and at most "
                        + LIMIT + " are allowed");
    }

    private static int length(byte @Nullable [] bytes) {
        return bytes == null ? 0 : bytes.length;
    }
}
