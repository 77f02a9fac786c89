package io.hatchery.config;

import io.hatchery.protocol.Heartbeat;
import io.hatchery.spec.HostName;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * Chooses hosts for containers whose definitions name none. Hosts are kept in order of their load for each selector in use, so that a
 * choice, a heartbeat and a changed container take time logarithmic in the number of hosts.
 */
final class Placement {
    /** Maximum number of selectors whose hosts are kept in order; the one that was used longest ago is forgotten first. */
    static final int MAX_SELECTORS = 64;

    private final Map<HostName, HostLoad> loads = new HashMap<>();
    private final Map<HostName, List<PlacementCandidates>> groups = new HashMap<>();
    private final Map<SortedMap<String, String>, PlacementCandidates> candidates = new LinkedHashMap<>(16, 0.75f, true);

    /** Takes in the heartbeat of a host. */
    void view(HostName host, Heartbeat now) {
        HostLoad load = loads.computeIfAbsent(host, HostLoad::new);
        Heartbeat before = load.heartbeat();
        boolean isSame = before != null
                && groups.containsKey(host)
                && before.status().cpus() == now.status().cpus()
                && before.status().memory() == now.status().memory()
                && before.status().labels().equals(now.status().labels());
        if (isSame) {
            load.setHeartbeat(now);
            return;
        }
        leaveGroups(load);
        load.setHeartbeat(now);
        for (PlacementCandidates group : candidates.values()) {
            enter(load, group);
        }
    }

    /** Forgets a host; the load by its containers is kept. */
    void remove(HostName host) {
        HostLoad load = loads.get(host);
        if (load != null) {
            leaveGroups(load);
            load.setHeartbeat(null);
            forgetUnknown(load);
        }
    }

    /** Adds a container to the load of its host. */
    void add(HostName host, ResourceDemand demand) {
        change(host, demand, 1);
    }

    /** Subtracts a container from the load of its host. */
    void subtract(HostName host, ResourceDemand demand) {
        change(host, demand, -1);
    }

    private void change(HostName host, ResourceDemand demand, int sign) {
        HostLoad load = loads.computeIfAbsent(host, HostLoad::new);
        List<PlacementCandidates> of = groups.getOrDefault(host, List.of());
        of.forEach(group -> group.remove(load));
        load.add(demand, sign);
        of.forEach(group -> group.add(load));
        forgetUnknown(load);
    }

    private void forgetUnknown(HostLoad load) {
        if (load.isUnknown()) {
            loads.remove(load.host);
        }
    }

    /**
     * The last host if it has the labels or no other host has them; otherwise the live host with the labels and room for the container
     * that has the fewest containers per processor, and the first by name among equals.
     *
     * @param last its present host; null if it has none
     */
    Optional<HostName> choose(
            SortedMap<String, String> hostSelector, @Nullable HostName last, ResourceDemand demand, Instant now) {
        HostLoad there = last == null ? null : loads.get(last);
        if (last != null && (there == null || there.heartbeat() == null || there.hasLabels(hostSelector))) {
            return Optional.of(last);
        }
        var silent = new ArrayList<HostLoad>();
        Optional<HostName> chosen =
                group(hostSelector).choose(demand, now, silent).map(load -> load.host);
        // Their next heartbeat brings them back.
        silent.forEach(this::leaveGroups);
        return chosen.or(() -> Optional.ofNullable(last));
    }

    private PlacementCandidates group(SortedMap<String, String> hostSelector) {
        PlacementCandidates known = candidates.get(hostSelector);
        if (known != null) {
            return known;
        }
        if (candidates.size() >= MAX_SELECTORS) {
            var oldest = candidates.entrySet().iterator();
            PlacementCandidates forgotten = oldest.next().getValue();
            oldest.remove();
            forgotten.hosts().forEach(load -> forget(load, forgotten));
        }
        var group = new PlacementCandidates(hostSelector);
        candidates.put(hostSelector, group);
        loads.values().forEach(load -> enter(load, group));
        return group;
    }

    private void enter(HostLoad load, PlacementCandidates group) {
        if (group.matches(load)) {
            group.add(load);
            groups.computeIfAbsent(load.host, h -> new ArrayList<>()).add(group);
        }
    }

    private void forget(HostLoad load, PlacementCandidates group) {
        groups.computeIfPresent(load.host, (host, of) -> {
            of.remove(group);
            return of;
        });
    }

    private void leaveGroups(HostLoad load) {
        List<PlacementCandidates> of = groups.remove(load.host);
        if (of != null) {
            of.forEach(group -> group.remove(load));
        }
    }
}
