package io.hatchery.bus;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Finds the record whose answer the broker refuses as too large although it passed our own limit. Outlives the sessions of a
 * loop: after such a refusal records are answered one by one, and the one that is refused by itself goes to the dead letters.
 * Used by one thread.
 */
final class OversizedRecordIsolation {
    /** The most records that are known to be too large and not yet committed. */
    private static final int MAX_REFUSED = 1_000;

    private final Set<Position> refused = new HashSet<>();
    private boolean active;

    /** Whether each record is to have a transaction of its own. */
    boolean isActive() {
        return active;
    }

    /** Whether what follows from that record is known to be too large. */
    boolean isRefused(Position position) {
        return refused.contains(position);
    }

    /** The broker refused a transaction that answers these records. */
    void tooLarge(List<Position> answered) {
        active = true;
        if (answered.size() == 1 && refused.size() < MAX_REFUSED) {
            refused.add(answered.getFirst());
        }
    }

    /** A transaction that answers these records was committed. */
    void committed(List<Position> answered) {
        if (answered.removeIf(refused::remove) && refused.isEmpty()) {
            active = false;
        }
    }
}
