package io.hatchery.config;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeSet;

/** The hosts with certain labels, in the orders in which they are chosen. */
final class PlacementCandidates {
    /** How many of the least loaded hosts are asked for room, before the one with most memory is. */
    static final int MAX_PROBES = 64;

    private final SortedMap<String, String> labels;
    private final NavigableSet<HostLoad> byLoad = new TreeSet<>(HostLoad.LEAST_LOADED);
    private final NavigableSet<HostLoad> byMemory = new TreeSet<>(HostLoad.MOST_MEMORY);

    PlacementCandidates(SortedMap<String, String> labels) {
        this.labels = labels;
    }

    boolean matches(HostLoad load) {
        return load.hasLabels(labels);
    }

    void add(HostLoad load) {
        byLoad.add(load);
        byMemory.add(load);
    }

    /** Removes a host; the values that order it must be those with which it was added. */
    void remove(HostLoad load) {
        byLoad.remove(load);
        byMemory.remove(load);
    }

    /**
     * The least loaded live host that has room for the container; if none of the first {@value #MAX_PROBES} has, the one with most
     * free memory; if it has no room either, the least loaded one, since limits are no reservations.
     *
     * @param silent takes the hosts that were found to be no longer alive
     */
    Optional<HostLoad> choose(ResourceDemand demand, Instant now, List<HostLoad> silent) {
        HostLoad first = null;
        int probes = 0;
        for (HostLoad load : byLoad) {
            if (!load.isAlive(now)) {
                silent.add(load);
                continue;
            }
            if (load.fits(demand)) {
                return Optional.of(load);
            }
            first = first == null ? load : first;
            if (++probes == MAX_PROBES) {
                break;
            }
        }
        if (first == null) {
            return Optional.empty();
        }
        for (HostLoad load : byMemory) {
            if (load.isAlive(now)) {
                return Optional.of(load.fits(demand) ? load : first);
            }
            silent.add(load);
        }
        return Optional.of(first);
    }

    List<HostLoad> hosts() {
        return new ArrayList<>(byLoad);
    }
}
