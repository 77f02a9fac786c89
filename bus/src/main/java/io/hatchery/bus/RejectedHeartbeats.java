package io.hatchery.bus;

import io.hatchery.protocol.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Limits the dead letters of hosts whose heartbeats are refused, for such a host sends one every few seconds. Not thread-safe.
 */
public final class RejectedHeartbeats {
    /** Of each host one heartbeat in this time goes to the dead letters. */
    public static final Duration BETWEEN = Duration.ofHours(1);

    /** How many hosts are remembered; the one that was remembered first is forgotten first. */
    static final int MAX_HOSTS = 1_000;

    private static final int MAX_KEY = 100;

    private final Map<String, Instant> last = new LinkedHashMap<>();

    /** Whether a refused record is a heartbeat of a host that had another refused less than {@link #BETWEEN} before. */
    public boolean isRepeated(BusRecord refused) {
        if (!refused.topic().equals(Topics.HOSTS.name())) {
            return false;
        }
        String key = refused.key().substring(0, Math.min(MAX_KEY, refused.key().length()));
        Instant before = last.get(key);
        if (before != null && refused.timestamp().isBefore(before.plus(BETWEEN))) {
            return true;
        }
        last.remove(key);
        last.put(key, refused.timestamp());
        if (last.size() > MAX_HOSTS) {
            last.remove(last.keySet().iterator().next());
        }
        return false;
    }
}
