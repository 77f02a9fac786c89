package io.hatchery.protocol;

import io.hatchery.protocol.session.SessionTicket;
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
 * @param session where the session is opened; null unless the verb is that of a session
 */
public record Command(
        Verb command,
        ContainerName container,
        @Nullable Generation generation,
        @Nullable Instant deadline,
        @Nullable String requestedBy,
        @Nullable SessionTicket session) {
    /**
     * @throws IllegalArgumentException if the verb cannot be sent as a command, or only one of session and its ticket is there
     */
    public Command {
        if (command == Verb.REMOVE) {
            throw new IllegalArgumentException(
                    command.word() + " is not a command: delete the container's definition instead");
        }
        if ((command == Verb.SESSION) != (session != null)) {
            throw new IllegalArgumentException(
                    "a gateway asks for sessions, by the command session with its ticket: run hatchery exec");
        }
        if (command == Verb.SESSION && deadline == null) {
            throw new IllegalArgumentException("a session has a deadline");
        }
    }

    /** A command of the lifecycle. */
    public Command(
            Verb command,
            ContainerName container,
            @Nullable Generation generation,
            @Nullable Instant deadline,
            @Nullable String requestedBy) {
        this(command, container, generation, deadline, requestedBy, null);
    }
}
