package io.hatchery.gateway.view;

import io.hatchery.protocol.CommandId;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.TreeMap;

/**
 * The ids of operations that have ended, for as long as a record on any topic may still name them. An id is kept as 64 bits of
 * hash, some 20 bytes each: two of ten million are taken for one with a chance of 3 in a million.
 */
final class EndedOperationIds {
    /** Outcomes are on the events topic for 30 days, and then until the segment that they are in is removed. */
    static final Duration KEPT = Duration.ofDays(31);

    /** Some 320 MB, or half a million operations a day; of more, the oldest day's are forgotten. */
    static final int MAX_IDS = 16_000_000;

    private final TreeMap<Long, Hashes> byDay = new TreeMap<>();
    private int size;

    void add(CommandId id, Instant ended) {
        long hash = hash(id.value());
        if (!contains(hash)
                && byDay.computeIfAbsent(day(ended), day -> new Hashes()).add(hash)) {
            size++;
        }
        while (size > MAX_IDS) {
            size -= byDay.pollFirstEntry().getValue().size;
        }
    }

    boolean contains(CommandId id) {
        return contains(hash(id.value()));
    }

    private boolean contains(long hash) {
        return byDay.values().stream().anyMatch(hashes -> hashes.contains(hash));
    }

    /** Forgets those that no record can name any more. */
    void advance(Instant now) {
        long first = day(now.minus(KEPT));
        while (!byDay.isEmpty() && byDay.firstKey() < first) {
            size -= byDay.pollFirstEntry().getValue().size;
        }
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

    /** An open-addressing set, at most two thirds full; 0 stands for an empty place, and its own hash is taken for 1. */
    private static final class Hashes {
        private long[] table = new long[64];
        private int size;

        boolean contains(long hash) {
            return table[place(table, hash)] != 0;
        }

        boolean add(long hash) {
            int place = place(table, hash);
            if (table[place] != 0) {
                return false;
            }
            table[place] = stored(hash);
            size++;
            if (size > table.length / 3 * 2) {
                grow();
            }
            return true;
        }

        private void grow() {
            long[] larger = new long[table.length * 2];
            Arrays.stream(table).filter(hash -> hash != 0).forEach(hash -> larger[place(larger, hash)] = hash);
            table = larger;
        }

        private static long stored(long hash) {
            return hash == 0 ? 1 : hash;
        }

        private static int place(long[] table, long hash) {
            long stored = stored(hash);
            int place = (int) (stored & (table.length - 1));
            while (table[place] != 0 && table[place] != stored) {
                place = (place + 1) & (table.length - 1);
            }
            return place;
        }
    }
}
