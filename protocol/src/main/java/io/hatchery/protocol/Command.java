package io.hatchery.protocol;

import io.hatchery.spec.ContainerName;
import io.hatchery.spec.Generation;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A command to a runner. {@code {"command":"stop","container":"web"}} is a complete command.
 *
 * @param command the verb
 * @param container the container; the record's key, if there is one, has the same name
 * @param generation the generation to wait for before the command begins; null for the current spec
 * @param deadline the time after which the command is rejected instead of begun; null for none
 * @param requestedBy the principal, for the audit trail; null if unknown
 */
public record Command(
        Verb command,
        ContainerName container,
        @Nullable Generation generation,
        @Nullable Instant deadline,
        @Nullable String requestedBy) {
    /**
     * @throws IllegalArgumentException if the verb cannot be sent as a command
     */
    public Command {
        if (!command.isCommand()) {
            throw new IllegalArgumentException(
                    command.word() + " is not a command: delete the container's definition instead");
        }
    }
}
