package io.hatchery.gateway.view;

import io.hatchery.protocol.Heartbeat;
import io.hatchery.spec.HostName;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/** The last heartbeat of each host, by name and in the order of the names. One thread changes it, any thread reads it. */
final class HeartbeatMap {
    private final Map<String, Heartbeat> byText = new ConcurrentHashMap<>();
    private final NavigableMap<HostName, Heartbeat> byName = new ConcurrentSkipListMap<>();

    /**
     * Keeps a heartbeat.
     *
     * @return the one before; null if there was none
     */
    @Nullable
    Heartbeat put(HostName host, Heartbeat heartbeat) {
        byText.put(host.value(), heartbeat);
        return byName.put(host, heartbeat);
    }

    void remove(HostName host) {
        byText.remove(host.value());
        byName.remove(host);
    }

    void clear() {
        byText.clear();
        byName.clear();
    }

    @Nullable
    Heartbeat get(HostName host) {
        return byText.get(host.value());
    }

    int size() {
        return byText.size();
    }

    /** All by name. */
    Collection<Heartbeat> all() {
        return byName.values();
    }

    /** Those with a later name; all for null. */
    Collection<Heartbeat> after(@Nullable HostName host) {
        return host == null ? byName.values() : byName.tailMap(host, false).values();
    }

    /** Whether no heartbeat of that host says that it is alive. */
    boolean isLost(String host, Instant now) {
        Heartbeat heartbeat = byText.get(host);
        return heartbeat == null || !heartbeat.isAlive(now);
    }
}
