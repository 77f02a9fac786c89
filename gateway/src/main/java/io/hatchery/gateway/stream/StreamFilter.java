package io.hatchery.gateway.stream;

import io.hatchery.gateway.view.StreamChange;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.HostName;
import org.jspecify.annotations.Nullable;

/**
 * What a client of the stream wants to see.
 *
 * @param container only this one; null for all
 * @param host only of this one; null for all
 */
public record StreamFilter(
        @Nullable ContainerName container, @Nullable HostName host) {
    /** Everything. */
    public static final StreamFilter ALL = new StreamFilter(null, null);

    boolean admits(StreamChange change) {
        // The record of a container that is gone may not name its host.
        boolean right = host == null
                || host.equals(change.host())
                || change.host() == null && change instanceof StreamChange.StatusChange;
        return right && (container == null || container.equals(change.container()));
    }
}
