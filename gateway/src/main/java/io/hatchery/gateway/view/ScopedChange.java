package io.hatchery.gateway.view;

import org.jspecify.annotations.Nullable;

/**
 * A change, and which filters it passes.
 *
 * @param before the container before the change; null if the fleet did not have it, or no container is concerned
 * @param after the container after the change; null if the fleet does not have it, or no container is concerned
 * @param container the whole container after the change, for clients whose filter it passes for the first time; null if that cannot be
 */
public record ScopedChange(
        StreamChange change,
        @Nullable ContainerTraits before,
        @Nullable ContainerTraits after,
        StreamChange.@Nullable ContainerChange container) {
    /** A change that concerns no container. */
    public static ScopedChange ofFleet(StreamChange change) {
        return new ScopedChange(change, null, null, null);
    }
}
