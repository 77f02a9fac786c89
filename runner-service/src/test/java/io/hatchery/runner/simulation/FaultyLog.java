package io.hatchery.runner.simulation;

import io.hatchery.bus.BusRecord;
import io.hatchery.bus.TransactionalLog;
import io.hatchery.protocol.Headers;
import io.hatchery.protocol.Topics;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;

/** A config-service's log with a bug put in on purpose: what it reads or writes is not what it is or should be. */
final class FaultyLog implements TransactionalLog {
    private final TransactionalLog log;
    private final Mutation mutation;
    private final Set<String> seen = new HashSet<>();
    private int specs;

    FaultyLog(TransactionalLog log, Mutation mutation) {
        this.log = log;
        this.mutation = mutation;
    }

    @Override
    public void begin() {
        log.begin();
    }

    @Override
    public Batch poll(boolean waits) {
        Batch batch = log.poll(waits);
        if (mutation != Mutation.EXPECTATION_IGNORED) {
            return batch;
        }
        var records = new ArrayList<BusRecord>();
        batch.records().forEach(record -> records.add(without(record, Headers.IF_MATCH)));
        return new Batch(records, batch.next());
    }

    @Override
    public boolean isWaiting() {
        return log.isWaiting();
    }

    @Override
    public boolean hasOwnershipChanged() {
        return log.hasOwnershipChanged();
    }

    @Override
    public Set<Integer> owned() {
        return log.owned();
    }

    @Override
    public int partitionCount() {
        return log.partitionCount();
    }

    @Override
    public void readViews(boolean settled, Consumer<List<BusRecord>> onRecords) {
        log.readViews(
                settled,
                records -> onRecords.accept(records.stream()
                        .filter(record -> !isHidden(record))
                        .map(this::changed)
                        .toList()));
    }

    private boolean isHidden(BusRecord record) {
        return switch (mutation) {
            case PROFILE_CHANGES_NOT_SEEN -> record.topic().equals(Topics.PROFILES.name()) && !seen.add(record.key());
            case RELEASES_NOT_SEEN -> record.topic().equals(Topics.STATUS.name()) && record.isDeletion();
            default -> false;
        };
    }

    private BusRecord changed(BusRecord record) {
        if (mutation == Mutation.PORTS_NOT_SEEN && record.topic().equals(Topics.EVALUATIONS.name())) {
            return replaced(record, "\"hostPort\":80", "\"hostPort\":90");
        }
        return mutation == Mutation.LABELS_NOT_SEEN && record.topic().equals(Topics.HOSTS.name())
                ? replaced(record, "\"zone\":", "\"zone-of-another\":")
                : record;
    }

    @Override
    public void transact(Collection<ProducerRecord<byte[], byte[]>> records, Map<Integer, Long> offsets) {
        var written = new ArrayList<ProducerRecord<byte[], byte[]>>();
        for (var record : records) {
            boolean isSpec = record.topic().endsWith(".specs");
            boolean isDropped = mutation == Mutation.SPEC_NOT_GIVEN && isSpec && ++specs % 5 == 0;
            if (!isDropped) {
                switch (mutation) {
                    case PURGE_FORGOTTEN -> record.headers().remove(Headers.PURGE);
                    case ROLLBACK_UNFENCED -> record.headers().remove(Headers.IF_MATCH);
                    default -> {}
                }
                written.add(record);
            }
        }
        var next = new HashMap<>(offsets);
        if (mutation == Mutation.OFFSETS_TOO_HIGH) {
            next.replaceAll((partition, offset) -> offset + 1);
        }
        log.transact(written, next);
    }

    private static BusRecord without(BusRecord record, String header) {
        var headers = new RecordHeaders(record.raw().headers());
        headers.remove(header);
        return copy(record.raw(), record.raw().value(), headers);
    }

    private static BusRecord replaced(BusRecord record, String text, String by) {
        byte[] value = record.raw().value();
        if (value == null) {
            return record;
        }
        String changed = new String(value, StandardCharsets.UTF_8).replace(text, by);
        return copy(
                record.raw(),
                changed.getBytes(StandardCharsets.UTF_8),
                new RecordHeaders(record.raw().headers()));
    }

    private static BusRecord copy(ConsumerRecord<byte[], byte[]> raw, byte[] value, RecordHeaders headers) {
        return new BusRecord(new ConsumerRecord<>(
                raw.topic(),
                raw.partition(),
                raw.offset(),
                raw.timestamp(),
                raw.timestampType(),
                raw.serializedKeySize(),
                raw.serializedValueSize(),
                raw.key(),
                value,
                headers,
                Optional.empty()));
    }

    @Override
    public void close() {
        log.close();
    }
}
