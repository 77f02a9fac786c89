package io.hatchery.gateway;

import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/** Whether the fleet's topics are still those that the gateway has folded. */
final class FleetTopicsCheck {
    /** A broker that starts may report for a moment that it has no such topic. */
    static final int MISSED = 3;

    private final SortedMap<String, String> ids;
    private int missed;

    /** With the ids that the topics had when they were folded. */
    FleetTopicsCheck(SortedMap<String, String> ids) {
        this.ids = ids;
    }

    /** Why the gateway must start again, given the topics that exist now; empty if it need not. */
    Optional<String> failure(Map<String, String> now) {
        boolean isMissing = false;
        for (var topic : ids.entrySet()) {
            String id = now.get(topic.getKey());
            if (id != null && !id.equals(topic.getValue())) {
                return Optional.of("topic " + topic.getKey()
                        + " was deleted and created anew: start the gateway again to read it from its start");
            }
            isMissing |= id == null;
        }
        missed = isMissing ? missed + 1 : 0;
        return missed < MISSED
                ? Optional.empty()
                : Optional.of("a topic of the fleet was deleted, there are only " + now.keySet()
                        + ": start the gateway again to have it created");
    }
}
