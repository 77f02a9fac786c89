package io.hatchery.spec.option;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.spec.ContainerDefinition;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ProfileName;

/**
 * One source of options.
 *
 * @param origin its name in messages, such as {@code profile base}
 * @param options its options
 */
public record DefinitionLayer(String origin, ObjectNode options) {
    /** A container's own options. */
    public static DefinitionLayer of(ContainerName name, ContainerDefinition definition) {
        return new DefinitionLayer("definition of " + name, definition.options());
    }

    /** A profile's options. */
    public static DefinitionLayer of(ProfileName name, ContainerDefinition profile) {
        return new DefinitionLayer("profile " + name, profile.options());
    }
}
