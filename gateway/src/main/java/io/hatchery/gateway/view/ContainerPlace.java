package io.hatchery.gateway.view;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.hatchery.protocol.Phase;
import io.hatchery.spec.ContainerName;

/**
 * The place of a container in a sorted list, behind which the next page begins. To clients it is opaque.
 *
 * @param sort of the list
 * @param isDescending whether the list is reversed
 * @param key what the list is sorted by, of that container
 */
public record ContainerPlace(
        @JsonProperty("s") ContainerSort sort,
        @JsonProperty("d") boolean isDescending,
        @JsonProperty("k") String key,
        @JsonProperty("n") ContainerName name) {
    /**
     * Checks the key.
     *
     * @throws IllegalArgumentException if it is none of that sort
     */
    public ContainerPlace {
        switch (sort) {
            case PHASE -> Phase.valueOf(key);
            case CHANGED -> Long.parseLong(key);
            case NAME, HOST -> {}
        }
    }

    /** Whether it is a place in a list of that order. */
    public boolean isOf(ContainerOrder order) {
        return sort == order.sort() && isDescending == order.isDescending();
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
