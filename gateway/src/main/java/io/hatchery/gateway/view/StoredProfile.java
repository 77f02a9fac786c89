package io.hatchery.gateway.view;

import io.hatchery.spec.ContainerDefinition;

/**
 * A profile and the offset of its record.
 *
 * @param definition its options
 * @param revision the offset
 */
public record StoredProfile(ContainerDefinition definition, long revision) {}
