package io.hatchery.protocol.resource;

import io.hatchery.spec.ContainerDefinition;
import io.hatchery.spec.ProfileName;

/**
 * Options that several definitions share.
 *
 * @param name its name
 * @param revision the offset of its record
 * @param definition the options
 */
public record Profile(ProfileName name, long revision, ContainerDefinition definition) {}
