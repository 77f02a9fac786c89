package io.hatchery.protocol;

import io.hatchery.spec.ContainerName;
import io.hatchery.spec.Generation;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An order to a runner. {@code {"command":"stop","container":"web"}} is a whole one.
 *
 * @param command what to do
 * @param container to which container; the record's key, if it has one, says the same
 * @param generation the spec to wait for before acting; null acts on whatever spec there is
 * @param deadline after which it is rejected instead of begun; null for none
 * @param requestedBy who asked, for the audit trail; null if unsaid
 */
public record Command(
        Verb command,
        ContainerName container,
        @Nullable Generation generation,
        @Nullable Instant deadline,
        @Nullable String requestedBy) {
    /**
     * @throws IllegalArgumentException if the verb is not one that can be sent
     */
    public Command {
        if (command == Verb.REMOVE) {
            throw new IllegalArgumentException("remove is no command: delete the container's definition instead");
        }
    }
}
