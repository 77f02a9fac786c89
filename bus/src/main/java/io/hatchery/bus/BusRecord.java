package io.hatchery.bus;

import io.hatchery.bus.authentication.RecordAuthenticator;
import io.hatchery.protocol.Headers;
import io.hatchery.spec.HostName;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/** A record as it came from Kafka, not yet read. */
public final class BusRecord {
    private final ConsumerRecord<byte[], byte[]> record;
    private final RecordAuthenticator authenticator;

    private boolean isChecked;

    /** Why it is not authentic; null if it is, and before that was checked. */
    private @Nullable String inauthenticity;

    /** What {@link #readAhead} read; null if it read nothing. */
    private @Nullable Object value;

    /** Wraps a record that is not checked. */
    public BusRecord(ConsumerRecord<byte[], byte[]> record) {
        this(record, RecordAuthenticator.NONE);
    }

    /**
     * Wraps a record.
     *
     * @param authenticator checks its message authentication code
     */
    public BusRecord(ConsumerRecord<byte[], byte[]> record, RecordAuthenticator authenticator) {
        this.record = record;
        this.authenticator = authenticator;
    }

    /** Why its message authentication code does not show who wrote it; empty if it does, or if its topic is not checked. */
    public Optional<String> inauthenticity() {
        if (!isChecked) {
            inauthenticity = authenticator.refusal(record).orElse(null);
            isChecked = true;
        }
        return Optional.ofNullable(inauthenticity);
    }

    /**
     * Requires that the host that a report is about, or the control plane, signed it.
     *
     * @param host null if only the control plane may report this
     * @throws UnreadableException if another host did
     */
    public void requireSignedFor(@Nullable HostName host) throws UnreadableException {
        Optional<String> signer = signer();
        if (signer.isPresent() && (host == null || !signer.get().equals(host.value()))) {
            throw new UnreadableException("host " + signer.get() + " signed it, and it is "
                    + (host == null ? "for the control plane to write" : "about host " + host)
                    + ": a host reports on itself only");
        }
    }

    /** Whether it has no message authentication code, though this process has the keys to check one. */
    public boolean lacksCode() {
        return authenticator.checks(topic()) && record.headers().lastHeader(Headers.MAC) == null;
    }

    /** Whether it has a message authentication code that was checked. */
    public boolean isSigned() {
        return authenticator.checks(topic()) && record.headers().lastHeader(Headers.MAC) != null;
    }

    /** The host that signed it; empty if the control plane did, or nobody. */
    public Optional<String> signer() {
        return header(Headers.SIGNER).filter(signer -> authenticator.checks(topic()));
    }

    /** Where it lies. */
    public Position position() {
        return new Position(record.topic(), record.partition(), record.offset());
    }

    /** Its topic. */
    public String topic() {
        return record.topic();
    }

    /** Its partition. */
    public int partition() {
        return record.partition();
    }

    /** Its offset. */
    public long offset() {
        return record.offset();
    }

    /** When it was written, by the broker's or the producer's clock. */
    public Instant timestamp() {
        return Instant.ofEpochMilli(record.timestamp());
    }

    /** Its key as text; empty if it has none. */
    public String key() {
        return record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8);
    }

    /** Whether its value is null, which deletes its key. */
    public boolean isDeletion() {
        return record.value() == null;
    }

    /** Its value as it was written; empty if it has none. */
    public byte[] bytes() {
        byte[] value = record.value();
        return value == null ? new byte[0] : value;
    }

    /** The bytes of its key and value. */
    public int size() {
        return Math.max(0, record.serializedKeySize()) + Math.max(0, record.serializedValueSize());
    }

    /** The record as Kafka gave it. */
    public ConsumerRecord<byte[], byte[]> raw() {
        return record;
    }

    /** The last header of that name, if it is there. */
    public Optional<String> header(String name) {
        Header header = record.headers().lastHeader(name);
        return header == null || header.value() == null
                ? Optional.empty()
                : Optional.of(new String(header.value(), StandardCharsets.UTF_8));
    }

    /** Its {@code ce_id}, or, without one, its position. */
    public String id() {
        return header(Headers.ID)
                .filter(id -> !id.isBlank())
                .orElseGet(() -> position().text());
    }

    /**
     * Reads its value before its turn, for {@link #value}. May be called on another thread, whose end the caller of {@code value} then
     * waits for.
     */
    public void readAhead(Class<?> type) {
        if (isDeletion()) {
            return;
        }
        try {
            value = Json.read(requiredBytes(), type);
        } catch (UnreadableException | RuntimeException e) {
            value = null; // it is read again in its turn, and the reason is reported then
        }
    }

    /** What {@link #readAhead} read; null if it read nothing, or was not called. */
    public @Nullable Object valueReadAhead() {
        return value;
    }

    /**
     * Its value, with unknown fields ignored.
     *
     * @throws UnreadableException if it is not JSON of that type
     */
    public <T> T value(Class<T> type) throws UnreadableException {
        return type.isInstance(value) ? type.cast(value) : Json.read(requiredBytes(), type);
    }

    /**
     * Its value, with unknown fields an error.
     *
     * @throws UnreadableException if it is not JSON of that type
     */
    public <T> T strictValue(Class<T> type) throws UnreadableException {
        return Json.readStrictly(requiredBytes(), type);
    }

    private byte[] requiredBytes() throws UnreadableException {
        Optional<String> reason = inauthenticity();
        if (reason.isPresent()) {
            throw new UnreadableException(reason.get());
        }
        byte[] value = record.value();
        if (value == null) {
            throw new UnreadableException("the record has no value");
        }
        return value;
    }
}
