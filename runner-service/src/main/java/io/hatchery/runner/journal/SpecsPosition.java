package io.hatchery.runner.journal;

import io.hatchery.protocol.CommandId;
import io.hatchery.spec.ContainerName;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * How far a host has handled its specs.
 *
 * @param topic the position; what is open are removals
 * @param removals the open ones, in the order of their offsets
 * @param unnamed the containers on the host of which the topic has never said anything, neither a spec nor a removal
 */
public record SpecsPosition(TopicPosition topic, List<OpenRemoval> removals, SortedSet<ContainerName> unnamed) {
    /**
     * A removal that has no outcome yet. Its record may be compacted away before it has.
     *
     * @param offset of its record
     * @param operation what it is known by
     * @param requestedBy who requested it; null if unknown
     * @param submitted when
     */
    public record OpenRemoval(
            long offset,
            ContainerName container,
            CommandId operation,
            @Nullable String requestedBy,
            Instant submitted) {}

    /** Keeps immutable copies. */
    public SpecsPosition {
        removals = List.copyOf(removals);
        unnamed = Collections.unmodifiableSortedSet(new TreeSet<>(unnamed));
    }
}
