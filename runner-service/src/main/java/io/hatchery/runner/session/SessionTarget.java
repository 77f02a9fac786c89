package io.hatchery.runner.session;

import io.hatchery.spec.ContainerName;

/**
 * The container that a session is in.
 *
 * @param leader pid of its init on the host
 */
public record SessionTarget(ContainerName container, long leader) {}
