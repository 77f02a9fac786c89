package io.hatchery.gateway;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which commands topics of hosts are to be followed. A host is known by its heartbeat, its topics are created by others, now or
 * never, and may be deleted and created again: each is followed when it exists, and none waits for another.
 */
final class CommandTopics {
    /** A topic that does not exist is looked for again after this long, and each time after twice as long. */
    static final Duration FIRST_RETRY = Duration.ofSeconds(1);

    static final Duration LAST_RETRY = Duration.ofSeconds(30);

    /** How often a followed topic is checked to be still the same. */
    static final Duration CHECK = Duration.ofSeconds(10);

    private final Map<String, Followed> followed = new HashMap<>();
    private final Map<String, Missing> missing = new HashMap<>();

    private record Followed(String id, Instant nextCheck) {}

    private record Missing(Duration backOff, Instant nextTry) {}

    /**
     * Plans the topics to follow.
     *
     * @param begin topics to be followed from their start
     * @param end topics to be followed no longer
     */
    record FollowPlan(List<String> begin, List<String> end) {
        boolean isEmpty() {
            return begin.isEmpty() && end.isEmpty();
        }
    }

    /** Those topics whose existence is to be checked now, of those that hosts have now. */
    Set<String> due(Collection<String> topics, Instant now) {
        var due = new HashSet<String>();
        for (String topic : topics) {
            Followed known = followed.get(topic);
            Missing absent = missing.get(topic);
            if (known != null ? !now.isBefore(known.nextCheck) : absent == null || !now.isBefore(absent.nextTry)) {
                due.add(topic);
            }
        }
        return due;
    }

    /**
     * What follows from a check; the caller reports success with {@link #begun}.
     *
     * @param topics those that hosts have now
     * @param checked of which existence is known now
     * @param ids of those of them that exist
     */
    FollowPlan plan(Collection<String> topics, Set<String> checked, Map<String, String> ids, Instant now) {
        var wanted = new HashSet<>(topics);
        missing.keySet().retainAll(wanted);
        var begin = new ArrayList<String>();
        var end = new ArrayList<String>();
        for (String topic : List.copyOf(followed.keySet())) {
            boolean isGone = checked.contains(topic) && !ids.containsKey(topic);
            if (isGone || !wanted.contains(topic)) {
                followed.remove(topic);
                end.add(topic);
            }
        }
        for (String topic : checked) {
            String id = ids.get(topic);
            Followed known = followed.get(topic);
            if (id == null) {
                later(topic, now);
            } else if (known != null && known.id.equals(id)) {
                followed.put(topic, new Followed(id, now.plus(CHECK)));
            } else {
                begin.add(topic);
            }
        }
        return new FollowPlan(begin, end);
    }

    /** These are followed now. */
    void begun(Collection<String> topics, Map<String, String> ids, Instant now) {
        for (String topic : topics) {
            followed.put(topic, new Followed(ids.getOrDefault(topic, ""), now.plus(CHECK)));
            missing.remove(topic);
        }
    }

    /** These could not be followed: they are looked for again. */
    void failed(Collection<String> topics, Instant now) {
        topics.forEach(topic -> {
            followed.remove(topic);
            later(topic, now);
        });
    }

    private void later(String topic, Instant now) {
        Missing before = missing.get(topic);
        Duration backOff = before == null ? FIRST_RETRY : before.backOff.multipliedBy(2);
        if (backOff.compareTo(LAST_RETRY) > 0) {
            backOff = LAST_RETRY;
        }
        missing.put(topic, new Missing(backOff, now.plus(backOff)));
    }

    /** How many are followed. */
    int size() {
        return followed.size();
    }
}
