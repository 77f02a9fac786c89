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
 * The position up to which a host has handled its specs.
 *
 * @param topic the position; its open records are removals
 * @param removals the open removals in the order of their offsets
 * @param unnamed the containers on the host that the topic has neither a spec nor a removal of
 */
public record SpecsPosition(TopicPosition topic, List<UnconfirmedRemoval> removals, SortedSet<ContainerName> unnamed) {
    /**
     * A removal that has no outcome yet. Kept here, since its record may be compacted before.
     *
     * @param offset offset of its record
     * @param operation the operation that requested it
     * @param requestedBy the principal that requested it; null if unknown
     * @param submitted timestamp of its record
     */
    public record UnconfirmedRemoval(
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
