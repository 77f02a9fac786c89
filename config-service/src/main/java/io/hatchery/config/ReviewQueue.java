package io.hatchery.config;

import io.hatchery.spec.ContainerName;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The containers to be evaluated again, each at most once in each of two queues: the few that something waits for, and the many that a
 * profile or a start concerns. Of {@value #TURNS} containers one is from the second, so that neither waits for the end of the other.
 */
final class ReviewQueue {
    /** One of so many containers is taken from the second queue while the first is not empty. */
    static final int TURNS = 4;

    private final Set<ContainerName> urgent = new LinkedHashSet<>();
    private final Set<ContainerName> bulk = new LinkedHashSet<>();
    private int turn;

    /** Adds containers that something waits for. */
    void addUrgent(Collection<ContainerName> containers) {
        urgent.addAll(containers);
    }

    /** Adds a container that something waits for. */
    void addUrgent(ContainerName container) {
        urgent.add(container);
    }

    /** Adds containers of which there may be as many as the fleet has. */
    void addBulk(Collection<ContainerName> containers) {
        bulk.addAll(containers);
    }

    /** Takes the next container; null if there is none. */
    @Nullable
    ContainerName take() {
        turn = (turn + 1) % TURNS;
        boolean isBulk = urgent.isEmpty() || turn == 0 && !bulk.isEmpty();
        Set<ContainerName> queue = isBulk ? bulk : urgent;
        Iterator<ContainerName> names = queue.iterator();
        if (!names.hasNext()) {
            return null;
        }
        ContainerName name = names.next();
        names.remove();
        if (!isBulk) {
            bulk.remove(name);
        }
        return name;
    }
}
