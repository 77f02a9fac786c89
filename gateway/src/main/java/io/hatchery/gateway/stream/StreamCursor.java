package io.hatchery.gateway.stream;

import io.hatchery.bus.GoneException;
import io.hatchery.bus.Offsets;
import io.hatchery.protocol.Topics;
import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How far a stream client has come: the offsets it has seen, and the ids of the topics that they are of. To clients it is opaque: some
 * hundred characters.
 *
 * @param ids of the topics, by name
 * @param offsets of the next records
 * @param at a time before which every record that was appended lies before the offsets, but for the moment by which one
 *     partition is read later than another
 */
public record StreamCursor(SortedMap<String, String> ids, Offsets offsets, Instant at) {
    /** A cursor is served for this long; the day is for clocks, and for partitions that were read later than others. */
    public static final Duration KEPT = Topics.TOMBSTONES.minusDays(1);

    private static final int VERSION = 2;
    /** Cursors of earlier versions were JSON. */
    private static final int EARLIER = '{';

    private static final int HASH_BYTES = 8;

    /** More partitions than any topic has: a wrong cursor must not cost memory. */
    private static final int MAX_PARTITIONS = 10_000;

    /** As it is given to clients: URL-safe text. */
    public String text() {
        var bytes = new ByteArrayOutputStream(128);
        bytes.write(VERSION);
        bytes.writeBytes(hash(ids));
        write(bytes, Math.max(0, at.toEpochMilli()));
        offsets.next().values().forEach(next -> {
            write(bytes, next.size());
            next.forEach(offset -> write(bytes, offset));
        });
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.toByteArray());
    }

    private static byte[] hash(SortedMap<String, String> ids) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            ids.forEach((topic, id) -> digest.update((topic + "=" + id + "\n").getBytes(StandardCharsets.UTF_8)));
            return Arrays.copyOf(digest.digest(), HASH_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** LEB128: seven bits a byte, the lowest first. */
    private static void write(ByteArrayOutputStream bytes, long value) {
        long left = value;
        while (left > 0x7f) {
            bytes.write((int) (left & 0x7f | 0x80));
            left >>>= 7;
        }
        bytes.write((int) left);
    }

    private static long number(ByteBuffer bytes) {
        long value = 0;
        for (int shift = 0; shift < 63; shift += 7) {
            byte next = bytes.get();
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw notACursor();
    }

    private static IllegalArgumentException notACursor() {
        return new IllegalArgumentException("since is not a cursor: give one that a message or a page carried");
    }

    /**
     * Reads what {@link #text} wrote.
     *
     * @param ids of the topics as they are now
     * @throws IllegalArgumentException if it is no cursor
     * @throws GoneException if it is of topics that are no more, or so old that deletions since then may be gone from them
     */
    public static StreamCursor parse(String text, SortedMap<String, String> ids, Instant now) {
        try {
            ByteBuffer bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(text));
            byte version = bytes.get();
            if (version == EARLIER) {
                throw new GoneException("the cursor is of an earlier version");
            }
            if (version != VERSION) {
                throw notACursor();
            }
            var hash = new byte[HASH_BYTES];
            bytes.get(hash);
            Instant at = Instant.ofEpochMilli(number(bytes));
            if (!Arrays.equals(hash, hash(ids))) {
                throw new GoneException("the topics that the cursor is of were created anew since");
            }
            var cursor = new StreamCursor(ids, offsets(bytes, ids), at);
            cursor.requireServed(now);
            return cursor;
        } catch (BufferUnderflowException e) {
            throw notACursor();
        } catch (IllegalArgumentException e) {
            throw notACursor();
        }
    }

    private static Offsets offsets(ByteBuffer bytes, SortedMap<String, String> ids) {
        var offsets = new TreeMap<String, List<Long>>();
        for (String topic : ids.keySet()) {
            long partitions = number(bytes);
            if (partitions > MAX_PARTITIONS) {
                throw notACursor();
            }
            var next = new ArrayList<Long>();
            for (int i = 0; i < partitions; i++) {
                next.add(number(bytes));
            }
            offsets.put(topic, next);
        }
        if (bytes.hasRemaining()) {
            throw notACursor();
        }
        return new Offsets(offsets);
    }

    /**
     * Checks that no deletion since the cursor can be gone from the topics.
     *
     * @throws GoneException if one can
     */
    void requireServed(Instant now) {
        if (at.isBefore(now.minus(KEPT))) {
            throw new GoneException(
                    "the cursor is of " + at + ", and deletions are kept for " + KEPT.toDays() + " days");
        }
    }
}
