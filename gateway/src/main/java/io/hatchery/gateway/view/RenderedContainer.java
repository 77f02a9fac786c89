package io.hatchery.gateway.view;

import io.hatchery.spec.ContainerName;
import org.jspecify.annotations.Nullable;

/**
 * A container as the API shows it.
 *
 * @param revision of its definition; null before it is evaluated
 * @param json a {@link io.hatchery.protocol.resource.Container}
 */
public record RenderedContainer(
        ContainerName name, @Nullable Long revision, String json) {}
