package io.hatchery.gateway.store;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.hatchery.bus.BusRecord;
import io.hatchery.bus.Position;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;

/**
 * The refused records that are not yet with the dead letters: a gateway that starts again does not read them again. Changed by one
 * thread at a time, within a transaction.
 */
public final class RejectionTable {
    /** How many refused records are kept. */
    static final int MAX_RECORDS = 10_000;

    /** How many bytes of keys and values are kept. */
    static final long MAX_BYTES = 64L << 20;

    private static final ObjectMapper HEADERS = new ObjectMapper();

    private long records;
    private long bytes;

    /** A refused record and the reason. */
    public record Rejection(BusRecord record, String reason) {}

    /** All that are kept, in the order in which they came. */
    public List<Rejection> all(SqlSession session) {
        count(session);
        return session.list(
                "SELECT topic, partition, position, timestamp, key, value, headers, reason FROM rejections ORDER BY rowid",
                RejectionTable::of);
    }

    /** Counts the rows again, after they were changed by others. */
    public void count(SqlSession session) {
        records = session.number("SELECT count(*) FROM rejections");
        bytes = session.number("SELECT total(coalesce(length(key), 0) + coalesce(length(value), 0)) FROM rejections");
    }

    private static Rejection of(ResultSet row) throws SQLException {
        byte[] key = row.getBytes(5);
        byte[] value = row.getBytes(6);
        var headers = new RecordHeaders();
        try {
            HEADERS.readValue(row.getBytes(7), new TypeReference<List<Map<String, byte[]>>>() {})
                    .forEach(header -> header.forEach(headers::add));
        } catch (IOException e) {
            throw new SQLException("unreadable headers", e);
        }
        return new Rejection(
                new BusRecord(new ConsumerRecord<>(
                        row.getString(1),
                        row.getInt(2),
                        row.getLong(3),
                        row.getLong(4),
                        TimestampType.LOG_APPEND_TIME,
                        key == null ? -1 : key.length,
                        value == null ? -1 : value.length,
                        key,
                        value,
                        headers,
                        Optional.empty())),
                row.getString(8));
    }

    /** Keeps a refused record, as far as there is room. */
    public void add(SqlSession session, BusRecord record, String reason) {
        if (records >= MAX_RECORDS || bytes + record.size() > MAX_BYTES) {
            return;
        }
        int added = session.update(
                "INSERT OR IGNORE INTO rejections (topic, partition, position, timestamp, key, value, headers, reason)"
                        + " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                record.topic(),
                record.partition(),
                record.offset(),
                record.timestamp().toEpochMilli(),
                record.raw().key(),
                record.raw().value(),
                headers(record),
                reason);
        records += added;
        bytes += added * (long) record.size();
    }

    private static byte[] headers(BusRecord record) {
        var headers = new ArrayList<Map<String, byte[]>>();
        for (Header header : record.raw().headers()) {
            var one = new LinkedHashMap<String, byte[]>();
            one.put(header.key(), header.value());
            headers.add(one);
        }
        try {
            return HEADERS.writeValueAsBytes(headers);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Forgets records that are with the dead letters now. */
    public void remove(SqlSession session, Iterable<Position> reported) {
        for (Position position : reported) {
            records -= session.update(
                    "DELETE FROM rejections WHERE topic = ? AND partition = ? AND position = ?",
                    position.topic(),
                    position.partition(),
                    position.offset());
        }
        if (records == 0) {
            bytes = 0; // what was removed is counted until then
        }
    }
}
