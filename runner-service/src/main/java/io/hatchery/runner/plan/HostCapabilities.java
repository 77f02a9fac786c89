package io.hatchery.runner.plan;

import java.util.Set;

/**
 * What a plan needs to know of the host.
 *
 * @param systemd whether systemd runs nspawn, and not a runner by itself
 * @param unified whether the host has the unified cgroup hierarchy alone
 * @param nixPaths those of {@link NspawnPlan#NIX_READ_ONLY} and the container's profile and root folders that exist
 */
public record HostCapabilities(boolean systemd, boolean unified, Set<String> nixPaths) {
    /** Keeps an immutable copy of the paths. */
    public HostCapabilities {
        nixPaths = Set.copyOf(nixPaths);
    }
}
