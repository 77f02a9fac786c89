package io.hatchery.gateway.view;

import io.hatchery.gateway.store.SqlSession;
import io.hatchery.protocol.CommandId;
import java.time.Duration;
import java.time.Instant;

/**
 * The ids of operations that have ended, for as long as a record on any topic may still name them. An id is kept as 64 bits of
 * hash: two of ten million are taken for one with a chance of 3 in a million. All calls come within a transaction of the session.
 */
final class EndedOperationIds {
    /** Outcomes are on the events topic for 30 days, and then until the segment that they are in is removed. */
    static final Duration KEPT = Duration.ofDays(31);

    /** Half a gigabyte on the disk, or half a million operations a day; of more, those of the oldest day are forgotten. */
    static final int MAX_IDS = 16_000_000;

    private long size;

    /** Reads what it needs to know of the rows. */
    void open(SqlSession session) {
        size = session.number("SELECT count(*) FROM ended_ids");
    }

    void add(SqlSession session, CommandId id, Instant ended) {
        size += session.update(
                "INSERT OR IGNORE INTO ended_ids (hash, day) VALUES (?, ?)", hash(id.value()), day(ended));
        while (size > MAX_IDS) {
            size -= session.update("DELETE FROM ended_ids WHERE day = (SELECT min(day) FROM ended_ids)");
        }
    }

    static boolean contains(SqlSession session, CommandId id) {
        return session.exists("SELECT 1 FROM ended_ids WHERE hash = ?", hash(id.value()));
    }

    /** Forgets those that no record can name any more. */
    void advance(SqlSession session, Instant now) {
        size -= session.update("DELETE FROM ended_ids WHERE day < ?", day(now.minus(KEPT)));
    }

    private static long day(Instant instant) {
        return Math.floorDiv(instant.getEpochSecond(), Duration.ofDays(1).toSeconds());
    }

    /** FNV-1a, with the finalizer of SplitMix64 for an even spread. */
    static long hash(String text) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
        }
        hash = (hash ^ (hash >>> 30)) * 0xbf58476d1ce4e5b9L;
        hash = (hash ^ (hash >>> 27)) * 0x94d049bb133111ebL;
        return hash ^ (hash >>> 31);
    }
}
