package io.hatchery.runner.plan;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.Set;

/**
 * What a plan needs to know of the host.
 *
 * @param systemd whether systemd runs nspawn, and not a runner by itself
 * @param unified whether the host has the unified cgroup hierarchy alone
 * @param nixPaths those of {@link NspawnPlan#NIX_READ_ONLY} and the container's profile and root folders that exist
 * @param unmappable paths of the host whose file systems cannot be mounted with mapped users
 * @param rootIsShifted whether the root's files belong to the ids that a range of users has on the host, and not to those inside
 * @param pathsAreReal whether the host's policy has resolved links in paths, so that later ones are refused
 */
@RecordBuilder
public record HostCapabilities(
        boolean systemd,
        boolean unified,
        Set<String> nixPaths,
        Set<String> unmappable,
        boolean rootIsShifted,
        boolean pathsAreReal)
        implements HostCapabilitiesBuilder.With {
    /** Keeps immutable copies of the paths. */
    public HostCapabilities {
        nixPaths = Set.copyOf(nixPaths);
        unmappable = Set.copyOf(unmappable);
    }

    /** Of a host on which users of every path can be mapped. */
    public HostCapabilities(boolean systemd, boolean unified, Set<String> nixPaths) {
        this(systemd, unified, nixPaths, Set.of(), false, false);
    }
}
