package io.hatchery.protocol.resource;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * How many containers there are.
 *
 * @param total of all phases
 * @param phases the number by phase; every phase is named
 */
public record ContainerCounts(long total, Map<String, Integer> phases) {
    /** Keeps a sorted copy. */
    public ContainerCounts {
        phases = Collections.unmodifiableMap(new TreeMap<>(phases));
    }
}
