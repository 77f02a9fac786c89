package io.hatchery.runner.journal;

import io.hatchery.protocol.CommandId;
import org.jspecify.annotations.Nullable;

/**
 * What the status topic may have of a container.
 *
 * @param exists whether the topic may have a status, so that the end of the container needs a tombstone
 * @param tombstoneConfirms the removal that the tombstone confirms; null if it confirms none
 */
public record PublishedStatus(boolean exists, @Nullable CommandId tombstoneConfirms) {
    static final PublishedStatus NONE = new PublishedStatus(false, null);

    PublishedStatus afterStep(boolean absent) {
        return new PublishedStatus(exists || !absent, tombstoneConfirms);
    }
}
