package io.hatchery.gateway.view;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.hatchery.spec.ContainerName;

/**
 * The place of a container in a sorted list, behind which the next page begins. To clients it is opaque.
 *
 * @param sort of the list
 * @param key what the list is sorted by, of that container
 */
public record ContainerPlace(
        @JsonProperty("s") ContainerSort sort,
        @JsonProperty("k") String key,
        @JsonProperty("n") ContainerName name) {
    /** The place of a name in a list by name. */
    public static ContainerPlace of(ContainerName name) {
        return new ContainerPlace(ContainerSort.NAME, name.value(), name);
    }

    /** As it is given to clients. */
    public String text() {
        return OpaqueToken.of(this);
    }

    /**
     * Reads what {@link #text} wrote.
     *
     * @throws IllegalArgumentException if it is something else
     */
    public static ContainerPlace parse(String text) {
        return OpaqueToken.parse(text, ContainerPlace.class, "give the next of a page, as it was received");
    }
}
