package io.hatchery.gateway.view;

import io.hatchery.gateway.access.AccessTokens;
import io.hatchery.protocol.FleetEvent;
import io.hatchery.protocol.Phase;
import io.hatchery.spec.ProfileName;
import java.time.Instant;
import java.util.Map;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * The part of the fleet that is small enough for memory, whatever the number of containers. One thread changes it, any thread reads
 * it; a reader may see it a moment newer than the database.
 *
 * @param hosts the last heartbeat of each host, at most {@link FleetProjection#MAX_HOSTS}
 * @param profiles by name
 * @param systems how many systems came from each source, as far back as events are kept
 * @param phases the number of containers by holder and published phase
 * @param buildLogs the output of evaluations and builds
 * @param tokens the tokens of the API, at most {@link AccessTokens#MAX_TOKENS}
 * @param deadLetters the number of dead letters by reader and topic
 */
record FleetMemory(
        HeartbeatMap hosts,
        NavigableMap<ProfileName, StoredProfile> profiles,
        Map<FleetEvent.Source, Long> systems,
        PhaseCounts phases,
        BuildLogs buildLogs,
        AccessTokens tokens,
        DeadLetterCounts deadLetters) {
    /** An empty fleet. */
    static FleetMemory empty() {
        return new FleetMemory(
                new HeartbeatMap(),
                new ConcurrentSkipListMap<>(),
                new ConcurrentHashMap<>(),
                new PhaseCounts(),
                new BuildLogs(),
                new AccessTokens(),
                new DeadLetterCounts());
    }

    /** The number of containers by the phase that is shown. */
    Map<Phase, Integer> shownPhases(Instant now) {
        return phases.shown(host -> hosts.isLost(host, now));
    }
}
